//! [`NormalPath`]: one path for each place: redirects empty segments and dot segments away (RFC 3986 §5.2.4, §6.2.2).
//!
//! The table matches paths byte for byte, so that `/a//b` is another place than `/a/b`, and `/a/../b` no other name of
//! `/b`. What sits in front, a cache or a proxy with rules of its own, may see that otherwise. With this around the
//! server there is one form, and no handler and no mount meets another.

use super::{Kind, Middleware, Next};
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Redirect};

/// Redirects with 308 where a path has empty segments or dot segments, to the path without: `/a//b/../c` to `/a/c`.
///
/// `%2e` is a dot here, as it is to browsers; other encoded bytes stay as they are, and so does a slash at the end. What
/// is redirected to begins with one slash, never with two, which would name another host.
///
/// It belongs around the server: on a scope or route it sees only what the table has matched.
///
/// ```
/// use server::layers::NormalPath;
/// use server::testing::Client;
/// use server::{Server, get, routes};
///
/// #[get("/notes/all")]
/// async fn all() -> &'static str {
///     "milk"
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::from(Server::new(routes![all]).with(NormalPath));
/// let response = client.get("/notes//./all?page=2").await;
/// assert_eq!((response.status().as_u16(), response.header("location")), (308, Some("/notes/all?page=2")));
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NormalPath;

impl<S: Sync> Middleware<S> for NormalPath {
    const KIND: Kind = Kind::NormalPath;

    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        let Some(path) = normalize(request.path()) else { return next.run(request).await };
        let target = match request.query() {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        Redirect::permanent(target).into_response()
    }
}

/// The path without empty segments and dot segments; `None` where it has none of them, or is no path.
#[inline]
fn normalize(path: &str) -> Option<String> {
    let inner = path.strip_prefix('/')?;
    if is_normal(inner) {
        return None;
    }
    let mut segments: Vec<&str> = Vec::new();
    let mut ends_in_slash = false;
    for segment in inner.split('/') {
        let kind = SegmentKind::of(segment);
        // A dot segment at the end leaves the slash in front of it.
        ends_in_slash = !matches!(kind, SegmentKind::Name);
        match kind {
            SegmentKind::Name => segments.push(segment),
            SegmentKind::Parent => drop(segments.pop()),
            SegmentKind::Empty | SegmentKind::Same => {}
        }
    }
    let slash = if ends_in_slash && !segments.is_empty() { "/" } else { "" };
    Some(format!("/{}{slash}", segments.join("/")))
}

/// Whether nothing is to be changed: all have a name, but for the last one, which may be empty.
#[inline]
fn is_normal(inner: &str) -> bool {
    let mut segments = inner.split('/').map(SegmentKind::of);
    let last = segments.next_back();
    matches!(last, Some(SegmentKind::Name | SegmentKind::Empty) | None)
        && segments.all(|kind| matches!(kind, SegmentKind::Name))
}

enum SegmentKind {
    Empty,
    /// `.`
    Same,
    /// `..`
    Parent,
    Name,
}

impl SegmentKind {
    #[inline]
    fn of(segment: &str) -> Self {
        let (mut dots, mut rest) = (0, segment.as_bytes());
        while let [b'.', more @ ..] | [b'%', b'2', b'e' | b'E', more @ ..] = rest {
            dots += 1;
            rest = more;
        }
        match (dots, rest) {
            (0, []) => Self::Empty,
            (1, []) => Self::Same,
            (2, []) => Self::Parent,
            _ => Self::Name,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::testing::Client;
    use crate::{Server, get, routes};

    #[get("/*path")]
    async fn seen(path: &str) -> String {
        path.to_owned()
    }

    async fn location(target: &str) -> Option<String> {
        let client = Client::from(Server::new(routes![seen]).with(NormalPath));
        let response = client.request(Method::GET, target).await;
        response.header("location").map(str::to_owned)
    }

    #[tokio::test]
    async fn each_place_has_one_path() {
        let rows = [
            ("/", None),
            ("/a", None),
            ("/a/", None),
            ("/a/b.c/..d/...", None),
            ("/a%2Fb/%2e%2e%2e", None),
            ("/a?b=//../c", None),
            ("//", Some("/")),
            ("/a//", Some("/a/")),
            ("/a//b?c=//", Some("/a/b?c=//")),
            ("/a/./b/", Some("/a/b/")),
            ("/a/../b", Some("/b")),
            ("/a/b/..", Some("/a/")),
            ("/a/..", Some("/")),
            ("/../../etc/passwd", Some("/etc/passwd")),
            ("/a/%2e%2E/b", Some("/b")),
            ("/a/.%2e/%2e/b", Some("/b")),
            // Another host, were it not for the one slash.
            ("//evil.example", Some("/evil.example")),
            ("///evil.example//a", Some("/evil.example/a")),
            ("/.//evil.example", Some("/evil.example")),
            ("/a/..//evil.example", Some("/evil.example")),
            ("http://localhost//a", Some("/a")),
        ];
        for (target, expected) in rows {
            assert_eq!(location(target).await.as_deref(), expected, "{target}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_normal_stays_and_names_no_host(path in "/[/.a%2e?\\\\]{0,16}") {
            if let Some(normal) = normalize(&path) {
                proptest::prop_assert!(normal.starts_with('/') && !normal.starts_with("//"), "{}", normal);
                proptest::prop_assert_eq!(normalize(&normal), None);
                let location = Redirect::permanent(normal).into_response();
                let location = location.headers()["location"].to_str().unwrap().to_owned();
                proptest::prop_assert!(!location.starts_with("/\\"), "{}", location);
            }
        }
    }
}
