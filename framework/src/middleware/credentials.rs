//! [`RequireBasic`] and [`RequireBearer`]: nobody passes without good credentials.
//!
//! They read `Authorization` by the extractors of the same names and compare in a time that does not tell how much was
//! right. A preflight passes, as browsers send none of a user's credentials with it and no handler sees it.

use std::fmt;

use super::{Kind, Middleware, Next};
use crate::extract::{BasicAuth, Bearer, FromRequest};
use crate::http::{Request, Response};
use crate::respond::IntoResponse;

/// Which credentials `C` are good: those of a list, or those that a function knows.
enum Known<T: 'static, C: 'static> {
    Listed(&'static [T]),
    By(&'static (dyn Fn(&C) -> bool + Send + Sync)),
}

impl<T, C> Clone for Known<T, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, C> Copy for Known<T, C> {}

/// Asks for a name and a password (RFC 7617): 401 with a challenge for all who have no good ones.
///
/// What is checked elsewhere, in a database say, is an extractor's: see [`BasicAuth`](crate::BasicAuth).
///
/// ```
/// use std::sync::OnceLock;
///
/// use server::layers::RequireBasic;
/// use server::testing::Client;
/// use server::{get, routes};
///
/// static PASSWORD: OnceLock<String> = OnceLock::new();
///
/// const STAFF: RequireBasic = RequireBasic::by(&|sent| {
///     sent.user() == "ada" && PASSWORD.get().is_some_and(|known| sent.has_password(known))
/// });
///
/// #[get("/ledger", with = [STAFF])]
/// async fn ledger() -> &'static str {
///     "nobody owes anything"
/// }
///
/// # #[server::main]
/// # async fn main() {
/// // From the environment, when the program starts.
/// PASSWORD.set("1815".to_owned()).unwrap();
/// let client = Client::new(routes![ledger]);
/// assert_eq!(client.get("/ledger").header("authorization", "Basic YWRhOjE4MTU=").await.status(), 200);
/// assert_eq!(client.get("/ledger").await.status(), 401);
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct RequireBasic {
    known: Known<(&'static str, &'static str), BasicAuth>,
    realm: &'static str,
}

impl RequireBasic {
    /// Lets these names pass with these passwords: a list from the configuration becomes one by [`Vec::leak`].
    pub const fn users(users: &'static [(&'static str, &'static str)]) -> Self {
        Self { known: Known::Listed(users), realm: "restricted" }
    }

    /// Lets those pass that `is_good` knows; [`BasicAuth::has_password`] compares as it should.
    pub const fn by(is_good: &'static (dyn Fn(&BasicAuth) -> bool + Send + Sync)) -> Self {
        Self { known: Known::By(is_good), realm: "restricted" }
    }

    /// What a browser tells its user the password is for; `restricted` unless set.
    #[must_use]
    pub const fn realm(mut self, realm: &'static str) -> Self {
        self.realm = realm;
        self
    }

    #[inline]
    fn is_good(&self, credentials: &BasicAuth) -> bool {
        match self.known {
            // All of them, whichever it is: where it stands in the list is not told either.
            Known::Listed(users) => users.iter().fold(false, |found, (user, password)| {
                found | (credentials.is_user(user) & credentials.has_password(password))
            }),
            Known::By(is_good) => is_good(credentials),
        }
    }
}

impl<S: Sync> Middleware<S> for RequireBasic {
    const KIND: Kind = Kind::RequireBasic;

    async fn call(&self, mut request: Request, state: &S, next: Next<'_>) -> Response {
        if request.is_preflight() {
            return next.run(request).await;
        }
        match BasicAuth::from_request(&mut request, state).await {
            Ok(credentials) if self.is_good(&credentials) => next.run(request).await,
            Ok(_) => BasicAuth::challenge(self.realm).into_response(),
            Err(refused) => refused.challenge(self.realm).into_response(),
        }
    }
}

impl fmt::Debug for RequireBasic {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireBasic").field("realm", &self.realm).finish_non_exhaustive()
    }
}

/// Asks for a token (RFC 6750): 401 with a challenge for all who have no good one.
///
/// ```
/// use server::layers::RequireBearer;
/// use server::testing::Client;
/// use server::{Server, get, routes};
///
/// #[get("/card")]
/// async fn card() -> &'static str {
///     "Hello, Ada!"
/// }
///
/// # #[server::main]
/// # async fn main() {
/// // From the environment, when the program starts.
/// let tokens = vec![&*String::from("1815").leak()].leak();
/// let client = Client::from(Server::new(routes![card]).with(RequireBearer::tokens(tokens)));
/// assert_eq!(client.get("/card").header("authorization", "Bearer 1815").await.status(), 200);
/// assert_eq!(client.get("/card").header("authorization", "Bearer 1816").await.status(), 401);
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct RequireBearer {
    known: Known<&'static str, Bearer>,
    realm: &'static str,
}

impl RequireBearer {
    /// Lets these tokens pass; an empty one never does.
    pub const fn tokens(tokens: &'static [&'static str]) -> Self {
        Self { known: Known::Listed(tokens), realm: "restricted" }
    }

    /// Lets those pass that `is_good` knows; [`Bearer::is`] compares as it should.
    pub const fn by(is_good: &'static (dyn Fn(&Bearer) -> bool + Send + Sync)) -> Self {
        Self { known: Known::By(is_good), realm: "restricted" }
    }

    /// The area that the token opens; `restricted` unless set.
    #[must_use]
    pub const fn realm(mut self, realm: &'static str) -> Self {
        self.realm = realm;
        self
    }

    #[inline]
    fn is_good(&self, bearer: &Bearer) -> bool {
        match self.known {
            Known::Listed(tokens) => tokens.iter().fold(false, |found, token| found | bearer.is(token)),
            Known::By(is_good) => is_good(bearer),
        }
    }
}

impl<S: Sync> Middleware<S> for RequireBearer {
    const KIND: Kind = Kind::RequireBearer;

    async fn call(&self, mut request: Request, state: &S, next: Next<'_>) -> Response {
        if request.is_preflight() {
            return next.run(request).await;
        }
        match Bearer::from_request(&mut request, state).await {
            Ok(bearer) if self.is_good(&bearer) => next.run(request).await,
            Ok(_) => Bearer::challenge(self.realm).into_response(),
            Err(refused) => refused.challenge(self.realm).into_response(),
        }
    }
}

impl fmt::Debug for RequireBearer {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireBearer").field("realm", &self.realm).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::layers::Cors;
    use crate::testing::Client;
    use crate::{Routes, Server, get, routes};

    const STAFF: RequireBasic = RequireBasic::users(&[("ada", "1815"), ("grace", "1906")]).realm("ledger");
    const EVEN: RequireBasic = RequireBasic::by(&|sent| sent.password().len().is_multiple_of(2));
    const READERS: RequireBearer = RequireBearer::tokens(&["first", "second", ""]).realm("library");
    const LONG: RequireBearer = RequireBearer::by(&|sent| sent.token().len() > 5);
    const OPEN: Cors = Cors::new().any_origin();

    #[get("/staff", with = [STAFF])]
    async fn staff() {}

    #[get("/even", with = [EVEN])]
    async fn even() {}

    #[get("/readers", with = [READERS])]
    async fn readers() {}

    #[get("/long", with = [LONG])]
    async fn long() {}

    const ROUTES: Routes = routes![staff, even, readers, long];

    #[tokio::test]
    async fn only_good_credentials_pass() {
        let basic = "Basic realm=\"ledger\", charset=\"UTF-8\"";
        let plain = "Bearer realm=\"library\"";
        let invalid = "Bearer realm=\"library\", error=\"invalid_token\"";
        let rows = [
            ("/staff", "Basic YWRhOjE4MTU=", None),
            ("/staff", "Basic Z3JhY2U6MTkwNg==", None),
            ("/staff", "Basic YWRhOjE5MDY=", Some(basic)),
            ("/staff", "Basic YWRhOg==", Some(basic)),
            ("/staff", "Basic Og==", Some(basic)),
            ("/staff", "Basic !", Some(basic)),
            ("/staff", "Bearer first", Some(basic)),
            ("/even", "Basic YTpiYg==", None),
            ("/even", "Basic YTpi", Some("Basic realm=\"restricted\", charset=\"UTF-8\"")),
            ("/readers", "Bearer first", None),
            ("/readers", "Bearer second", None),
            ("/readers", "Bearer firs", Some(invalid)),
            ("/readers", "Bearer ", Some(invalid)),
            ("/readers", "Basic YTpi", Some(plain)),
            ("/long", "Bearer sixsix", None),
            ("/long", "Bearer five5", Some("Bearer realm=\"restricted\", error=\"invalid_token\"")),
        ];
        let client = Client::new(ROUTES);
        for (target, value, challenge) in rows {
            let response = client.get(target).header("authorization", value).await;
            let status = if challenge.is_some() { 401 } else { 204 };
            assert_eq!(response.status(), status, "{target} {value} {response:?}");
            assert_eq!(response.header("www-authenticate"), challenge, "{target} {value}");
        }
        assert_eq!(client.get("/readers").await.header("www-authenticate"), Some(plain));
        assert_eq!(client.get("/staff").await.header("www-authenticate"), Some(basic));
    }

    #[tokio::test]
    async fn a_preflight_passes_and_no_other_request_that_looks_like_one() {
        let ask = |client: Client, origin: Option<&'static str>| {
            let request =
                client.request(Method::OPTIONS, "/staff").header("access-control-request-method", "GET");
            origin.into_iter().fold(request, |request, origin| request.header("origin", origin))
        };
        let shared = Client::unchecked(Server::new(ROUTES).with(READERS).with(OPEN));
        assert_eq!(ask(shared.clone(), Some("https://a.example")).await.status(), 204);
        assert_eq!(ask(shared, None).await.status(), 401);
        let alone = Client::from(Server::new(ROUTES).with(READERS));
        assert_eq!(ask(alone, Some("https://a.example")).await.status(), 401);
    }

    #[test]
    fn debug_output_tells_no_secret() {
        assert_eq!(
            format!("{STAFF:?} {LONG:?}"),
            r#"RequireBasic { realm: "ledger", .. } RequireBearer { realm: "restricted", .. }"#
        );
    }
}
