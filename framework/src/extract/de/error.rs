//! What was wrong with a field: its name, what was expected, what was found, in words for a client.

use std::error::Error;
use std::fmt;

use http::StatusCode;
use serde_core::de::{self, Expected, Unexpected};
use serde_json::Value;

use super::buffered;
use super::decode::Malformed;
use super::fields::KnownFault;
use super::words::{Listed, bounded, in_words, quoted, what};
use crate::respond::Problem;

/// The most characters of a sentence that a type's own `Deserialize` wrote.
const CUSTOM_CHARS: usize = 256;

/// Why names and values are not what a type takes: the field, what was expected, and what was found.
///
/// Its text is for the client: a sentence in lower case, what the client sent quoted, bounded and escaped.
// Boxed, as results carry it through many calls.
#[derive(Debug)]
pub struct FieldError(Box<Inner>);

struct Inner {
    field: Option<String>,
    /// Where in memory the refused text lies, and how long it is: a buffer's errors know no field.
    place: Option<(usize, usize)>,
    /// What a visitor was given that takes nothing of this kind, whatever stands in it.
    kind: Option<Kind>,
    fault: Fault,
}

/// Without the place in memory, which says nothing to anybody and where the program lies to those who should not know.
impl fmt::Debug for Inner {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("field", &self.field)
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}

/// What a visitor is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The text of a name, or of one of its values.
    Text,
    /// All names and values.
    Pairs,
}

/// What is wrong, apart from where.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The text could not be decoded.
    Malformed(Malformed),
    /// There are more pairs than `limit`.
    TooMany { limit: usize },
    /// The text is no value of the type.
    Mismatch { expected: String, found: String },
    /// The name came `count` times and the type takes one value.
    Repeated { count: usize },
    /// A field without a default was not given.
    Missing,
    /// The type takes no such field.
    Unknown { expected: &'static [&'static str] },
    /// What a type's own `Deserialize` said.
    Custom(String),
    /// No request could make this type: the application's mistake.
    Shape(String),
}

impl FieldError {
    #[inline]
    pub(super) fn new(fault: Fault) -> Self {
        Self(Box::new(Inner { field: None, place: None, kind: None, fault }))
    }

    /// A type that no request can make.
    pub(super) fn shape(reason: impl Into<String>) -> Self {
        Self::new(Fault::Shape(reason.into()))
    }

    /// `text` is not what was `expected`.
    #[inline]
    pub(super) fn mismatch(expected: &str, text: &str) -> Self {
        let (expected, found) = (in_words(expected).to_owned(), quoted(text));
        Self::new(Fault::Mismatch { expected, found })
    }

    /// A file came where a text is asked for.
    #[inline]
    pub(super) fn unexpected_file() -> Self {
        Self::new(Fault::Mismatch { expected: "text".to_owned(), found: "a file".to_owned() })
    }

    /// The value of `field` is not UTF-8.
    #[inline]
    pub(crate) fn not_utf8(field: &str) -> Self {
        Self::new(Fault::Malformed(Malformed::NotUtf8)).at(field)
    }

    /// Where a visitor takes nothing of this kind, no request can make its type; `hint` says what would help.
    #[cold]
    pub(super) fn or_shape(mut self, kind: Kind, hint: &str) -> Self {
        if self.0.kind == Some(kind)
            && let Fault::Mismatch { expected, found } = &self.0.fault
        {
            self.0.fault = Fault::Shape(format!("expected {expected}, found {found}: {hint}"));
        }
        self
    }

    /// Notes where the refused text lies.
    fn of(mut self, text: &str) -> Self {
        self.0.place = Some((text.as_ptr().addr(), text.len()));
        self
    }

    /// Says which field it was, unless that is known already.
    #[inline]
    pub(super) fn at(mut self, field: &str) -> Self {
        self.0.field.get_or_insert_with(|| field.to_owned());
        self
    }

    /// The field, where one can be named.
    #[inline]
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    pub(super) fn place(&self) -> Option<(usize, usize)> {
        self.0.place
    }

    /// Whether the text itself is broken, whatever it was for.
    #[inline]
    pub(crate) fn is_malformed(&self) -> bool {
        matches!(self.0.fault, Fault::Malformed(_) | Fault::TooMany { .. })
    }

    /// How it is passed over to find the next one: what it is a fault of, or `None` where nothing helps. A name that
    /// is missing has no fault of its own yet.
    pub(super) fn passes_as(&self) -> Option<KnownFault> {
        match self.0.fault {
            Fault::Missing => Some(KnownFault::None),
            Fault::Unknown { .. } => Some(KnownFault::Name),
            Fault::Malformed(_) | Fault::Mismatch { .. } | Fault::Repeated { .. } | Fault::Custom(_) => {
                Some(KnownFault::Value)
            }
            Fault::TooMany { .. } | Fault::Shape(_) => None,
        }
    }

    /// Whether no request could make the type.
    #[inline]
    pub(super) fn is_impossible(&self) -> bool {
        matches!(self.0.fault, Fault::Shape(_))
    }

    /// Whether it is the type's fault, as seen by a path: its parameters are what the pattern says.
    #[inline]
    fn is_shape(&self) -> bool {
        matches!(self.0.fault, Fault::Shape(_) | Fault::Missing | Fault::Unknown { .. })
    }
}

impl fmt::Display for FieldError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { field, fault, .. } = &*self.0;
        let name = field.as_deref().map(quoted);
        match (fault, &name) {
            (Fault::Missing, Some(name)) => return write!(f, "{name} is missing"),
            (Fault::Unknown { expected }, Some(name)) => {
                return write!(f, "{name} is not known: expected {}", Listed(expected));
            }
            (_, Some(name)) => write!(f, "{name}: ")?,
            (_, None) => {}
        }
        match fault {
            Fault::Malformed(Malformed::Escape) => {
                f.write_str("expected two hexadecimal digits after each `%`")
            }
            Fault::Malformed(Malformed::NotUtf8) => f.write_str("expected UTF-8"),
            Fault::Malformed(Malformed::Utf8) => f.write_str("expected UTF-8 once percent-decoded"),
            Fault::TooMany { limit } => write!(f, "expected at most {limit} names and values"),
            Fault::Mismatch { expected, found } => write!(f, "expected {expected}, found {found}"),
            Fault::Repeated { count } => write!(f, "expected one value, found {count}"),
            Fault::Missing => f.write_str("a field is missing"),
            Fault::Unknown { expected } => write!(f, "expected {}", Listed(expected)),
            Fault::Custom(text) | Fault::Shape(text) => f.write_str(text),
        }
    }
}

impl Error for FieldError {}

/// All that is wrong with names and values at once; one fault at least.
///
/// Its text is that of each, joined by semicolons.
#[derive(Debug)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    #[inline]
    pub(super) fn new(errors: Vec<FieldError>) -> Self {
        Self(errors)
    }

    /// Each fault, in the order found.
    #[inline]
    pub fn iter(&self) -> std::slice::Iter<'_, FieldError> {
        self.0.iter()
    }

    /// The field of the first fault, where one can be named.
    #[inline]
    pub fn field(&self) -> Option<&str> {
        self.0.first().and_then(FieldError::field)
    }

    /// Whether any text itself is broken, whatever it was for.
    #[inline]
    pub(crate) fn are_malformed(&self) -> bool {
        self.0.iter().any(FieldError::is_malformed)
    }

    /// Whether no request could make the type: the application's mistake.
    #[inline]
    pub(crate) fn are_impossible(&self) -> bool {
        self.0.iter().any(FieldError::is_impossible)
    }

    /// Whether any is the type's fault, as seen by a path.
    #[inline]
    pub(crate) fn are_of_shape(&self) -> bool {
        self.0.iter().any(FieldError::is_shape)
    }

    /// The answer: the first field as its member `field`, and each fault among its `errors`.
    #[inline]
    pub(crate) fn problem(&self, status: StatusCode) -> Problem {
        let errors: Vec<Value> = self.iter().map(|error| fault(error.field(), &error.to_string())).collect();
        let problem = Problem::new(status).with("errors", errors);
        match self.field() {
            Some(field) => problem.with("field", bounded(field, CUSTOM_CHARS)),
            None => problem,
        }
    }
}

/// One fault, as a member of a problem's `errors`.
#[inline]
fn fault(field: Option<&str>, detail: &str) -> Value {
    let field = field.map(|field| ("field".to_owned(), Value::from(bounded(field, CUSTOM_CHARS))));
    field.into_iter().chain([("detail".to_owned(), Value::from(detail))]).collect()
}

impl From<FieldError> for FieldErrors {
    #[inline]
    fn from(error: FieldError) -> Self {
        Self(vec![error])
    }
}

impl<'a> IntoIterator for &'a FieldErrors {
    type Item = &'a FieldError;
    type IntoIter = std::slice::Iter<'a, FieldError>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for FieldErrors {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl Error for FieldErrors {}

impl de::Error for FieldError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Fault::Custom(bounded(&message.to_string(), CUSTOM_CHARS)))
    }

    #[inline]
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        let mut error =
            Self::new(Fault::Mismatch { expected: in_words(&expected).to_owned(), found: what(found) });
        error.0.kind = match found {
            Unexpected::Str(_) => Some(Kind::Text),
            Unexpected::Map => Some(Kind::Pairs),
            _ => None,
        };
        let Unexpected::Str(text) = found else { return error };
        buffered::note(text, &expected);
        error.of(text)
    }

    #[inline]
    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = in_words(&expected.to_string()).to_owned();
        let error = Self::new(Fault::Mismatch { expected, found: what(found) });
        let Unexpected::Str(text) = found else { return error };
        if text.is_empty() {
            buffered::note(text, "a value that is not empty");
        }
        error.of(text)
    }

    #[inline]
    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        if variant.is_empty() {
            buffered::note(variant, "a variant");
        }
        Self::new(Fault::Mismatch { expected: Listed(expected).to_string(), found: quoted(variant) })
            .of(variant)
    }

    #[inline]
    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Fault::Unknown { expected }).at(field)
    }

    #[inline]
    fn missing_field(field: &'static str) -> Self {
        Self::new(Fault::Missing).at(field)
    }

    #[inline]
    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Fault::Custom("given under two names".to_owned())).at(field)
    }
}
