//! What is behind `handler::url(…)`: literals as they stand in the pattern, parameters percent-encoded.
//!
//! What it writes is an absolute path (RFC 3986 §3.3) that routes back to the same handler with the same values.

use std::fmt;

use percent_encoding::utf8_percent_encode;

use super::{Endpoint, RouteInfo, RouteUrl, Segment};
use crate::extract::IntoParam;
use crate::http::RESERVED;

/// The URL of the route's first pattern, with a value for each of its parameters, in order; the macro's alone.
///
/// A value is one segment; that of a catch-all may be several.
///
/// # Panics
///
/// In builds with debug assertions where a segment of a value is `.` or `..`, or a value is empty: no URL can carry
/// these. Other builds log an error and write the URL, which will not route.
#[track_caller]
#[inline]
pub fn url(route: &'static RouteInfo, values: &[&dyn fmt::Display]) -> RouteUrl {
    let segments = route.patterns.first().map_or(&[][..], |pattern| pattern.segments);
    RouteUrl::new(route, write(segments, values))
}

/// The URL of the first pattern of the route `R`, which has no parameter; the macro's alone.
///
/// This, and the same for more parameters, takes rustc half the time of an expression that names the route's constant and
/// a list of values. What type of argument a value is for, its bound says.
pub fn url_0<R: Endpoint>() -> RouteUrl {
    url(R::ROUTE, &[])
}

/// The same with one parameter.
///
/// # Panics
///
/// As [`url`] does.
#[track_caller]
pub fn url_1<R: Endpoint, A: ?Sized>(a: impl IntoParam<A>) -> RouteUrl {
    url(R::ROUTE, &[&a.into_param()])
}

/// The same with two.
///
/// # Panics
///
/// As [`url`] does.
#[track_caller]
pub fn url_2<R: Endpoint, A: ?Sized, B: ?Sized>(a: impl IntoParam<A>, b: impl IntoParam<B>) -> RouteUrl {
    url(R::ROUTE, &[&a.into_param(), &b.into_param()])
}

#[track_caller]
fn write(segments: &[Segment], values: &[&dyn fmt::Display]) -> String {
    let mut url = String::new();
    let mut values = values.iter().map(|value| value.to_string());
    for segment in segments {
        url.push('/');
        match segment {
            Segment::Literal(text) => url.push_str(text),
            Segment::Param(name) => push_param(&mut url, name, &values.next().unwrap_or_default()),
            Segment::CatchAll(name) => push_catch_all(&mut url, name, &values.next().unwrap_or_default()),
        }
    }
    url
}

/// Appends the value of the catch-all `name`, whose slashes divide segments.
#[track_caller]
fn push_catch_all(url: &mut String, name: &str, value: &str) {
    if value.is_empty() {
        unroutable(name, value);
    }
    for (index, segment) in value.split('/').enumerate() {
        if index > 0 {
            url.push('/');
        }
        if !segment.is_empty() {
            push_param(url, name, segment);
        }
    }
}

#[track_caller]
fn push_param(url: &mut String, name: &str, value: &str) {
    // Clients resolve dot segments, even encoded ones, before they send a request.
    if matches!(value, "" | "." | "..") {
        unroutable(name, value);
    }
    url.extend(utf8_percent_encode(value, RESERVED));
}

#[track_caller]
#[inline]
fn unroutable(name: &str, value: &str) {
    tracing::error!(name, value, "a URL was built that does not lead back to its route");
    debug_assert!(false, "no URL can carry {value:?} as the parameter `{name}`");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(value: &str) -> String {
        write(&[Segment::Literal("users"), Segment::Param("id"), Segment::Literal("posts")], &[&value])
    }

    fn files(value: &str) -> String {
        write(&[Segment::Literal("files"), Segment::CatchAll("path")], &[&value])
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
