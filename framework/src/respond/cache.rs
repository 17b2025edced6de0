//! [`Cache`]: how long an answer may be kept, and by whom (RFC 9111 §5.2.2).

use std::fmt;
use std::time::Duration;

use http::HeaderValue;
use http::header::CACHE_CONTROL;

use super::ResponsePart;
use crate::http::Response;

/// Sets `Cache-Control`. Times are in whole seconds. [`SharedCache`](crate::layers::SharedCache) keeps what it allows.
///
/// With an [`ETag`](crate::ETag) beside it, a copy that is out of date costs its client a 304 and no body.
///
/// ```
/// use server::{Cache, ETag, get};
/// use std::time::Duration;
///
/// #[get("/motto")]
/// async fn motto() -> (Cache, ETag, &'static str) {
///     (Cache::public(Duration::from_secs(60)), ETag::strong(7), "festina lente")
/// }
///
/// let year = Duration::from_secs(31_536_000);
/// assert_eq!(Cache::public(year).immutable().to_string(), "public, max-age=31536000, immutable");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache(String);

impl Cache {
    /// Any cache may keep it for `age`.
    #[inline]
    pub fn public(age: Duration) -> Self {
        Self(format!("public, max-age={}", age.as_secs()))
    }

    /// Only the client's own cache may keep it for `age`: what is for this one reader.
    #[inline]
    pub fn private(age: Duration) -> Self {
        Self(format!("private, max-age={}", age.as_secs()))
    }

    /// It may be kept, and is to be asked for before each use: cheap where it has an [`ETag`](crate::ETag).
    #[inline]
    pub fn revalidate() -> Self {
        Self("no-cache".to_owned())
    }

    /// It is not to be kept at all: what is secret.
    #[inline]
    pub fn no_store() -> Self {
        Self("no-store".to_owned())
    }

    /// Caches that many clients share keep it for `age` instead.
    #[must_use]
    #[inline]
    pub fn shared(self, age: Duration) -> Self {
        self.with(format_args!("s-maxage={}", age.as_secs()))
    }

    /// It never changes: a client does not ask again even when its user reloads (RFC 8246).
    #[must_use]
    #[inline]
    pub fn immutable(self) -> Self {
        self.with("immutable")
    }

    /// Once it is out of date it is not to be used, not even where the server cannot be reached.
    #[must_use]
    #[inline]
    pub fn must_revalidate(self) -> Self {
        self.with("must-revalidate")
    }

    /// For `age` longer a cache may answer with it while it asks for the new one (RFC 5861 §3).
    #[must_use]
    #[inline]
    pub fn stale_while_revalidate(self, age: Duration) -> Self {
        self.with(format_args!("stale-while-revalidate={}", age.as_secs()))
    }

    /// For `age` longer a cache may answer with it where the server fails (RFC 5861 §4).
    #[must_use]
    #[inline]
    pub fn stale_if_error(self, age: Duration) -> Self {
        self.with(format_args!("stale-if-error={}", age.as_secs()))
    }

    #[inline]
    fn with(self, directive: impl fmt::Display) -> Self {
        Self(format!("{}, {directive}", self.0))
    }
}

impl fmt::Display for Cache {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ResponsePart for Cache {
    #[inline]
    fn apply(self, mut response: Response) -> Response {
        let value = HeaderValue::try_from(self.0);
        response.set_header(CACHE_CONTROL, value.expect("directives are ASCII"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IntoResponse;

    #[test]
    fn each_directive_is_written() {
        let minute = Duration::from_millis(60_900);
        let rows = [
            (Cache::public(minute), "public, max-age=60"),
            (Cache::private(Duration::ZERO), "private, max-age=0"),
            (Cache::revalidate(), "no-cache"),
            (Cache::no_store(), "no-store"),
            (Cache::public(minute).shared(Duration::from_secs(9)), "public, max-age=60, s-maxage=9"),
            (Cache::public(minute).must_revalidate(), "public, max-age=60, must-revalidate"),
            (
                Cache::public(minute).stale_while_revalidate(minute).stale_if_error(minute).immutable(),
                "public, max-age=60, stale-while-revalidate=60, stale-if-error=60, immutable",
            ),
        ];
        for (cache, expected) in rows {
            let response = (cache, "text").into_response();
            assert_eq!(response.headers()["cache-control"], expected);
        }
    }
}
