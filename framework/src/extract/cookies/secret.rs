//! Cookies that a client cannot change, [`SignedCookies`], or not even read, [`PrivateCookies`], and their
//! [`CookieKey`]. Behind the feature `cookies-signed`.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::{fmt, iter};

use cookie::{Cookie, Key};

use super::{Cookies, with_defaults};
use crate::extract::{FromRequest, Provides};
use crate::http::{Request, Response};
use crate::respond::ResponsePart;

/// The fewest bytes of a key: one half signs (HMAC-SHA-256), the other encrypts (AES-256-GCM).
const KEY_BYTES: usize = 64;

/// The secret behind [`SignedCookies`] and [`PrivateCookies`]; the server's state holds it.
///
/// Who has it can make any cookie. It comes from the configuration, and is the same in all copies of the server, or
/// each refuses what the others gave out.
///
/// ```
/// use server::CookieKey;
///
/// #[derive(server::State, Clone)]
/// struct App {
///     key: CookieKey,
/// }
///
/// let refused = CookieKey::new(b"hunter2").unwrap_err();
/// assert_eq!(refused.to_string(), "expected a cookie key of at least 64 random bytes, found 7");
/// ```
#[derive(Clone)]
pub struct CookieKey {
    key: Key,
    /// Those that it took the place of, which cookies are still read by.
    older: Arc<[Key]>,
}

impl CookieKey {
    /// A key from at least 64 random bytes; more are left out.
    ///
    /// # Errors
    ///
    /// Where there are fewer.
    pub fn new(bytes: &[u8]) -> Result<Self, CookieKeyError> {
        Key::try_from(bytes).map(Self::of).map_err(|_| CookieKeyError { len: bytes.len() })
    }

    /// A new one from the system's random generator: what it signed is worth nothing once the process has ended.
    pub fn generate() -> Self {
        Self::of(Key::generate())
    }

    /// Reads what `older` wrote too, and writes nothing by it: so a key is replaced while clients have its cookies.
    ///
    /// Each older key is tried for a cookie that none before it wrote; once their cookies have ended, leave them out.
    ///
    /// ```
    /// use server::CookieKey;
    ///
    /// # fn main() -> Result<(), server::CookieKeyError> {
    /// # let (this_year, last_year) = ([7; 64], [6; 64]);
    /// let key = CookieKey::new(&this_year)?.after(CookieKey::new(&last_year)?);
    /// # let _ = key;
    /// # Ok(())
    /// # }
    /// ```
    pub fn after(mut self, older: Self) -> Self {
        self.older = self.older.iter().chain([&older.key]).chain(older.older.iter()).cloned().collect();
        self
    }

    fn of(key: Key) -> Self {
        Self { key, older: Arc::default() }
    }

    /// All that cookies are read by, the newest first.
    fn readers(&self) -> impl Iterator<Item = &Key> {
        iter::once(&self.key).chain(self.older.iter())
    }
}

/// Says nothing of the key: debug output ends in logs.
impl fmt::Debug for CookieKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieKey").finish_non_exhaustive()
    }
}

/// A key that is too short to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieKeyError {
    len: usize,
}

impl fmt::Display for CookieKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a cookie key of at least {KEY_BYTES} random bytes, found {}", self.len)
    }
}

impl Error for CookieKeyError {}

/// Takes the cookies that this server signed with its [`CookieKey`]; before a response it sets those that were changed.
///
/// A client reads them and cannot change them; a cookie with another signature, or of another name, is as good as
/// none. It can keep an old one and send that again: what must end has its end in its value, or is a
/// [`Session`](crate::Session).
///
/// ```
/// use server::{CookieKey, SignedCookies, get};
///
/// #[derive(server::State, Clone)]
/// struct App {
///     key: CookieKey,
/// }
///
/// #[get("/visits")]
/// async fn visits(mut cookies: SignedCookies) -> (SignedCookies, String) {
///     let visits: u32 = cookies.get("visits").and_then(|text| text.parse().ok()).unwrap_or(0);
///     cookies.set(("visits", (visits + 1).to_string()));
///     (cookies, format!("{visits} visits before"))
/// }
/// ```
pub struct SignedCookies {
    cookies: Cookies,
    key: CookieKey,
}

impl SignedCookies {
    /// The value of the cookie `name`, where this server signed it.
    pub fn get(&self, name: &str) -> Option<String> {
        let cookie = self.key.readers().find_map(|key| self.cookies.0.signed(key).get(name))?;
        cookie.value().strip_prefix(name)?.strip_prefix('=').map(str::to_owned)
    }

    /// Has the client keep a cookie: a name and a value, or a [`Cookie`] with attributes.
    pub fn set(&mut self, cookie: impl Into<Cookie<'static>>) {
        let mut cookie = with_defaults(cookie.into());
        // The signature is over the value alone; with the name in it, it cannot be moved to another cookie.
        let value = format!("{}={}", cookie.name(), cookie.value());
        cookie.set_value(value);
        self.cookies.0.signed_mut(&self.key.key).add(cookie);
    }

    /// Has the client forget the cookie `name` of the path `/`, where it has one.
    pub fn remove(&mut self, name: impl Into<String>) {
        self.cookies.remove(name);
    }
}

/// Takes the cookies that this server encrypted with its [`CookieKey`]; before a response it sets those that were
/// changed.
///
/// A client can neither read nor change them; otherwise they are as [`SignedCookies`].
///
/// ```
/// use server::{CookieKey, PrivateCookies, get};
///
/// #[derive(server::State, Clone)]
/// struct App {
///     key: CookieKey,
/// }
///
/// #[get("/offer")]
/// async fn offer(mut cookies: PrivateCookies) -> (PrivateCookies, &'static str) {
///     cookies.set(("discount", "7"));
///     (cookies, "a discount that you cannot see")
/// }
/// ```
pub struct PrivateCookies {
    cookies: Cookies,
    key: CookieKey,
}

impl PrivateCookies {
    /// The value of the cookie `name`, where this server encrypted it.
    pub fn get(&self, name: &str) -> Option<String> {
        let cookie = self.key.readers().find_map(|key| self.cookies.0.private(key).get(name))?;
        Some(cookie.value().to_owned())
    }

    /// Has the client keep a cookie: a name and a value, or a [`Cookie`] with attributes.
    pub fn set(&mut self, cookie: impl Into<Cookie<'static>>) {
        self.cookies.0.private_mut(&self.key.key).add(with_defaults(cookie.into()));
    }

    /// Has the client forget the cookie `name` of the path `/`, where it has one.
    pub fn remove(&mut self, name: impl Into<String>) {
        self.cookies.remove(name);
    }
}

macro_rules! jars {
    ($($jar:ident),+) => {$(
        impl<S: Provides<CookieKey> + Sync> FromRequest<S> for $jar {
            const READY: bool = true;
            type Rejection = Infallible;

            async fn from_request(request: &mut Request, state: &S) -> Result<Self, Infallible> {
                Ok(Self { cookies: Cookies::of(request), key: state.provide().clone() })
            }
        }

        /// Adds a `Set-Cookie` for each cookie that was changed.
        impl ResponsePart for $jar {
            fn apply(self, response: Response) -> Response {
                self.cookies.apply(response)
            }
        }

        impl fmt::Debug for $jar {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($jar)).field(&self.cookies).finish()
            }
        }
    )+};
}

jars!(SignedCookies, PrivateCookies);

#[cfg(test)]
mod tests {
    use super::super::tests::{request, set_cookies};
    use super::*;
    use crate::IntoResponse;

    struct App(CookieKey);

    impl Provides<CookieKey> for App {
        fn provide(&self) -> &CookieKey {
            &self.0
        }
    }

    /// `name=value` as a client would send what the response sets.
    fn kept(response: &Response) -> String {
        let set = set_cookies(response);
        set[0].split_once(';').unwrap().0.to_owned()
    }

    #[tokio::test]
    async fn what_was_signed_is_read_back_under_its_name_alone() {
        let app = App(CookieKey::generate());
        let Ok(mut cookies) = SignedCookies::from_request(&mut request(&[]), &app).await;
        cookies.set(("user", "ada=1;é"));
        assert_eq!(cookies.get("user").as_deref(), Some("ada=1;é"));
        let kept = kept(&(cookies, "").into_response());
        let rows = [
            (kept.clone(), Some("ada=1;é")),
            (kept.replacen("ada", "bob", 1), None),
            ("user=ada".to_owned(), None),
            (String::new(), None),
        ];
        for (sent, expected) in rows {
            let Ok(cookies) = SignedCookies::from_request(&mut request(&[&sent]), &app).await;
            assert_eq!(cookies.get("user").as_deref(), expected, "{sent}");
        }
        let moved = kept.replacen("user=", "admin=", 1);
        let Ok(cookies) = SignedCookies::from_request(&mut request(&[&moved]), &app).await;
        assert_eq!(cookies.get("admin"), None);
        let other = App(CookieKey::generate());
        let Ok(cookies) = SignedCookies::from_request(&mut request(&[&kept]), &other).await;
        assert_eq!(cookies.get("user"), None);
    }

    #[tokio::test]
    async fn what_is_private_is_read_by_the_server_alone() {
        let app = App(CookieKey::generate());
        let Ok(mut cookies) = PrivateCookies::from_request(&mut request(&["gone=1"]), &app).await;
        cookies.set(("user", "hidden"));
        let kept = kept(&(cookies, "").into_response());
        assert!(!kept.contains("hidden"), "{kept}");
        let Ok(cookies) = PrivateCookies::from_request(&mut request(&[&kept]), &app).await;
        assert_eq!(cookies.get("user").as_deref(), Some("hidden"));
        let moved = kept.replacen("user=", "admin=", 1);
        let Ok(mut cookies) = PrivateCookies::from_request(&mut request(&[&moved]), &app).await;
        assert_eq!(cookies.get("admin"), None);
        cookies.remove("admin");
        assert!(set_cookies(&(cookies, "").into_response())[0].starts_with("admin=; Path=/; Max-Age=0"));
    }

    #[tokio::test]
    async fn what_an_older_key_wrote_is_read_and_written_anew() {
        let key = |byte| CookieKey::new(&[byte; KEY_BYTES]).unwrap();
        let replaced = App(key(3).after(key(2)).after(key(1)));
        for old in [1, 2] {
            let (Ok(mut signed), Ok(mut private)) = (
                SignedCookies::from_request(&mut request(&[]), &App(key(old))).await,
                PrivateCookies::from_request(&mut request(&[]), &App(key(old))).await,
            );
            signed.set(("signed", "ada"));
            private.set(("private", "bob"));
            let sent = [kept(&(signed, "").into_response()), kept(&(private, "").into_response())];
            let sent = sent.each_ref().map(String::as_str);
            let Ok(mut signed) = SignedCookies::from_request(&mut request(&sent), &replaced).await;
            assert_eq!(signed.get("signed").as_deref(), Some("ada"), "{old}");
            let Ok(private) = PrivateCookies::from_request(&mut request(&sent), &replaced).await;
            assert_eq!(private.get("private").as_deref(), Some("bob"), "{old}");
            // What is written now is the newest key's alone.
            signed.set(("signed", "eve"));
            let sent = kept(&(signed, "").into_response());
            for (reader, expected) in [(key(3), Some("eve")), (key(old), None)] {
                let Ok(signed) = SignedCookies::from_request(&mut request(&[&sent]), &App(reader)).await;
                assert_eq!(signed.get("signed").as_deref(), expected);
            }
        }
    }

    #[test]
    fn a_key_has_64_bytes_at_least() {
        for len in [0, 32, 63] {
            assert_eq!(CookieKey::new(&vec![1; len]).unwrap_err(), CookieKeyError { len });
        }
        for len in [64, 99] {
            assert_eq!(format!("{:?}", CookieKey::new(&vec![1; len]).unwrap()), "CookieKey { .. }");
        }
    }
}
