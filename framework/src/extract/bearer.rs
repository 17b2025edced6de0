//! [`Bearer`]: a token in `Authorization` (RFC 6750 §2.1).

use std::fmt;

use super::FromRequest;
use super::credentials::{CredentialsRejection, Scheme, is_same_secret};
use crate::http::Request;
use crate::respond::Problem;

/// Takes the token of `Authorization: Bearer …`; whether it is a good one is for the application to say.
///
/// Refuses with 401 and `WWW-Authenticate: Bearer` a request without the field, with several, of another scheme, or
/// with what can be no token: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
///
/// ```
/// use server::{Bearer, Problem, extractor, get};
///
/// struct Reader(&'static str);
///
/// #[extractor]
/// async fn reader(token: Bearer) -> Result<Reader, Problem> {
///     if token.is("1815") { Ok(Reader("Ada")) } else { Err(Bearer::challenge("library")) }
/// }
///
/// #[get("/card")]
/// async fn card(reader: Reader) -> String {
///     format!("Hello, {}!", reader.0)
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Bearer(String);

impl Bearer {
    /// The token.
    pub fn token(&self) -> &str {
        &self.0
    }

    /// Whether it is `secret`; the time that this takes does not tell how much of it is right.
    #[inline]
    pub fn is(&self, secret: &str) -> bool {
        is_same_secret(&self.0, secret)
    }

    /// The answer to a token that is not good: 401, with `error="invalid_token"` in `WWW-Authenticate`.
    ///
    /// `realm` names the area that the token opens.
    #[inline]
    pub fn challenge(realm: &str) -> Problem {
        Scheme::Bearer.challenge(realm, None)
    }
}

impl<S: Sync> FromRequest<S> for Bearer {
    const READY: bool = true;
    type Rejection = CredentialsRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, CredentialsRejection> {
        let token = Scheme::Bearer.credentials(request)?;
        if is_token68(token) { Ok(Self(token.to_owned())) } else { Err(Scheme::Bearer.malformed()) }
    }
}

#[inline]
fn is_token68(text: &str) -> bool {
    let text = text.trim_end_matches('=');
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !text.is_empty() && text.bytes().all(is_allowed)
}

/// Says that there is one, and not which: debug output ends in logs.
impl fmt::Debug for Bearer {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bearer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;
    use crate::respond::rendered;

    const PLAIN: &str = "Bearer realm=\"restricted\"";
    const INVALID: &str = "Bearer realm=\"restricted\", error=\"invalid_token\"";

    async fn extract(values: &[&str]) -> Result<Bearer, CredentialsRejection> {
        let mut request = Request::new(Method::GET, "/");
        for value in values {
            request.headers_mut().append("authorization", HeaderValue::from_str(value).unwrap());
        }
        Bearer::from_request(&mut request, &()).await
    }

    #[tokio::test]
    async fn takes_the_token() {
        for value in ["Bearer a-._~+/9==", "bearer a-._~+/9==", "BEARER   a-._~+/9=="] {
            let bearer = extract(&[value]).await.unwrap();
            assert_eq!(bearer.token(), "a-._~+/9==", "{value}");
            assert!(bearer.is("a-._~+/9==") && !bearer.is("a-._~+/9="));
            assert_eq!(format!("{bearer:?}"), "Bearer(..)");
        }
    }

    #[tokio::test]
    async fn refuses_with_a_challenge_and_repeats_nothing() {
        let rows: &[(&[&str], &str, &str)] = &[
            (&[], "none", PLAIN),
            (&["Basic secret"], "others", PLAIN),
            (&["Bearersecret"], "others", PLAIN),
            (&["Bearer"], "malformed ones", INVALID),
            (&["Bearer "], "malformed ones", INVALID),
            (&["Bearer sec ret"], "malformed ones", INVALID),
            (&["Bearer sec=ret"], "malformed ones", INVALID),
            (&["Bearer =="], "malformed ones", INVALID),
            (&["Bearer secrét"], "malformed ones", INVALID),
            (&["Bearer secret,Bearer secret"], "malformed ones", INVALID),
            (&["Bearer secret", "Bearer secret"], "several", INVALID),
        ];
        for (values, found, challenge) in rows {
            let refused = extract(values).await.unwrap_err();
            let text = format!("header `authorization`: expected `Bearer` credentials, found {found}");
            assert_eq!(refused.to_string(), text, "{values:?}");
            let mut response = rendered(refused);
            assert_eq!(
                (response.status().as_u16(), &response.headers()["www-authenticate"]),
                (401, &challenge.parse().unwrap())
            );
            let document = String::from_utf8_lossy(response.body_mut().as_bytes().unwrap()).into_owned();
            assert!(!document.contains("ecr"), "{document}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_taken_is_what_was_sent(text in "[ -~]{0,12}") {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let found = runtime.block_on(extract(&[&format!("Bearer {text}")]));
            let text = text.trim_start_matches(' ');
            let allowed = !text.trim_end_matches('=').is_empty()
                && text.trim_end_matches('=').chars().all(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c));
            proptest::prop_assert_eq!(found.ok().map(|bearer| bearer.0), allowed.then(|| text.to_owned()));
        }
    }
}
