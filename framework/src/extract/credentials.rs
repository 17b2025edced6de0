//! What [`Bearer`](crate::Bearer) and [`BasicAuth`](crate::BasicAuth) share: how `Authorization` is read, and the
//! refusal with the challenge that tells a client how to ask (RFC 9110 §11).

use std::error::Error;
use std::fmt;

use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};

use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};

/// The area that a challenge names where nobody names another.
const REALM: &str = "restricted";

/// How a client is to prove who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Basic,
    Bearer,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Basic => "Basic",
            Self::Bearer => "Bearer",
        }
    }

    /// A 401 that asks for credentials of this scheme.
    #[inline]
    pub(super) fn challenge(self, realm: &str, fault: Option<CredentialsFault>) -> Problem {
        let realm = quoted_string(realm);
        let value = match (self, fault) {
            // RFC 7617 §2.1: what is between the quotes of the answer is UTF-8.
            (Self::Basic, _) => format!("Basic realm={realm}, charset=\"UTF-8\""),
            // RFC 6750 §3.1: one that sent no token learns nothing more.
            (Self::Bearer, Some(CredentialsFault::Missing | CredentialsFault::OtherScheme)) => {
                format!("Bearer realm={realm}")
            }
            (Self::Bearer, _) => format!("Bearer realm={realm}, error=\"invalid_token\""),
        };
        let value = HeaderValue::try_from(value).expect("what a field value cannot hold was left out");
        Problem::new(StatusCode::UNAUTHORIZED).header(WWW_AUTHENTICATE, value)
    }

    /// The credentials of this scheme in `Authorization`, whose name is taken in any case.
    #[inline]
    pub(super) fn credentials(self, request: &Request) -> Result<&str, CredentialsRejection> {
        let refused = |fault| CredentialsRejection { scheme: self, fault };
        let mut values = request.header_values("authorization");
        let value = values.next().ok_or(refused(CredentialsFault::Missing))?;
        if values.next().is_some() {
            return Err(refused(CredentialsFault::Repeated));
        }
        let text = std::str::from_utf8(value).map_err(|_| refused(CredentialsFault::Malformed))?;
        let (scheme, credentials) = text.split_once(' ').unwrap_or((text, ""));
        if !scheme.eq_ignore_ascii_case(self.name()) {
            return Err(refused(CredentialsFault::OtherScheme));
        }
        Ok(credentials.trim_start_matches(' '))
    }

    pub(super) fn malformed(self) -> CredentialsRejection {
        CredentialsRejection { scheme: self, fault: CredentialsFault::Malformed }
    }
}

/// A quoted string (RFC 9110 §5.6.4) of what can stand in one; the rest is left out.
#[inline]
fn quoted_string(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars().filter(|character| matches!(character, ' '..='~')) {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// Compares without telling by its time where the first difference is; the length is no secret.
#[inline]
pub(super) fn is_same_secret(a: &str, b: &str) -> bool {
    let difference = a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| std::hint::black_box(all | (a ^ b)));
    a.len() == b.len() && difference == 0
}

/// Why a request proves nobody: 401, with the challenge in `WWW-Authenticate`. What the client sent is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialsRejection {
    scheme: Scheme,
    fault: CredentialsFault,
}

/// What is wrong with `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsFault {
    /// There is no such field.
    Missing,
    /// It has credentials of another scheme.
    OtherScheme,
    /// It stands there more than once.
    Repeated,
    /// The credentials are not what their scheme allows.
    Malformed,
}

impl CredentialsRejection {
    /// 401 Unauthorized.
    pub fn status(&self) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }

    /// What is wrong.
    pub fn fault(&self) -> CredentialsFault {
        self.fault
    }

    /// The answer to it with this `realm`, the name of what the credentials are for; `restricted` otherwise.
    #[inline]
    pub fn challenge(&self, realm: &str) -> Problem {
        self.scheme.challenge(realm, Some(self.fault)).detail(self.to_string())
    }
}

impl fmt::Display for CredentialsRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme.name();
        write!(f, "header `authorization`: expected `{scheme}` credentials, found ")?;
        f.write_str(match self.fault {
            CredentialsFault::Missing => "none",
            CredentialsFault::OtherScheme => "others",
            CredentialsFault::Repeated => "several",
            CredentialsFault::Malformed => "malformed ones",
        })
    }
}

impl Error for CredentialsRejection {}

impl IntoResponse for CredentialsRejection {
    #[inline]
    fn into_response(self) -> Response {
        self.challenge(REALM).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_compared_whole() {
        for (a, b, same) in
            [("", "", true), ("a", "a", true), ("a", "b", false), ("a", "ab", false), ("", "a", false)]
        {
            assert_eq!(is_same_secret(a, b), same, "{a} {b}");
        }
    }

    #[test]
    fn no_realm_ends_the_line() {
        let rows = [("my \"shelf\\", r#""my \"shelf\\""#), ("a\r\nb: c", "\"ab: c\""), ("é\0", "\"\"")];
        for (realm, expected) in rows {
            assert_eq!(quoted_string(realm), expected);
            drop(Scheme::Basic.challenge(realm, None));
        }
    }
}
