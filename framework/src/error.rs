//! [`Error`]: any error of an application, on its way to a 500 that tells the client nothing.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

use crate::http::{BodyError, Response};
use crate::respond::{FileError, IntoResponse, Problem};

/// Any error at all, by `?`; the answer is a 500, the log gets the chain, the client none of it.
///
/// A [`BodyError`] is the client's own, as a rule, and is answered as such: 408 where the body was too slow, 413
/// where it was too large, 400 where it was malformed or broke off. So is a
/// [`FileError`](crate::rejection::FileError): 404 where there is no such file.
///
/// It does not implement [`std::error::Error`], so that every type which does can become one.
///
/// ```
/// use server::get;
///
/// #[get("/motd")]
/// async fn motd() -> server::Result<String> {
///     Ok(std::fs::read_to_string("/etc/motd")?)
/// }
/// ```
pub struct Error(Box<dyn StdError + Send + Sync>);

/// What `main` and quick handlers return.
///
/// ```
/// fn port() -> server::Result<u16> {
///     Ok(std::env::var("PORT").unwrap_or_else(|_| "8080".to_owned()).parse()?)
/// }
///
/// assert_eq!(port()?, 8080);
/// # Ok::<(), server::Error>(())
/// ```
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error that is only a sentence.
    pub fn message(text: impl Into<String>) -> Self {
        Self(text.into().into())
    }

    /// The error inside.
    pub fn inner(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self.0.as_ref()
    }

    /// The same, taken out.
    pub fn into_inner(self) -> Box<dyn StdError + Send + Sync> {
        self.0
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

/// What broke a body off that was written with any error, as in [`Body::stream`](crate::Body::stream) and
/// [`Sse::stream`](crate::Sse::stream).
impl From<Error> for BodyError {
    fn from(error: Error) -> Self {
        match error.0.downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self::Source(error),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let error = match self.0.downcast::<BodyError>() {
            Ok(error) => return error.into_response(),
            Err(error) => error,
        };
        match error.downcast::<FileError>() {
            Ok(error) => error.into_response(),
            Err(error) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR).source(error).into_response(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The whole chain, as `main` prints it when it returns an error.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            write!(f, "\n  caused by: {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_fails_with_any_error_and_keeps_its_own() {
        let own = BodyError::from(Error::from(BodyError::Disconnected));
        assert!(matches!(own, BodyError::Disconnected), "{own:?}");
        let other = BodyError::from(Error::message("no such star"));
        assert_eq!(StdError::source(&other).map(ToString::to_string).as_deref(), Some("no such star"));
    }
}
