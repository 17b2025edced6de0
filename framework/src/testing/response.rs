//! A response as the test client received it.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_core::de::DeserializeOwned;

use super::shown::{Exchange, Message};
use crate::h1::{BodyDecoder, Framing};

/// What a connection gave: a response, its coding undone.
#[derive(Clone, Default)]
pub(super) struct Received {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) trailers: HeaderMap,
}

/// A whole response: status, fields, body and trailers. Printed, it reads as it came.
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
    received: Received,
    /// What it answers, as it was sent.
    request: Arc<[u8]>,
}

impl TestResponse {
    /// What answers `request`, which is shown as it was sent.
    #[inline]
    pub(super) fn new(received: Received, request: Vec<u8>) -> Self {
        Self { received, request: request.into() }
    }

    /// The status.
    #[inline]
    pub fn status(&self) -> StatusCode {
        self.received.status
    }

    /// The fields.
    #[inline]
    pub fn headers(&self) -> &HeaderMap {
        &self.received.headers
    }

    /// The fields behind the body. Over HTTP/1.1 there are none unless the request says `TE: trailers`.
    ///
    /// ```
    /// use server::testing::Client;
    /// use server::{Body, HeaderMap, HeaderValue, get, routes};
    ///
    /// #[get("/report")]
    /// async fn report() -> Body {
    ///     Body::stream(|mut out| async move {
    ///         out.send("2\n3\n5\n").await?;
    ///         out.finish_with(HeaderMap::from_iter([(server::header::ETAG, HeaderValue::from_static("\"3\""))])).await
    ///     })
    /// }
    ///
    /// # #[server::main]
    /// # async fn main() {
    /// let client = Client::new(routes![report]);
    /// assert_eq!(client.get("/report").header("te", "trailers").await.trailers()["etag"], "\"3\"");
    /// assert!(client.get("/report").await.trailers().is_empty());
    /// # }
    /// ```
    #[inline]
    pub fn trailers(&self) -> &HeaderMap {
        &self.received.trailers
    }

    /// The value of the first field line of this name; `None` where there is none or it is not ASCII.
    #[inline]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.received.headers.get(name)?.to_str().ok()
    }

    /// The body's bytes, with any chunked coding undone.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.received.body
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// When it is not UTF-8; the message shows request and response.
    #[track_caller]
    #[inline]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(self.bytes()) {
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
        match serde_json::from_slice(self.bytes()) {
            Ok(value) => value,
            Err(error) => panic!("expected a body in JSON, found {error}\n\n{}", self.exchange()),
        }
    }

    /// Request and response, as failed assertions print them.
    #[inline]
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
            let (body, trailers, fault) = body(method, status, &headers, after);
            let response = Self::new(Received { status, headers, body, trailers }, request);
            if let Some(fault) = fault {
                panic!("{fault}\n\n{}", response.exchange());
            }
            return response;
        }
    }
}

impl fmt::Debug for TestResponse {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Received { status, headers, body, trailers } = &self.received;
        writeln!(f, "{status}")?;
        for (name, value) in headers {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        write!(f, "\n{}", String::from_utf8_lossy(body))?;
        for (name, value) in trailers {
            write!(f, "\n{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        Ok(())
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

/// The body behind a head and what is behind that, by RFC 9112 §6.3 as a client reads it; and what is wrong with it.
#[inline]
fn body(
    method: &Method,
    status: StatusCode,
    headers: &HeaderMap,
    rest: &[u8],
) -> (Vec<u8>, HeaderMap, Option<String>) {
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
        return (rest.to_vec(), HeaderMap::new(), None);
    };
    let mut decoder = BodyDecoder::new(framing);
    let (mut rest, mut content) = (rest, Vec::new());
    while !decoder.is_complete() {
        let decoded = decoder.decode(rest).expect("a well-formed chunked coding");
        if decoded.consumed == 0 {
            let fault = format!("the response broke off after {} bytes of content", content.len());
            return (content, HeaderMap::new(), Some(fault));
        }
        content.extend_from_slice(rest.get(decoded.content).unwrap_or_default());
        rest = rest.get(decoded.consumed..).unwrap_or_default();
    }
    let behind =
        (!rest.is_empty()).then(|| format!("bytes after the response: {:?}", String::from_utf8_lossy(rest)));
    (content, decoder.take_trailers().map_or_else(HeaderMap::new, |trailers| *trailers), behind)
}
