//! A response as the test client received it.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_core::de::DeserializeOwned;

use super::shown::{Exchange, Message};
use crate::h1::{BodyDecoder, Framing};

/// A whole response: status, fields and body. Printed, it reads as it came.
///
/// ```
/// use server::testing::Client;
/// use server::{Json, get, routes};
///
/// #[get("/primes")]
/// async fn primes() -> Json<[u8; 4]> {
///     Json([2, 3, 5, 7])
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let response = Client::new(routes![primes]).get("/primes").await;
/// assert_eq!(response.header("content-type"), Some("application/json"));
/// assert_eq!(response.json::<Vec<u8>>().len(), 4);
/// # }
/// ```
#[derive(Clone)]
pub struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    /// What it answers, as it was sent.
    request: Arc<[u8]>,
}

impl TestResponse {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The fields.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The value of the first field line of this name; `None` where there is none or it is not ASCII.
    #[inline]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body's bytes, with any chunked coding undone.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// When it is not UTF-8; the message shows request and response.
    #[track_caller]
    #[inline]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(&self.body) {
            Ok(text) => text,
            Err(error) => panic!("expected a body in UTF-8, found {error}\n\n{}", self.exchange()),
        }
    }

    /// The body read as JSON.
    ///
    /// # Panics
    ///
    /// When it is no JSON, or does not fit `T`; the message shows request and response.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("expected a body in JSON, found {error}\n\n{}", self.exchange()),
        }
    }

    /// Request and response, as failed assertions print them.
    pub(super) fn exchange(&self) -> Exchange<'_> {
        Exchange { request: &self.request, response: self }
    }

    /// Reads what a connection gave until it was closed: interim responses are skipped, nothing may follow the final
    /// one.
    #[inline]
    pub(super) fn parse(method: &Method, request: Vec<u8>, received: &[u8]) -> Self {
        let mut rest = received;
        loop {
            let (status, headers, after) = head(rest).unwrap_or_else(|| {
                let sent = Message::of_request(&request);
                panic!("expected a response, found {:?}\n\n{sent}", String::from_utf8_lossy(received))
            });
            if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS {
                rest = after;
                continue;
            }
            let body = body(method, status, &headers, after);
            return Self { status, headers, body, request: request.into() };
        }
    }
}

impl fmt::Debug for TestResponse {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        write!(f, "\n{}", String::from_utf8_lossy(&self.body))
    }
}

/// Reads a status line and header section; `None` where they are not well formed.
#[inline]
fn head(received: &[u8]) -> Option<(StatusCode, HeaderMap, &[u8])> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, rest) = received.split_at(end);
    let mut lines = head.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let status_line = lines.next()?.strip_prefix(b"HTTP/1.1 ")?;
    let status = StatusCode::from_bytes(status_line.get(..3)?).ok()?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let (name, value) = line.split_at(colon);
        let value = HeaderValue::from_bytes(value.get(1..)?.trim_ascii()).ok()?;
        headers.append(HeaderName::from_bytes(name).ok()?, value);
    }
    Some((status, headers, rest.get(4..)?))
}

/// The body behind a head, by RFC 9112 §6.3 as a client reads it.
#[inline]
fn body(method: &Method, status: StatusCode, headers: &HeaderMap, rest: &[u8]) -> Vec<u8> {
    let bodiless = *method == Method::HEAD || matches!(status.as_u16(), 204 | 304);
    let framing = if bodiless {
        Framing::Empty
    } else if headers.contains_key(http::header::TRANSFER_ENCODING) {
        Framing::Chunked
    } else if let Some(len) = headers.get(http::header::CONTENT_LENGTH) {
        Framing::Sized(
            len.to_str().ok().and_then(|len| len.parse().ok()).expect("a Content-Length of digits"),
        )
    } else {
        return rest.to_vec();
    };
    let mut decoder = BodyDecoder::new(framing);
    let (mut rest, mut content) = (rest, Vec::new());
    while !decoder.is_complete() {
        let decoded = decoder.decode(rest).expect("a well-formed chunked coding");
        assert!(decoded.consumed > 0, "the response broke off after {} bytes of content", content.len());
        content.extend_from_slice(rest.get(decoded.content).unwrap_or_default());
        rest = rest.get(decoded.consumed..).unwrap_or_default();
    }
    assert!(rest.is_empty(), "bytes after the response: {:?}", String::from_utf8_lossy(rest));
    content
}
