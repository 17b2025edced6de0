//! Parameters of a pattern: how a handler's argument is parsed from one, and how one is written into a URL.
//!
//! A parameter's text is what lies between two slashes of the path, percent-decoded once (RFC 3986 §2.1) after
//! routing, so that `%2F` is data. Text that is not UTF-8 then is refused with 400.

mod numbers;

use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;

use http::StatusCode;

use crate::http::{Request, Response, decode_param};
use crate::respond::{IntoResponse, Problem};

/// A type that an argument named like a `:param` of the pattern can have.
///
/// The integers, `NonZero` ones too, floats, `bool`, `char`, `String`, `&str` and `Cow<str>` are such types; [`Parsed`]
/// makes one of any type with [`FromStr`]. A number has no `+` in front; zeros may lead. A text that does not parse is
/// answered with a 400 that names each parameter at fault, its text and what was expected.
///
/// ```
/// use server::{FromParam, ParamError, get};
///
/// struct Slug(String);
///
/// impl FromParam<'_> for Slug {
///     fn from_param(text: &str) -> Result<Self, ParamError> {
///         let valid = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
///         valid.then(|| Slug(text.to_owned())).ok_or(ParamError::expected("lower-case letters and dashes"))
///     }
/// }
///
/// #[get("/posts/:slug")]
/// async fn post(slug: Slug) -> String {
///     slug.0
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be parsed from a path: take a number, `&str` or `String`, or `Parsed<{Self}>` where it has `FromStr`",
    label = "this argument is named like a `:param` of the pattern",
    note = "take a number, `bool`, `char`, `String`, `&str`, or `Parsed<T>` for a type with `FromStr`; or implement \
            `FromParam` for it; or, for an extractor, give the argument another name"
)]
pub trait FromParam<'a>: Sized {
    /// Parses the parameter's text, which is decoded and never empty.
    ///
    /// # Errors
    ///
    /// What the client should have sent; it is answered with 400.
    fn from_param(text: &'a str) -> Result<Self, ParamError>;
}

/// Why a parameter was refused: what goes into the answer behind its name.
///
/// ```
/// use server::{FromParam, ParamError};
///
/// struct Even(u32);
///
/// impl FromParam<'_> for Even {
///     fn from_param(text: &str) -> Result<Self, ParamError> {
///         let number: u32 = text.parse().map_err(ParamError::because)?;
///         if number % 2 == 0 { Ok(Self(number)) } else { Err(ParamError::expected("an even number")) }
///     }
/// }
///
/// assert_eq!(Even::from_param("6").map(|even| even.0).ok(), Some(6));
/// assert_eq!(Even::from_param("7").err().unwrap().to_string(), "expected an even number");
/// ```
#[derive(Clone, Debug)]
pub struct ParamError(Reason);

#[derive(Clone, Debug)]
enum Reason {
    Expected(Cow<'static, str>),
    Other(String),
}

impl ParamError {
    /// Says what the text should have been: `expected("an even number")`.
    pub fn expected(what: impl Into<Cow<'static, str>>) -> Self {
        Self(Reason::Expected(what.into()))
    }

    /// Says what is wrong in the words of another error.
    pub fn because(error: impl fmt::Display) -> Self {
        Self(Reason::Other(error.to_string()))
    }
}

impl fmt::Display for ParamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Expected(what) => write!(f, "expected {what}"),
            Reason::Other(error) => f.write_str(error),
        }
    }
}

impl std::error::Error for ParamError {}

/// A parameter of any type with [`FromStr`]; a refusal is told in the words of its error.
///
/// ```
/// use server::{Parsed, get};
/// use std::net::IpAddr;
///
/// #[get("/hosts/:address")]
/// async fn host(Parsed(address): Parsed<IpAddr>) -> String {
///     format!("{address} is {}", if address.is_loopback() { "here" } else { "elsewhere" })
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parsed<T>(pub T);

impl<T: FromStr<Err: fmt::Display>> FromParam<'_> for Parsed<T> {
    fn from_param(text: &str) -> Result<Self, ParamError> {
        text.parse().map(Self).map_err(ParamError::because)
    }
}

impl<T> Deref for Parsed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Parsed<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<'a> FromParam<'a> for &'a str {
    fn from_param(text: &'a str) -> Result<Self, ParamError> {
        Ok(text)
    }
}

impl<'a> FromParam<'a> for Cow<'a, str> {
    fn from_param(text: &'a str) -> Result<Self, ParamError> {
        Ok(Cow::Borrowed(text))
    }
}

impl FromParam<'_> for String {
    fn from_param(text: &str) -> Result<Self, ParamError> {
        Ok(text.to_owned())
    }
}

impl FromParam<'_> for bool {
    fn from_param(text: &str) -> Result<Self, ParamError> {
        text.parse().map_err(|_| ParamError::expected("`true` or `false`"))
    }
}

impl FromParam<'_> for char {
    fn from_param(text: &str) -> Result<Self, ParamError> {
        text.parse().map_err(|_| ParamError::expected("a single character"))
    }
}

/// A value that `handler::url(…)` can be given for a parameter of the type `T`.
///
/// That is any `T` with [`Display`](fmt::Display), by value or by reference, and for texts also `String` and `Cow`.
///
/// ```
/// use server::get;
///
/// #[get("/users/:name")]
/// async fn user(name: &str) -> String {
///     name.to_owned()
/// }
///
/// assert_eq!(user::url("Ada"), "/users/Ada");
/// assert_eq!(user::url(String::from("Ada Lovelace")), "/users/Ada%20Lovelace");
/// ```
#[diagnostic::on_unimplemented(
    message = "the URL's parameter is a `{T}`, not a `{Self}`: give what the handler takes",
    label = "expected a `{T}` here",
    note = "give a value of the type that the handler's argument has, which must implement `Display`"
)]
pub trait IntoParam<T: ?Sized> {
    /// What writes the parameter's text, not yet encoded.
    fn into_param(self) -> impl fmt::Display;
}

impl<T: fmt::Display> IntoParam<T> for T {
    fn into_param(self) -> impl fmt::Display {
        self
    }
}

impl<T: fmt::Display + ?Sized> IntoParam<T> for &T {
    fn into_param(self) -> impl fmt::Display {
        self
    }
}

macro_rules! texts {
    ($($ty:ty),+) => {$(
        impl IntoParam<str> for $ty {
            fn into_param(self) -> impl fmt::Display {
                self
            }
        }
    )+};
}

texts!(String, &String, Cow<'_, str>, &Cow<'_, str>, char);

/// What `handler::url(…)` takes where no argument tells a parameter's type.
pub trait AnyParam {
    /// What writes the parameter's text, not yet encoded.
    fn into_param(self) -> impl fmt::Display;
}

impl<T: fmt::Display> AnyParam for T {
    fn into_param(self) -> impl fmt::Display {
        self
    }
}

/// Makes an owned argument from the parameter at `index`; what `#[route]` calls.
///
/// # Errors
///
/// What [`refuse_params`] names the parameter with.
#[doc(hidden)]
pub fn owned_param<T: for<'a> FromParam<'a>>(
    request: &Request,
    index: usize,
    name: &'static str,
) -> Result<T, Box<ParamFault>> {
    borrowed_param(&param_text(request, index, name)?, name)
}

/// The decoded text of the parameter at `index`, to borrow from; what `#[route]` calls.
///
/// # Errors
///
/// For a text that is not UTF-8.
#[doc(hidden)]
pub fn param_text<'a>(
    request: &'a Request,
    index: usize,
    name: &'static str,
) -> Result<Cow<'a, str>, Box<ParamFault>> {
    let raw = request.raw_param(index).unwrap_or_default();
    decode_param(raw).map_err(|_| fault(name, &format_args!("expected UTF-8, found `{}`", Found(raw))))
}

/// Makes an argument from a text that [`param_text`] gave; what `#[route]` calls.
///
/// # Errors
///
/// What [`refuse_params`] names the parameter with.
#[doc(hidden)]
pub fn borrowed_param<'a, T: FromParam<'a>>(text: &'a str, name: &'static str) -> Result<T, Box<ParamFault>> {
    T::from_param(text).map_err(|error| fault(name, &format_args!("{error}, found `{}`", Found(text))))
}

/// What is wrong with the parameter at `index`, if anything is, where `parse` says it of its text; what `#[route]` calls
/// once it knows of a fault, to tell all of them.
#[doc(hidden)]
pub fn param_fault(
    request: &Request,
    index: usize,
    name: &'static str,
    parse: impl FnOnce(&str) -> Option<Box<ParamFault>>,
) -> Option<Box<ParamFault>> {
    match param_text(request, index, name) {
        Ok(text) => parse(&text),
        Err(fault) => Some(fault),
    }
}

/// The 400 that names each parameter at fault; what `#[route]` calls.
#[cold]
#[doc(hidden)]
pub fn refuse_params<const PARAMS: usize>(mut faults: [Option<Box<ParamFault>>; PARAMS]) -> Response {
    refuse(&mut faults)
}

/// The same for any number of parameters, compiled once.
#[cold]
fn refuse(faults: &mut [Option<Box<ParamFault>>]) -> Response {
    let faults: Vec<_> = faults.iter_mut().filter_map(Option::take).collect();
    let texts: Vec<String> =
        faults.iter().map(|fault| format!("`{}`: {}", fault.name, fault.detail)).collect();
    let mut problem = Problem::new(StatusCode::BAD_REQUEST).detail(texts.join("; "));
    if let Some(first) = faults.first() {
        problem = problem.with_text("param", first.name);
    }
    if let [_, _, ..] = faults.as_slice() {
        let rows = faults.iter().zip(&texts);
        problem = problem.with_rows(
            "errors",
            rows.map(|(fault, text)| [("detail", text.as_str()), ("param", fault.name)]),
        );
    }
    problem.into_response()
}

/// A parameter whose text is not what it should be.
#[derive(Debug)]
pub struct ParamFault {
    name: &'static str,
    /// What was expected, and what was found.
    detail: String,
}

#[cold]
fn fault(name: &'static str, detail: &dyn fmt::Display) -> Box<ParamFault> {
    Box::new(ParamFault { name, detail: detail.to_string() })
}

/// A client's text as an answer may repeat it: escaped, and cut after 64 characters.
struct Found<'a>(&'a str);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 64;
        for char in self.0.chars().take(MOST) {
            match char {
                '`' | '\'' | '"' => write!(f, "{char}")?,
                other => write!(f, "{}", other.escape_debug())?,
            }
        }
        if self.0.chars().nth(MOST).is_some() { f.write_str("…") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
