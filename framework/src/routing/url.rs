//! The builder behind `handler::url(…)`: literals as they stand in the table, parameters percent-encoded.
//!
//! What it writes is an absolute path (RFC 3986 §3.3) that routes back to the same handler with the same values.

use std::fmt;

use percent_encoding::utf8_percent_encode;

use super::{RouteInfo, RouteUrl};
use crate::http::RESERVED;

/// A URL in the making; the macro's alone.
#[derive(Debug)]
pub struct UrlBuilder(String);

impl UrlBuilder {
    /// One that begins with text that is encoded already.
    pub fn starting(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Appends text that is encoded already.
    #[must_use]
    pub fn literal(mut self, text: &str) -> Self {
        self.0.push_str(text);
        self
    }

    /// Appends the value of the parameter `name` as one segment.
    ///
    /// # Panics
    ///
    /// In builds with debug assertions where the value is empty, `.` or `..`: no URL can carry these. Other builds log
    /// an error and write the URL, which will not route.
    #[must_use]
    #[track_caller]
    pub fn param(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.segment(name, &value.to_string());
        self
    }

    /// Appends the value of the catch-all `name`, whose slashes divide segments.
    ///
    /// # Panics
    ///
    /// As [`UrlBuilder::param`] does, where the value is empty or a segment of it is `.` or `..`.
    #[must_use]
    #[track_caller]
    pub fn catch_all(mut self, name: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        if value.is_empty() {
            unroutable(name, &value);
        }
        for (index, segment) in value.split('/').enumerate() {
            if index > 0 {
                self.0.push('/');
            }
            if !segment.is_empty() {
                self.segment(name, segment);
            }
        }
        self
    }

    /// The whole, as the URL of `route`.
    pub fn finish(self, route: &'static RouteInfo) -> RouteUrl {
        RouteUrl::new(route, self.0)
    }

    #[track_caller]
    fn segment(&mut self, name: &str, value: &str) {
        // Clients resolve dot segments, even encoded ones, before they send a request.
        if matches!(value, "" | "." | "..") {
            unroutable(name, value);
        }
        self.0.extend(utf8_percent_encode(value, RESERVED));
    }
}

#[track_caller]
fn unroutable(name: &str, value: &str) {
    tracing::error!(name, value, "a URL was built that does not lead back to its route");
    debug_assert!(false, "no URL can carry {value:?} as the parameter `{name}`");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(value: &str) -> String {
        UrlBuilder::starting("/users/").param("id", value).literal("/posts").0
    }

    fn files(value: &str) -> String {
        UrlBuilder::starting("/files/").catch_all("path", value).0
    }

    #[test]
    fn encodes_what_is_reserved() {
        assert_eq!(url("42"), "/users/42/posts");
        assert_eq!(url("a/b?c#d%e"), "/users/a%2Fb%3Fc%23d%25e/posts");
        assert_eq!(url("é ~_-."), "/users/%C3%A9%20~_-./posts");
        assert_eq!(url("..."), "/users/.../posts");
    }

    #[test]
    fn keeps_the_slashes_of_a_catch_all() {
        assert_eq!(files("a/b c/"), "/files/a/b%20c/");
        assert_eq!(files("/a"), "/files//a");
    }

    #[test]
    #[cfg_attr(debug_assertions, should_panic(expected = "no URL can carry \"\" as the parameter `id`"))]
    fn tells_of_an_empty_param() {
        assert_eq!(url(""), "/users//posts");
    }

    #[test]
    #[cfg_attr(debug_assertions, should_panic(expected = "no URL can carry \"..\" as the parameter `path`"))]
    fn tells_of_dot_segments() {
        assert_eq!(files("a/../b"), "/files/a/../b");
    }

    proptest! {
        #[test]
        fn comes_back_as_one_segment(value in ".+") {
            prop_assume!(!matches!(value.as_str(), "." | ".."));
            let url = url(&value);
            let segment = url.strip_prefix("/users/").and_then(|url| url.strip_suffix("/posts")).unwrap();
            prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte)));
            prop_assert!(!segment.contains('/'));
            let decoded = percent_encoding::percent_decode_str(segment).decode_utf8().unwrap();
            prop_assert_eq!(decoded, value);
        }
    }
}
