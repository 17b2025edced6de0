//! [`UserAgent`]: which software asks.

use std::fmt;
use std::ops::Deref;

use http::HeaderName;
use http::header::USER_AGENT;

use super::typed_header::{HeaderFault, TypedHeader, arguments};
use crate::http::FieldValues;

/// Takes `User-Agent` (RFC 9110 §10.1.5), as text.
///
/// ```
/// use server::{UserAgent, get};
///
/// #[get("/agent")]
/// async fn agent(agent: Option<UserAgent>) -> String {
///     agent.map_or("unknown".to_owned(), |agent| agent.product().to_owned())
/// }
/// ```
///
/// Refuses with 400 a request without one, with several, or with one that is not UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserAgent(String);

impl UserAgent {
    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first product's name, the one that matters most: `curl` of `curl/8.5.0`.
    #[inline]
    pub fn product(&self) -> &str {
        let end = self.0.find(['/', ' ', '\t', '(']).unwrap_or(self.0.len());
        self.0.get(..end).unwrap_or_default()
    }
}

impl TypedHeader for UserAgent {
    const NAME: HeaderName = USER_AGENT;

    #[inline]
    fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
        HeaderFault::only_text(values).map(|text| Self(text.to_owned()))
    }
}

arguments!(UserAgent);

impl Deref for UserAgent {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserAgent {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;
    use crate::rejection::HeaderRejection;
    use crate::{FromRequest, Request};

    async fn extract(value: Option<&'static str>) -> Result<UserAgent, HeaderRejection> {
        let mut request = Request::new(Method::GET, "/");
        if let Some(value) = value {
            request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(value));
        }
        UserAgent::from_request(&mut request, &()).await
    }

    #[tokio::test]
    async fn is_the_text_and_its_first_product() {
        for (text, product) in
            [("curl/8.5.0", "curl"), ("Mozilla/5.0 (X11) Gecko", "Mozilla"), ("x", "x"), ("", "")]
        {
            let agent = extract(Some(text)).await.unwrap();
            assert_eq!((agent.as_str(), agent.product()), (text, product));
        }
        assert_eq!(extract(None).await.unwrap_err().to_string(), "header `user-agent` is missing");
    }
}
