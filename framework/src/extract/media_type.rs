//! The refusal of a body of another media type (RFC 9110 §8.3.1) than the handler takes.

use std::error::Error;
use std::fmt;

use http::header::ACCEPT;
use http::{HeaderValue, StatusCode};

use super::de::quoted;
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};

/// The refusal of a body whose content type the handler does not take: 415, with what it takes in `Accept`
/// (RFC 9110 §12.5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaTypeRejection {
    expected: &'static str,
    found: Option<String>,
}

impl MediaTypeRejection {
    pub(super) fn new(expected: &'static str, request: &Request) -> Self {
        Self { expected, found: request.header("content-type").map(str::to_owned) }
    }

    /// 415 Unsupported Media Type.
    pub fn status(&self) -> StatusCode {
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    }

    pub(super) fn problem(&self) -> Problem {
        let problem = Problem::new(self.status()).detail(self.to_string()).with("expected", self.expected);
        problem.header(ACCEPT, HeaderValue::from_static(self.expected))
    }
}

impl fmt::Display for MediaTypeRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a body of the content type `{}`, found ", self.expected)?;
        match &self.found {
            Some(found) => f.write_str(&quoted(found)),
            None => f.write_str("none"),
        }
    }
}

impl Error for MediaTypeRejection {}

impl IntoResponse for MediaTypeRejection {
    #[inline]
    fn into_response(self) -> Response {
        self.problem().into_response()
    }
}
