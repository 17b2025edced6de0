//! [`BasicAuth`]: a name and a password in `Authorization` (RFC 7617).

use std::fmt;

use super::credentials::{CredentialsRejection, Scheme, is_same_secret};
use super::{FromRequest, base64};
use crate::http::Request;
use crate::respond::Problem;

/// Takes name and password of `Authorization: Basic …`; whether they are good ones is for the application to say.
///
/// They are as readable as any text: take them over TLS alone.
///
/// Refuses with 401 and `WWW-Authenticate: Basic`, at which a browser asks its user, a request without the field, with
/// several, of another scheme, or with what is not the Base64 of `name:password` in UTF-8 without control characters.
///
/// ```
/// use server::{BasicAuth, Problem, get};
///
/// #[get("/ledger")]
/// async fn ledger(credentials: BasicAuth) -> Result<String, Problem> {
///     if credentials.user() != "ada" || !credentials.has_password("1815") {
///         return Err(BasicAuth::challenge("ledger"));
///     }
///     Ok(format!("Hello, {}!", credentials.user()))
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BasicAuth {
    user: String,
    password: String,
}

impl BasicAuth {
    /// The name; without a colon.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Whether the name is `user`; the time that this takes does not tell how much of it is right.
    #[inline]
    pub(crate) fn is_user(&self, user: &str) -> bool {
        is_same_secret(&self.user, user)
    }

    /// The password.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Whether the password is `secret`; the time that this takes does not tell how much of it is right.
    #[inline]
    pub fn has_password(&self, secret: &str) -> bool {
        is_same_secret(&self.password, secret)
    }

    /// The answer to a wrong name or password: 401, at which a browser asks again. `realm` is what it says they are for.
    #[inline]
    pub fn challenge(realm: &str) -> Problem {
        Scheme::Basic.challenge(realm, None)
    }

    /// Decodes the credentials; `None` where they are malformed.
    #[inline]
    fn parse(credentials: &str) -> Option<Self> {
        let text = String::from_utf8(base64::decode(credentials)?).ok()?;
        let (user, password) = text.split_once(':')?;
        let is_allowed = !text.chars().any(char::is_control);
        is_allowed.then(|| Self { user: user.to_owned(), password: password.to_owned() })
    }
}

impl<S: Sync> FromRequest<S> for BasicAuth {
    const READY: bool = true;
    type Rejection = CredentialsRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, CredentialsRejection> {
        let credentials = Scheme::Basic.credentials(request)?;
        Self::parse(credentials).ok_or(Scheme::Basic.malformed())
    }
}

/// Says whose they are, and not the password: debug output ends in logs.
impl fmt::Debug for BasicAuth {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicAuth").field("user", &self.user).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;
    use http::{HeaderValue, Method};

    use super::*;
    use crate::respond::rendered;

    async fn extract(value: Option<&str>) -> Result<BasicAuth, CredentialsRejection> {
        let mut request = Request::new(Method::GET, "/");
        if let Some(value) = value {
            request.headers_mut().append("authorization", HeaderValue::from_str(value).unwrap());
        }
        BasicAuth::from_request(&mut request, &()).await
    }

    #[tokio::test]
    async fn takes_name_and_password() {
        let rows = [
            // The examples of RFC 7617 §2 and §2.1.
            ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
            ("basic dGVzdDoxMjPCow==", "test", "123£"),
            ("Basic YTpiOmM=", "a", "b:c"),
            ("Basic Og==", "", ""),
        ];
        for (value, user, password) in rows {
            let found = extract(Some(value)).await.unwrap();
            assert_eq!((found.user(), found.password()), (user, password), "{value}");
            assert!(found.has_password(password) && !found.has_password("x"));
        }
        let debug = format!("{:?}", extract(Some("Basic YTpzZWNyZXQ=")).await.unwrap());
        assert_eq!(debug, r#"BasicAuth { user: "a", .. }"#);
    }

    #[tokio::test]
    async fn refuses_with_a_challenge() {
        let rows = [
            (None, "none"),
            (Some("Bearer YTpi"), "others"),
            (Some("Basic"), "malformed ones"),
            (Some("Basic YTpi Yw=="), "malformed ones"),
            (Some("Basic YQ=="), "malformed ones"),
            (Some("Basic YTpi="), "malformed ones"),
            (Some("Basic /zp/"), "malformed ones"),
            (Some("Basic YToK"), "malformed ones"),
        ];
        for (value, found) in rows {
            let refused = extract(value).await.unwrap_err();
            assert!(refused.to_string().ends_with(&format!("found {found}")), "{value:?} {refused}");
            let response = rendered(refused);
            assert_eq!(response.status(), 401);
            let challenge = &response.headers()["www-authenticate"];
            assert_eq!(challenge, "Basic realm=\"restricted\", charset=\"UTF-8\"");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_encoded_is_taken(user in "[^:\\p{Cc}]{0,8}", password in "\\P{Cc}{0,8}") {
            let found = BasicAuth::parse(&STANDARD.encode(format!("{user}:{password}")));
            proptest::prop_assert_eq!(found, Some(BasicAuth { user, password }));
        }
    }
}
