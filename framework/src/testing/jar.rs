//! The test client's cookies, kept by the rules of RFC 6265 §5 for the one server there is.
//!
//! Names and values are text as it came. Times run on the clock of the runtime, so that a test that pauses it sees
//! cookies expire.

#[cfg(any(test, feature = "__properties"))]
mod property;

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

#[cfg(any(test, feature = "__properties"))]
pub use property::jar;

/// Cookies, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Jar {
    cookies: Vec<Cookie>,
}

#[derive(Debug, PartialEq)]
struct Cookie {
    name: String,
    value: String,
    path: String,
    /// When it is gone; `None` for one that stays as long as the client.
    expires: Option<Instant>,
}

impl Jar {
    /// Keeps, replaces or deletes what a `Set-Cookie` line in the answer to a request of `path` says; a line that says
    /// nothing is left alone.
    #[inline]
    pub(super) fn set(&mut self, line: &[u8], path: &str) {
        let Some((cookie, life)) = std::str::from_utf8(line).ok().and_then(|line| parse(line, path)) else {
            return;
        };
        let known =
            self.cookies.iter_mut().find(|known| known.name == cookie.name && known.path == cookie.path);
        match (known, life) {
            (_, Life::Over) => {
                self.cookies.retain(|known| known.name != cookie.name || known.path != cookie.path);
            }
            // One that is replaced keeps its place in the order.
            (Some(known), Life::Lasting) => *known = cookie,
            (None, Life::Lasting) => self.cookies.push(cookie),
        }
    }

    /// The value of the `Cookie` line of a request of `path`; `None` where no cookie fits.
    #[inline]
    pub(super) fn line(&mut self, path: &str) -> Option<String> {
        self.forget_expired();
        let mut fitting: Vec<_> = self.cookies.iter().filter(|cookie| fits(&cookie.path, path)).collect();
        // Longer paths first, and among equals the older (RFC 6265 §5.4): the sort is stable.
        fitting.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<_> =
            fitting.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The value of the cookie of this name with the longest path.
    #[inline]
    pub(super) fn find(&mut self, name: &str) -> Option<String> {
        self.forget_expired();
        let named = self.cookies.iter().filter(|cookie| cookie.name == name);
        named.max_by_key(|cookie| cookie.path.len()).map(|cookie| cookie.value.clone())
    }

    #[inline]
    fn forget_expired(&mut self) {
        self.cookies.retain(|cookie| cookie.expires.is_none_or(|expires| expires > Instant::now()));
    }
}

/// Whether a line sets its cookie, or deletes it.
#[derive(Debug, PartialEq)]
enum Life {
    Lasting,
    Over,
}

/// Parses `name=value; Attribute=value…` (RFC 6265 §5.2).
#[inline]
fn parse(line: &str, request_path: &str) -> Option<(Cookie, Life)> {
    let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
    let (name, value) = pair.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() {
        return None;
    }
    let (mut path, mut max_age, mut expires) = (None, None, None);
    // Of an attribute given twice the last one counts.
    for attribute in attributes.split(';') {
        let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        let (key, value) = (key.trim(), value.trim());
        if key.eq_ignore_ascii_case("path") {
            path = value.starts_with('/').then_some(value);
        } else if key.eq_ignore_ascii_case("max-age") {
            max_age = parse_max_age(value).or(max_age);
        } else if key.eq_ignore_ascii_case("expires") {
            expires = httpdate::parse_http_date(value).ok().or(expires);
        }
    }
    let left = |date: SystemTime| date.duration_since(SystemTime::now()).unwrap_or_default();
    let left = max_age.or_else(|| expires.map(left));
    let life = if left == Some(Duration::ZERO) { Life::Over } else { Life::Lasting };
    let cookie = Cookie {
        name: name.to_owned(),
        value: value.to_owned(),
        path: path.unwrap_or_else(|| default_path(request_path)).to_owned(),
        expires: left.and_then(|left| Instant::now().checked_add(left)),
    };
    Some((cookie, life))
}

/// Seconds, zero where they are negative; `None` where they are none. More than fit last for ever.
#[inline]
fn parse_max_age(value: &str) -> Option<Duration> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if digits.len() < value.len() {
        return Some(Duration::ZERO);
    }
    Some(Duration::from_secs(digits.parse().unwrap_or(u64::MAX)))
}

/// The path of a cookie that does not say one: its request's up to the last slash (RFC 6265 §5.1.4).
#[inline]
fn default_path(request_path: &str) -> &str {
    match request_path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((_, _)) if !request_path.starts_with('/') => "/",
        Some((folder, _)) => folder,
    }
}

/// Whether a cookie of this path goes with a request of that one (RFC 6265 §5.1.4).
#[inline]
fn fits(path: &str, request_path: &str) -> bool {
    let Some(below) = request_path.strip_prefix(path) else { return false };
    below.is_empty() || path.ends_with('/') || below.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sets each line in answer to a request of its path, and says what goes with a request of `path`.
    #[track_caller]
    fn check(lines: &[(&str, &str)], path: &str, expected: &str) {
        let mut jar = Jar::default();
        for (request_path, line) in lines {
            jar.set(line.as_bytes(), request_path);
        }
        assert_eq!(jar.line(path).unwrap_or_default(), expected, "{lines:?}");
    }

    #[tokio::test]
    async fn keeps_and_replaces_by_name_and_path() {
        check(&[("/", "a=1"), ("/", "b=2"), ("/", "a=3")], "/", "a=3; b=2");
        check(&[("/", "a=1"), ("/", "a=2; Path=/x")], "/x", "a=2; a=1");
        check(&[("/", " a = x y ; HttpOnly; Secure; SameSite=Lax; Domain=example.org")], "/", "a=x y");
        check(&[("/", "a=x=y"), ("/", "b=")], "/", "a=x=y; b=");
        check(&[("/", "nonsense"), ("/", "=1"), ("/", ""), ("/", "; Path=/")], "/", "");
    }

    #[tokio::test]
    async fn sends_below_the_path_alone() {
        for (path, fitting) in [("/x", true), ("/x/", true), ("/x/y", true), ("/xy", false), ("/", false)] {
            check(&[("/", "a=1; Path=/x")], path, if fitting { "a=1" } else { "" });
        }
        check(&[("/", "a=1; path=/x/")], "/x", "");
        check(&[("/in/the/folder", "a=1")], "/in/the", "a=1");
        check(&[("/in/the/folder", "a=1")], "/in", "");
        check(&[("/folder", "a=1; Path=relative"), ("*", "b=1")], "/", "a=1; b=1");
        check(&[("/", "a=1; Path=/x; Path=/y")], "/x", "");
    }

    #[tokio::test]
    async fn deletes() {
        for over in ["Max-Age=0", "max-age=-1", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"] {
            check(&[("/", "a=1"), ("/", "b=1"), ("/", &format!("a=; {over}"))], "/", "b=1");
            // Another path is another cookie.
            check(&[("/", "a=1"), ("/", &format!("a=; Path=/x; {over}"))], "/", "a=1");
        }
        for lasting in [
            "Max-Age=99999999999999999999999",
            "Max-Age=18446744073709551615",
            "Max-Age=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "Max-Age=x",
            "Max-Age=",
            "Expires=soon",
            "Expires=Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            check(&[("/", &format!("a=1; {lasting}"))], "/", "a=1");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn forgets_what_has_expired() {
        let mut jar = Jar::default();
        jar.set(b"a=1; Max-Age=10", "/");
        jar.set(b"b=2", "/");
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(1_000));
        jar.set(format!("c=3; Expires={later}").as_bytes(), "/");
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(jar.line("/").unwrap(), "a=1; b=2; c=3");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(jar.line("/").unwrap(), "b=2; c=3");
        assert_eq!(jar.find("a"), None);
        tokio::time::advance(Duration::from_secs(1_000)).await;
        assert_eq!(jar.line("/").unwrap(), "b=2");
    }

    #[tokio::test]
    async fn finds_the_closest() {
        let mut jar = Jar::default();
        jar.set(b"a=1; Path=/x", "/");
        jar.set(b"a=2", "/");
        assert_eq!(jar.find("a").as_deref(), Some("1"));
        assert_eq!(jar.find("b"), None);
    }
}
