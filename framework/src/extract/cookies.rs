//! [`Cookies`]: what a client kept for us, and what it is to keep (RFC 6265).
//!
//! The jar is an argument, and in front of a response it writes what was changed. Behind the feature `cookies`.

#[cfg(any(test, feature = "__properties"))]
mod property;
#[cfg(feature = "cookies-signed")]
mod secret;

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;

use cookie::{Cookie, CookieJar, SameSite};
use http::HeaderValue;
use http::header::SET_COOKIE;
use percent_encoding::percent_decode_str;

#[cfg(any(test, feature = "__properties"))]
pub use property::cookies;
#[cfg(feature = "cookies-signed")]
pub use secret::{CookieKey, CookieKeyError, PrivateCookies, SignedCookies};

use super::FromRequest;
use crate::http::{Request, Response};
use crate::respond::ResponsePart;

/// Takes the cookies, as a jar; before a response it sets those that were changed.
///
/// A cookie that is set without more has `Path=/`, `HttpOnly` and `SameSite=Lax`: it is sent to the whole site, no script
/// reads it, and forms of other sites do not send it. `Secure` is for the application to set, as it knows whether its
/// clients come over TLS. Names and values are percent-encoded. A cookie that no field line can hold, or whose path or
/// domain would add attributes, makes the response a 500 with the reason in the log.
///
/// Nothing is refused: a cookie that cannot be read, another application's say, is left out, and so is one whose name is
/// `__Host-…` or `__Secure-…` only once it is decoded. Of several with one name the first counts, which is that of the
/// longest path.
///
/// ```
/// use server::{Cookies, Redirect, get, post};
///
/// #[get("/theme")]
/// async fn theme(cookies: Cookies) -> String {
///     cookies.get("theme").unwrap_or("light").to_owned()
/// }
///
/// #[post("/theme/:name")]
/// async fn choose(name: String, mut cookies: Cookies) -> (Cookies, Redirect) {
///     cookies.set(("theme", name));
///     (cookies, Redirect::see_other("/theme"))
/// }
/// ```
#[derive(Clone, Default)]
pub struct Cookies(CookieJar);

impl Cookies {
    /// The value of the cookie `name`, as it was sent or as it was set since.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Cookie::value)
    }

    /// Has the client keep a cookie: a name and a value, or a [`Cookie`] with attributes.
    ///
    /// ```
    /// use server::Cookies;
    /// use server::cookie::{Cookie, time::Duration};
    ///
    /// let mut cookies = Cookies::default();
    /// cookies.set(("theme", "dark"));
    /// cookies.set(Cookie::build(("visits", "7")).max_age(Duration::days(30)).secure(true));
    /// assert_eq!(cookies.get("visits"), Some("7"));
    /// ```
    pub fn set(&mut self, cookie: impl Into<Cookie<'static>>) {
        self.0.add(with_defaults(cookie.into()));
    }

    /// Has the client forget the cookie `name` of the path `/`, where it has one.
    pub fn remove(&mut self, name: impl Into<String>) {
        self.0.remove(Cookie::build(name.into()).path("/"));
    }

    /// Names and values, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(Cookie::name_value)
    }

    /// Reads the cookies of a request.
    pub(super) fn of(request: &Request) -> Self {
        let mut jar = CookieJar::new();
        for value in request.header_values("cookie") {
            // One that is no text, of another program on the same host, hides no other.
            let pairs = value.split(|&byte| byte == b';').filter_map(|pair| std::str::from_utf8(pair).ok());
            for (name, value) in pairs.filter_map(read_pair) {
                if jar.get(&name).is_none() {
                    jar.add_original(Cookie::new(name, value));
                }
            }
        }
        Self(jar)
    }
}

/// Reads `name=value`; `None` where it is no such pair, or would be taken for a cookie that only this host can set.
fn read_pair(pair: &str) -> Option<(String, String)> {
    // No other whitespace: a browser counts it to the name.
    let trim = |text: &str| text.trim_matches([' ', '\t']).to_owned();
    let (sent, value) = pair.split_once('=').map(|(name, value)| (trim(name), trim(value)))?;
    let decode = |text: &str| percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned);
    let (name, value) = (decode(&sent)?, decode(&value)?);
    let is_disguised = is_prefixed(&name) && !is_prefixed(&sent);
    (!name.is_empty() && !is_disguised).then_some((name, value))
}

/// Whether a browser restricts who sets a cookie of this name; it looks at the name as it is sent.
fn is_prefixed(name: &str) -> bool {
    let begins =
        |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    begins("__Host-") || begins("__Secure-")
}

/// What a cookie is where nobody says otherwise.
fn with_defaults(mut cookie: Cookie<'static>) -> Cookie<'static> {
    if cookie.path().is_none() {
        cookie.set_path("/");
    }
    if cookie.http_only().is_none() {
        cookie.set_http_only(true);
    }
    if cookie.same_site().is_none() {
        cookie.set_same_site(SameSite::Lax);
    }
    cookie
}

impl<S: Sync> FromRequest<S> for Cookies {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(request))
    }
}

/// Adds a `Set-Cookie` for each cookie that was changed.
impl ResponsePart for Cookies {
    fn apply(self, mut response: Response) -> Response {
        for cookie in self.0.delta() {
            match set_cookie(cookie) {
                Ok(value) => response.append_header(SET_COOKIE, value),
                Err(reason) => return Response::broken(reason),
            }
        }
        response
    }
}

/// The field value; the error says what would have made another cookie of it.
pub(super) fn set_cookie(cookie: &Cookie<'_>) -> Result<HeaderValue, String> {
    let attributes = [cookie.path(), cookie.domain()].into_iter().flatten();
    let splits = |text: &str| text.bytes().any(|byte| byte == b';' || byte.is_ascii_control());
    if let Some(attribute) = attributes.into_iter().find(|text| splits(text)) {
        return Err(format!("the cookie {:?} has an attribute {attribute:?}", cookie.name()));
    }
    if cookie.name().is_empty() {
        return Err("a cookie without a name".to_owned());
    }
    HeaderValue::try_from(cookie.encoded().to_string())
        .map_err(|error| format!("the cookie {:?}: {error}", cookie.name()))
}

/// Says which there are, and not what is in them: debug output ends in logs.
impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(Cookie::name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::IntoResponse;

    pub(super) fn request(cookies: &[&str]) -> Request {
        let mut request = Request::new(Method::GET, "/");
        for cookies in cookies {
            request.headers_mut().append("cookie", HeaderValue::from_bytes(cookies.as_bytes()).unwrap());
        }
        request
    }

    pub(super) fn set_cookies(response: &Response) -> Vec<String> {
        let values = response.headers().get_all(SET_COOKIE).iter();
        let mut values: Vec<_> = values.map(|value| value.to_str().unwrap().to_owned()).collect();
        values.sort();
        values
    }

    #[track_caller]
    fn check(sent: &[&str], expected: &[(&str, &str)]) {
        let cookies = Cookies::of(&request(sent));
        let mut found: Vec<_> = cookies.iter().collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{sent:?}");
    }

    #[test]
    fn reads_what_was_sent() {
        check(&[], &[]);
        check(&["a=1; b=2"], &[("a", "1"), ("b", "2")]);
        check(&["a=1;b=2", "c=3"], &[("a", "1"), ("b", "2"), ("c", "3")]);
        check(&["a=x%20y%3B; b=\"q\""], &[("a", "x y;"), ("b", "\"q\"")]);
        check(&["a=first; a=second"], &[("a", "first")]);
        check(&["a=1; ; nothing; =x; b=%ff; c=3"], &[("a", "1"), ("c", "3")]);
        check(&["a=é"], &[("a", "é")]);
        check(&["__Host-a=1; __secure-b=2"], &[("__Host-a", "1"), ("__secure-b", "2")]);
    }

    #[test]
    fn a_cookie_that_is_no_text_hides_no_other() {
        let mut request = request(&[]);
        let sent = HeaderValue::from_bytes(b"a=1; b=\xff; \xe9=2; c=3").unwrap();
        request.headers_mut().append("cookie", sent);
        let cookies = Cookies::of(&request);
        assert_eq!([cookies.get("a"), cookies.get("b"), cookies.get("c")], [Some("1"), None, Some("3")]);
    }

    #[test]
    fn takes_no_cookie_for_one_that_is_protected() {
        check(&["%5f_Host-a=1; __%48ost-a=2; __host%2Da=3; __Secure%2da=4"], &[]);
        check(&["__%48ost-a=1; __Host-a=2"], &[("__Host-a", "2")]);
        check(&["\u{a0}__Host-a=1;\u{2000}b=2"], &[("\u{a0}__Host-a", "1"), ("\u{2000}b", "2")]);
    }

    #[test]
    fn writes_what_was_changed_and_no_more() {
        let mut cookies = Cookies::of(&request(&["kept=1; gone=2; changed=3"]));
        cookies.set(("changed", "x;y\r\n"));
        cookies.remove("gone");
        cookies.remove("never there");
        assert_eq!((cookies.get("changed"), cookies.get("gone")), (Some("x;y\r\n"), None));
        let found = set_cookies(&(cookies, "text").into_response());
        assert_eq!(found[0], "changed=x%3By%0D%0A; HttpOnly; SameSite=Lax; Path=/");
        assert!(found[1].starts_with("gone=; Path=/; Max-Age=0; Expires="), "{found:?}");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn says_the_attributes_that_were_chosen() {
        let mut cookies = Cookies::default();
        cookies.set(
            Cookie::build(("a", "1")).path("/x").http_only(false).same_site(SameSite::Strict).secure(true),
        );
        let response = (cookies, ([("set-cookie", "b=2")], "text")).into_response();
        assert_eq!(set_cookies(&response), ["a=1; SameSite=Strict; Secure; Path=/x", "b=2"]);
    }

    #[test]
    fn no_attribute_adds_another() {
        for cookie in [
            Cookie::build(("a", "1")).path("/; Domain=example.org"),
            Cookie::build(("a", "1")).domain("a\r\nb: c"),
            Cookie::build(("", "1")),
        ] {
            let mut cookies = Cookies::default();
            cookies.set(cookie);
            let response = (cookies, "text").into_response();
            assert_eq!((response.status().as_u16(), response.headers().len()), (500, 0));
        }
    }

    #[test]
    fn debug_output_names_them_alone() {
        assert_eq!(format!("{:?}", Cookies::of(&request(&["a=secret"]))), r#"{"a"}"#);
    }

    proptest::proptest! {
        #[test]
        fn what_is_set_is_read_back(name in "[a-z;= é]{1,8}", value in "\\PC{0,16}|[\\x00-\\x7f]{0,16}") {
            let mut cookies = Cookies::default();
            cookies.set((name.clone(), value.clone()));
            let written = set_cookies(&(cookies, "text").into_response());
            let (pair, _) = written[0].split_once("; HttpOnly").unwrap();
            proptest::prop_assert!(!pair.contains([';', ' ', '\r', '\n']), "{pair:?}");
            let read = Cookies::of(&request(&[pair]));
            proptest::prop_assert_eq!(read.get(&name), Some(value.as_str()));
        }

        #[test]
        fn any_field_is_a_jar(text in "[a-c=; %\"é]{0,32}") {
            let cookies = Cookies::of(&request(&[&text]));
            proptest::prop_assert!(cookies.iter().all(|(name, _)| !name.is_empty()));
        }
    }
}
