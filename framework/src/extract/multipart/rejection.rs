//! [`MultipartRejection`]: why a body is no form of several parts.

use std::error::Error;
use std::fmt;

use http::StatusCode;

use crate::extract::body::BodyRejection;
use crate::extract::de::{FieldErrors, bounded, quoted};
use crate::extract::rejection::MediaTypeRejection;
use crate::http::Response;
use crate::respond::{IntoResponse, Problem};

/// The most characters of a part's name that an answer has as its member `part`.
const NAME_CHARS: usize = 256;

/// Why a body is no form of several parts, or not the one that was asked for.
#[derive(Debug)]
#[non_exhaustive]
pub enum MultipartRejection {
    /// Its content type is another, or not said, or it is in a content coding; 415.
    MediaType(MediaTypeRejection),
    /// It could not be read, or is too large.
    Body(BodyRejection),
    /// It does not follow the grammar; 400.
    Malformed {
        /// What was expected, or is missing.
        reason: &'static str,
        /// The part in which it was seen, where one had begun.
        part: Option<String>,
    },
    /// A part's field lines are too long; 413.
    HeadTooLarge {
        /// The bound that was passed, in bytes.
        limit: usize,
    },
    /// There are more parts than are allowed; 413.
    TooManyParts {
        /// The bound that was passed.
        limit: usize,
    },
    /// A part's content is too long; 413.
    PartTooLarge {
        /// Its name.
        part: String,
        /// The bound that was passed, in bytes.
        limit: u64,
    },
    /// The parts are no `T` of a [`MultipartForm`](crate::MultipartForm); 422, or 500 where none could make the type.
    Mismatch(FieldErrors),
}

impl MultipartRejection {
    /// The status it is answered with.
    #[inline]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MediaType(rejection) => rejection.status(),
            Self::Body(rejection) => rejection.status(),
            Self::Malformed { .. } => StatusCode::BAD_REQUEST,
            Self::HeadTooLarge { .. } | Self::TooManyParts { .. } | Self::PartTooLarge { .. } => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Mismatch(errors) if errors.are_malformed() => StatusCode::BAD_REQUEST,
            Self::Mismatch(errors) if errors.are_impossible() => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Mismatch(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// The name of the part at fault, of the first one where there are several.
    #[inline]
    pub fn part(&self) -> Option<&str> {
        match self {
            Self::Malformed { part, .. } => part.as_deref(),
            Self::PartTooLarge { part, .. } => Some(part),
            Self::Mismatch(errors) => errors.field(),
            Self::MediaType(_) | Self::Body(_) | Self::HeadTooLarge { .. } | Self::TooManyParts { .. } => {
                None
            }
        }
    }
}

impl fmt::Display for MultipartRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediaType(rejection) => rejection.fmt(f),
            Self::Body(rejection) => rejection.fmt(f),
            Self::Malformed { reason, part: Some(part) } => {
                write!(f, "multipart: part {}: {reason}", quoted(part))
            }
            Self::Malformed { reason, part: None } => write!(f, "multipart: {reason}"),
            Self::HeadTooLarge { limit } => {
                write!(
                    f,
                    "multipart: expected a part's head of at most {limit} bytes, which `PartLimits::head_bytes` sets"
                )
            }
            Self::TooManyParts { limit } => {
                write!(f, "multipart: expected at most {limit} parts, which `PartLimits::parts` sets")
            }
            Self::PartTooLarge { part, limit } => {
                write!(f, "multipart: part {}: expected at most {limit} bytes", quoted(part))
            }
            Self::Mismatch(errors) => write!(f, "multipart: {errors}"),
        }
    }
}

impl Error for MultipartRejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Body(rejection) => rejection.source(),
            Self::MediaType(_)
            | Self::Malformed { .. }
            | Self::HeadTooLarge { .. }
            | Self::TooManyParts { .. }
            | Self::PartTooLarge { .. }
            | Self::Mismatch(_) => None,
        }
    }
}

impl IntoResponse for MultipartRejection {
    #[inline]
    fn into_response(self) -> Response {
        let (status, text) = (self.status(), self.to_string());
        let part = self.part().map(|part| bounded(part, NAME_CHARS));
        let problem = match self {
            Self::MediaType(rejection) => return rejection.into_response(),
            Self::Body(rejection) => return rejection.into_response(),
            Self::Mismatch(_) if status.is_server_error() => {
                return Problem::new(status).source(self).into_response();
            }
            Self::Mismatch(errors) => return errors.problem(status).detail(text).into_response(),
            Self::Malformed { .. } => Problem::new(status),
            Self::HeadTooLarge { limit } => Problem::new(status).with("limit_bytes", limit),
            Self::TooManyParts { limit } => Problem::new(status).with("limit_parts", limit),
            Self::PartTooLarge { limit, .. } => Problem::new(status).with("limit_bytes", limit),
        };
        let problem = problem.detail(text);
        part.into_iter().fold(problem, |problem, part| problem.with("part", part)).into_response()
    }
}
