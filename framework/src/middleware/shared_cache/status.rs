//! `Cache-Status` (RFC 9211): what the cache did with a request, for those who wonder.

use http::{HeaderName, HeaderValue, StatusCode};

use crate::http::Response;

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// It was answered with what is kept.
    Hit,
    /// It was answered with what is kept although that is out of date, as its successor could not be made.
    StaleOnError(StatusCode),
    /// It went on to the handler.
    Forwarded { why: Why, status: StatusCode, is_stored: bool },
    /// `only-if-cached`, and nothing is.
    Refused,
}

/// Why a request went on (RFC 9211 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Bypass,
    Method,
    UriMiss,
    VaryMiss,
    Stale,
    Request,
}

/// What else there is to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Beside {
    /// Seconds for which the answer is fresh still.
    pub(super) ttl: Option<i64>,
    /// It waited for another request's answer.
    pub(super) is_collapsed: bool,
}

/// Adds a member for this cache behind those of caches further in.
#[inline]
pub(super) fn tell(response: &mut Response, name: &str, done: Done, beside: Beside) {
    let mut text = name.to_owned();
    text += &match done {
        Done::Hit => "; hit".to_owned(),
        Done::StaleOnError(status) => {
            format!("; fwd=stale; fwd-status={}; detail=stale-if-error", status.as_u16())
        }
        Done::Forwarded { why, status, is_stored } => {
            let stored = if is_stored { "; stored" } else { "" };
            format!("; fwd={}; fwd-status={}{stored}", why.text(), status.as_u16())
        }
        Done::Refused => "; detail=only-if-cached".to_owned(),
    };
    if let Some(ttl) = beside.ttl {
        text += &format!("; ttl={ttl}");
    }
    if beside.is_collapsed {
        text += "; collapsed";
    }
    if let Ok(value) = HeaderValue::try_from(text) {
        response.append_header(CACHE_STATUS, value);
    }
}

impl Why {
    fn text(self) -> &'static str {
        match self {
            Self::Bypass => "bypass",
            Self::Method => "method",
            Self::UriMiss => "uri-miss",
            Self::VaryMiss => "vary-miss",
            Self::Stale => "stale",
            Self::Request => "request",
        }
    }
}
