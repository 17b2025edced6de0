//! What lets `flatten`, tagged enums and options find numbers in text.
//!
//! `#[serde(flatten)]` and tagged enums read a value before its type is known: they keep whatever `deserialize_any`
//! gives, text in our case, and a `u32` then refuses the text `7`. Nothing can be asked beforehand, but much can be
//! learned from the refusal: serde's error holds the very text that the buffer kept, so the place of that text in
//! memory tells which name it belongs to, and the sentence tells what was expected. So where the text can be what was
//! expected, the whole is made once more with that name read that way. A name changes its reading at most once a
//! kind, and there are at most [`MAX_ATTEMPTS`]. Types without flatten are made in the first attempt.
//!
//! What a refusal does not show stays text: a format's own `deserialize_any` cannot know that `Option<Inner>` under
//! `flatten` was given a number that is none, which serde makes `None`.

use std::cell::RefCell;

use serde_core::de::Visitor;

use super::error::FieldError;
use super::fields::{Fields, MAX_PAIRS};
use super::text::{parse_bool, parse_float};
use crate::extract::number;

/// How often one value is made anew; a type with more flattened numbers than this is refused.
const MAX_ATTEMPTS: usize = 64;

/// What the values of a name are taken for where no type is asked for; text, unless an attempt said otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// A list, even of one.
    pub(super) list: bool,
    /// Nothing, where the text is empty.
    pub(super) none: bool,
    pub(super) scalar: Option<Scalar>,
}

/// A kind of value that text can spell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Integer,
    Float,
    Bool,
}

/// A value that text spelled.
pub(super) enum Parsed {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
}

/// Text that went into a buffer, or into an option.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handed {
    pub(super) place: usize,
    pub(super) len: usize,
    /// The index of its name.
    pub(super) group: usize,
    pub(super) in_option: bool,
}

/// A refusal: where the refused text lies, and what it should be read as instead.
#[derive(Clone, Copy, Debug)]
struct Refused {
    place: usize,
    len: usize,
    wanted: Wanted,
}

#[derive(Clone, Copy, Debug)]
enum Wanted {
    List,
    Nothing,
    Scalar(Scalar),
}

thread_local! {
    /// The refusals of the attempt that runs on this thread.
    static REFUSED: RefCell<Option<Vec<Refused>>> = const { RefCell::new(None) };
}

/// Makes a value, again and again while a refusal shows how else to read a name.
pub(super) fn attempts<T>(
    fields: &Fields<'_>,
    make: impl Fn() -> Result<T, FieldError>,
) -> Result<T, FieldError> {
    let mut best = None;
    for _ in 0..MAX_ATTEMPTS {
        fields.handed.borrow_mut().clear();
        let (result, refused) = noting(&make);
        let result = result.map_err(|error| fields.locate(error));
        let more = fields.read_anew(&refused, result.as_ref().err());
        best = Some(better(best, result));
        if !more {
            break;
        }
    }
    best.unwrap_or_else(make)
}

/// Prefers a value to an error, an error that names its field to one that does not, and the later of two.
fn better<T>(before: Option<Result<T, FieldError>>, after: Result<T, FieldError>) -> Result<T, FieldError> {
    match (before, after) {
        (_, Ok(value)) | (Some(Ok(value)), Err(_)) => Ok(value),
        (Some(Err(before)), Err(after)) if after.field().is_none() => Err(before),
        (_, Err(after)) => Err(after),
    }
}

/// Notes, while an attempt runs on this thread, that `text` was refused.
#[inline]
pub(super) fn note(text: &str, expected: &str) {
    let Some(wanted) = wanted(text, expected) else { return };
    REFUSED.with_borrow_mut(|refused| {
        if let Some(refused) = refused.as_mut().filter(|refused| refused.len() < MAX_PAIRS) {
            refused.push(Refused { place: text.as_ptr().addr(), len: text.len(), wanted });
        }
    });
}

/// What `text` is to be read as where a visitor expected this; `None` where it cannot be that.
#[inline]
fn wanted(text: &str, expected: &str) -> Option<Wanted> {
    let is = |is: bool, scalar| is.then_some(Wanted::Scalar(scalar));
    if ["a sequence", "an array", "a tuple", "tuple "].iter().any(|list| expected.starts_with(list)) {
        return Some(Wanted::List);
    }
    if text.is_empty() {
        return Some(Wanted::Nothing);
    }
    match expected {
        "u8" => is(number::parse::<u8>(text).is_some(), Scalar::Integer),
        "u16" => is(number::parse::<u16>(text).is_some(), Scalar::Integer),
        "u32" => is(number::parse::<u32>(text).is_some(), Scalar::Integer),
        "u64" => is(number::parse::<u64>(text).is_some(), Scalar::Integer),
        "usize" => is(number::parse::<usize>(text).is_some(), Scalar::Integer),
        "i8" => is(number::parse::<i8>(text).is_some(), Scalar::Integer),
        "i16" => is(number::parse::<i16>(text).is_some(), Scalar::Integer),
        "i32" => is(number::parse::<i32>(text).is_some(), Scalar::Integer),
        "i64" => is(number::parse::<i64>(text).is_some(), Scalar::Integer),
        "isize" => is(number::parse::<isize>(text).is_some(), Scalar::Integer),
        "f32" | "f64" => is(parse_float(text).is_some(), Scalar::Float),
        "a boolean" => is(parse_bool(text).is_some(), Scalar::Bool),
        // A visitor of the application's own; it is asked once with what the text looks like.
        _ => [Scalar::Integer, Scalar::Float, Scalar::Bool]
            .into_iter()
            .find(|scalar| scalar.parse(text).is_some())
            .map(Wanted::Scalar),
    }
}

/// Runs `make` and collects what is refused meanwhile; an attempt inside of an attempt has notes of its own.
#[inline]
fn noting<T>(make: impl Fn() -> T) -> (T, Vec<Refused>) {
    struct Restore(Option<Vec<Refused>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            REFUSED.set(self.0.take());
        }
    }
    let _outer = Restore(REFUSED.replace(Some(Vec::new())));
    let made = make();
    (made, REFUSED.take().unwrap_or_default())
}

impl Fields<'_> {
    /// Changes how names are read, after what was refused; `false` where nothing is left to try.
    #[inline]
    fn read_anew(&self, refused: &[Refused], error: Option<&FieldError>) -> bool {
        let mut changed = false;
        for refused in refused {
            if let Some(group) = self.holder(refused.place, refused.len) {
                changed |= self.change(group, refused.wanted);
            }
        }
        let Some(name) = error.and_then(FieldError::field) else { return changed };
        for handed in self.handed.borrow().iter().filter(|handed| handed.in_option) {
            let named = self.groups.get(handed.group).is_some_and(|group| group.name == name);
            changed |= named && self.change(handed.group, Wanted::Nothing);
        }
        changed
    }

    /// Reads the group so from now on; `false` where it was read so already.
    #[inline]
    fn change(&self, group: usize, wanted: Wanted) -> bool {
        let Some(group) = self.groups.get(group) else { return false };
        let before = group.reading.get();
        let reading = match wanted {
            Wanted::List => Reading { list: true, ..before },
            Wanted::Nothing => Reading { none: true, ..before },
            Wanted::Scalar(scalar) => Reading { scalar: before.scalar.or(Some(scalar)), ..before },
        };
        group.reading.set(reading);
        reading != before
    }

    /// Names the field of an error that a buffer raised.
    #[inline]
    fn locate(&self, error: FieldError) -> FieldError {
        let holder = error.place().and_then(|(place, len)| self.holder(place, len));
        match holder.and_then(|group| self.groups.get(group)) {
            Some(group) => error.at(&group.name),
            None => error,
        }
    }

    /// The group whose text was handed out at this place; the last one, where memory was used twice.
    #[inline]
    fn holder(&self, place: usize, len: usize) -> Option<usize> {
        let handed = self.handed.borrow();
        let holder = handed.iter().rev().find(|handed| handed.place == place && handed.len == len);
        holder.map(|handed| handed.group)
    }
}

impl Scalar {
    #[inline]
    pub(super) fn parse(self, text: &str) -> Option<Parsed> {
        match self {
            Self::Integer => {
                let unsigned = number::parse(text).map(Parsed::Unsigned);
                unsigned.or_else(|| number::parse(text).map(Parsed::Signed))
            }
            Self::Float => parse_float(text).map(Parsed::Float),
            Self::Bool => parse_bool(text).map(Parsed::Bool),
        }
    }
}

impl Parsed {
    pub(super) fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self {
            Self::Unsigned(number) => visitor.visit_u64(number),
            Self::Signed(number) => visitor.visit_i64(number),
            Self::Float(number) => visitor.visit_f64(number),
            Self::Bool(value) => visitor.visit_bool(value),
        }
    }
}

/// Whether a type of this name is an option of a number or of a `bool`, which no empty text is: spares them the
/// second attempt. Names are not promised to stay as they are; where one changes, the second attempt is made.
#[inline]
pub(super) fn is_option_of_number(type_name: &str) -> bool {
    let inner = type_name.strip_prefix("core::option::Option<").and_then(|name| name.strip_suffix('>'));
    inner.is_some_and(|inner| {
        let numbers = "bool u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64";
        numbers.split(' ').any(|number| number == inner)
    })
}
