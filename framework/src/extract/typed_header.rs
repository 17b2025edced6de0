//! Typed headers: the trait, [`Header`] for any of them, and how each becomes an argument by itself.

use std::error::Error;
use std::fmt;
use std::ops::Deref;

use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderName, StatusCode};

use super::FromRequest;
use super::de::quoted;
use crate::http::{FieldValues, Request, Response};
use crate::respond::{IntoResponse, Problem};

/// A field with a meaning, made of the values of its field lines.
///
/// ```
/// use server::{FieldValues, Header, HeaderFault, HeaderName, TypedHeader, get};
///
/// /// How many calls the client still expects to make.
/// struct CallsLeft(u32);
///
/// impl TypedHeader for CallsLeft {
///     const NAME: HeaderName = HeaderName::from_static("calls-left");
///
///     fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
///         let text = HeaderFault::only_text(values)?;
///         text.parse().map(Self).map_err(|_| HeaderFault::Malformed("expected a number".to_owned()))
///     }
/// }
///
/// #[get("/quota")]
/// async fn quota(Header(calls): Header<CallsLeft>) -> String {
///     calls.0.to_string()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no field of a header section: implement `TypedHeader` for it",
    label = "`Header` takes a type that says which field it is",
    note = "of the fields of the box, each is an extractor by itself: `UserAgent`, `ContentType`, ..."
)]
pub trait TypedHeader: Sized + Send {
    /// The field's name.
    const NAME: HeaderName;

    /// Makes the value of all field lines of that name, in the order received: none, one, or several. Whitespace
    /// around a value is gone already.
    ///
    /// # Errors
    ///
    /// A [`HeaderFault`]; the client is told with 400: the field's name, what was expected, and its text, unless that is a
    /// secret as in `Authorization`. A header that means something when it is absent does not give
    /// [`HeaderFault::Missing`].
    fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault>;
}

/// Why field lines do not make a typed header.
///
/// ```
/// use server::{FieldValues, HeaderFault, HeaderName, Request, TypedHeader};
///
/// struct Depth(u8);
///
/// impl TypedHeader for Depth {
///     const NAME: HeaderName = HeaderName::from_static("depth");
///
///     fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
///         match HeaderFault::only_text(values)? {
///             "0" => Ok(Self(0)),
///             "1" => Ok(Self(1)),
///             _ => Err(HeaderFault::Malformed("expected 0 or 1".to_owned())),
///         }
///     }
/// }
///
/// let request = Request::new(server::Method::GET, "/");
/// assert!(matches!(Depth::decode(&mut request.header_values("depth")), Err(HeaderFault::Missing)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderFault {
    /// There is no such line.
    Missing,
    /// There are several, of a field that has one (RFC 9110 §5.3).
    Repeated,
    /// The value is not what the field's grammar allows: what was expected.
    Malformed(String),
}

impl HeaderFault {
    /// Takes the one value, as text.
    ///
    /// # Errors
    ///
    /// Where there is none, more than one, or one that is not UTF-8.
    #[inline]
    pub fn only_text<'a>(values: &mut FieldValues<'a>) -> Result<&'a str, Self> {
        let value = values.next().ok_or(Self::Missing)?;
        if values.next().is_some() {
            return Err(Self::Repeated);
        }
        std::str::from_utf8(value).map_err(|_| Self::Malformed("expected UTF-8".to_owned()))
    }
}

impl fmt::Display for HeaderFault {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Repeated => f.write_str("expected one field line, found several"),
            Self::Malformed(expected) => f.write_str(expected),
        }
    }
}

/// Takes any [`TypedHeader`]; those of this crate are arguments by themselves.
///
/// Refuses with 400, naming the field, what the header's `decode` refuses. `Option<Header<H>>` is `None` then.
///
/// ```
/// use server::{FieldValues, Header, HeaderFault, HeaderName, TypedHeader, get};
///
/// struct Tenant(String);
///
/// impl TypedHeader for Tenant {
///     const NAME: HeaderName = HeaderName::from_static("x-tenant");
///
///     fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
///         HeaderFault::only_text(values).map(|text| Self(text.to_owned()))
///     }
/// }
///
/// #[get("/")]
/// async fn index(tenant: Option<Header<Tenant>>) -> String {
///     tenant.map_or_else(|| "nobody".to_owned(), |tenant| tenant.0.0)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<H>(pub H);

impl<S: Sync, H: TypedHeader> FromRequest<S> for Header<H> {
    const READY: bool = true;
    type Rejection = HeaderRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, HeaderRejection> {
        decode(request).map(Self)
    }
}

/// What the `FromRequest` of each typed header is.
#[inline]
pub(super) fn decode<H: TypedHeader>(request: &Request) -> Result<H, HeaderRejection> {
    let name = H::NAME;
    let decoded = H::decode(&mut request.header_values(name.as_str()));
    decoded.map_err(|fault| HeaderRejection::new(request, name, fault))
}

/// Makes each typed header an argument by itself; a blanket implementation would leave no room for other extractors.
macro_rules! arguments {
    ($($header:ty),+) => {$(
        impl<S: Sync> crate::FromRequest<S> for $header {
            const READY: bool = true;
            type Rejection = crate::rejection::HeaderRejection;

            async fn from_request(
                request: &mut crate::Request,
                _: &S,
            ) -> Result<Self, crate::rejection::HeaderRejection> {
                crate::extract::typed_header::decode(request)
            }
        }
    )+};
}

pub(super) use arguments;

impl<H> Deref for Header<H> {
    type Target = H;

    fn deref(&self) -> &H {
        &self.0
    }
}

/// Why a request's fields do not make a typed header; 400.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRejection {
    name: HeaderName,
    fault: HeaderFault,
    /// The text that is malformed, quoted.
    found: Option<String>,
}

impl HeaderRejection {
    #[inline]
    fn new(request: &Request, name: HeaderName, fault: HeaderFault) -> Self {
        // An answer ends in places where what it quotes must not: a screen, a ticket, another server's log.
        let is_secret = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].contains(&name);
        let found = (matches!(fault, HeaderFault::Malformed(_)) && !is_secret).then(|| {
            let values: Vec<_> = request.header_values(name.as_str()).map(String::from_utf8_lossy).collect();
            quoted(&values.join(", "))
        });
        Self { name, fault, found }
    }

    /// 400 Bad Request.
    pub fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    /// The field's name.
    pub fn name(&self) -> &HeaderName {
        &self.name
    }

    /// What is wrong with it.
    pub fn fault(&self) -> &HeaderFault {
        &self.fault
    }
}

impl fmt::Display for HeaderRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, fault, found } = self;
        match (fault, found) {
            (HeaderFault::Missing, _) => write!(f, "header `{name}` {fault}"),
            (HeaderFault::Malformed(_), Some(found)) => write!(f, "header `{name}`: {fault}, found {found}"),
            (HeaderFault::Repeated | HeaderFault::Malformed(_), _) => write!(f, "header `{name}`: {fault}"),
        }
    }
}

impl Error for HeaderRejection {}

impl IntoResponse for HeaderRejection {
    #[inline]
    fn into_response(self) -> Response {
        let problem = Problem::new(self.status()).detail(self.to_string());
        problem.with("header", self.name.as_str()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;

    #[derive(Debug, PartialEq)]
    struct Depth(u8);

    impl TypedHeader for Depth {
        const NAME: HeaderName = HeaderName::from_static("depth");

        fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
            let text = HeaderFault::only_text(values)?;
            text.parse().map(Self).map_err(|_| HeaderFault::Malformed("expected a small number".to_owned()))
        }
    }

    async fn extract(values: &[&str]) -> Result<Header<Depth>, String> {
        let mut request = Request::new(Method::GET, "/");
        for value in values {
            request.headers_mut().append("depth", HeaderValue::from_str(value).unwrap());
        }
        Header::from_request(&mut request, &()).await.map_err(|refused| {
            let text = refused.to_string();
            assert_eq!(refused.into_response().status(), 400);
            text
        })
    }

    #[tokio::test]
    async fn decodes_or_names_the_field() {
        assert_eq!(extract(&["7"]).await, Ok(Header(Depth(7))));
        assert_eq!(extract(&[]).await.unwrap_err(), "header `depth` is missing");
        assert_eq!(
            extract(&["1", "1"]).await.unwrap_err(),
            "header `depth`: expected one field line, found several"
        );
        let refused = extract(&["é\tx"]).await.unwrap_err();
        assert_eq!(refused, r"header `depth`: expected a small number, found `é\tx`");
    }

    #[tokio::test]
    async fn keeps_a_secret_to_itself() {
        #[derive(Debug)]
        struct Secret;
        impl TypedHeader for Secret {
            const NAME: HeaderName = AUTHORIZATION;

            fn decode(_: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
                Err(HeaderFault::Malformed("expected another".to_owned()))
            }
        }
        let mut request = Request::new(Method::GET, "/");
        request.headers_mut().append(AUTHORIZATION, HeaderValue::from_static("Basic secret"));
        let refused = Header::<Secret>::from_request(&mut request, &()).await.unwrap_err();
        assert_eq!(refused.to_string(), "header `authorization`: expected another");
    }
}
