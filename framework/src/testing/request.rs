//! [`RequestBuilder`]: a request of the test client, and how it is sent.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use http::{HeaderName, HeaderValue, Method, Version, header};
use serde_core::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Client, FormData, TestResponse};
use crate::http::{append_query, encode_form};

/// What sends a request and reads all that comes back.
pub(super) type Answering = Pin<Box<dyn Future<Output = TestResponse> + Send>>;

/// A request being put together; awaiting it sends it.
///
/// ```
/// use server::testing::Client;
/// use server::{HeaderMap, get, routes};
///
/// #[get("/")]
/// async fn index(headers: HeaderMap) -> String {
///     format!("{:?}", headers["accept"])
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let response = Client::new(routes![index]).get("/").header("accept", "text/html").await;
/// assert_eq!(response.text(), "\"text/html\"");
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request is sent when it is awaited"]
pub struct RequestBuilder {
    pub(super) client: Client,
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) fields: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Option<Vec<u8>>,
}

impl RequestBuilder {
    #[inline]
    pub(super) fn new(client: Client, method: Method, target: String) -> Self {
        Self { client, method, target, fields: Vec::new(), body: None }
    }

    /// Appends `query` to the target, so that [`Query`](crate::Query) reads it.
    ///
    /// # Panics
    ///
    /// As [`RouteUrl::query`](crate::RouteUrl::query) does.
    #[track_caller]
    pub fn query<T: Serialize + ?Sized>(mut self, query: &T) -> Self {
        append_query(&mut self.target, query);
        self
    }

    /// Adds a field line.
    ///
    /// # Panics
    ///
    /// When the name or value cannot stand in one.
    pub fn header<Name, Value>(mut self, name: Name, value: Value) -> Self
    where
        Name: TryInto<HeaderName, Error: fmt::Debug>,
        Value: TryInto<HeaderValue, Error: fmt::Debug>,
    {
        let name = name.try_into().expect("a field name");
        self.fields.push((name, value.try_into().expect("a field value")));
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets the body to `value` as JSON, with its content type.
    ///
    /// # Panics
    ///
    /// When the value cannot be written as JSON.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        let json = serde_json::to_vec(value).expect("a value that can be written as JSON");
        self.header(header::CONTENT_TYPE, "application/json").body(json)
    }

    /// Sets the body to `value` as a form, with its content type: a struct, a map or a list of pairs, such as
    /// `&[("name", "Ada")]`.
    ///
    /// # Panics
    ///
    /// As [`RouteUrl::query`](crate::RouteUrl::query) does.
    #[track_caller]
    pub fn form<T: Serialize + ?Sized>(self, value: &T) -> Self {
        let form = encode_form(value);
        self.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)
    }

    /// Sets the body to a form with files, with its content type.
    #[inline]
    pub fn multipart(self, form: FormData) -> Self {
        let (content_type, body) = form.finish();
        self.header(header::CONTENT_TYPE, content_type).body(body)
    }

    /// Sends the request and reads the whole response.
    ///
    /// # Panics
    ///
    /// When what comes back is no response: the connection broke off, or its framing is wrong.
    pub async fn send(mut self) -> TestResponse {
        self.add_cookies();
        let (client, target) = (self.client.clone(), self.target.clone());
        let response = (client.send)(self).await;
        let path = target.split(['?', '#']).next().unwrap_or_default();
        client.with_jar(|jar| {
            for line in response.headers().get_all(header::SET_COOKIE) {
                jar.set(line.as_bytes(), path);
            }
        });
        response
    }

    /// Adds what the jar has for this path, unless cookies were set by hand.
    #[inline]
    fn add_cookies(&mut self) {
        let path = self.target.split(['?', '#']).next().unwrap_or_default();
        let cookies = self.client.with_jar(|jar| jar.line(path));
        if let Some(cookies) = cookies
            && !self.is_set(&header::COOKIE)
            && let Ok(cookies) = HeaderValue::from_str(&cookies)
        {
            self.fields.push((header::COOKIE, cookies));
        }
    }

    #[inline]
    pub(super) fn is_set(&self, name: &HeaderName) -> bool {
        self.fields.iter().any(|(set, _)| set == name)
    }

    /// The request's bytes; of another version than HTTP/1.1 what they would be. `Host`, and there `Connection: close`,
    /// are added unless they were set.
    #[inline]
    pub(super) fn encode(&self, version: Version) -> Vec<u8> {
        let mut bytes = format!("{} {} {version:?}\r\n", self.method, self.target).into_bytes();
        let mut field = |name: &[u8], value: &[u8]| {
            for part in [name, b": ", value, b"\r\n"] {
                bytes.extend_from_slice(part);
            }
        };
        for (name, value) in &self.fields {
            field(name.as_str().as_bytes(), value.as_bytes());
        }
        if !self.is_set(&header::HOST) {
            field(b"host", b"localhost");
        }
        if version == Version::HTTP_11 && !self.is_set(&header::CONNECTION) {
            field(b"connection", b"close");
        }
        if let Some(body) = &self.body
            && !self.is_set(&header::CONTENT_LENGTH)
            && !self.is_set(&header::TRANSFER_ENCODING)
        {
            field(b"content-length", body.len().to_string().as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

impl IntoFuture for RequestBuilder {
    type Output = TestResponse;
    type IntoFuture = Answering;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Sends a request over HTTP/1.1 on a connection of its own, and reads until the server has closed it.
#[inline]
pub(super) fn send(request: RequestBuilder) -> Answering {
    Box::pin(async move {
        let mut stream = request.client.connect();
        let bytes = request.encode(Version::HTTP_11);
        let mut received = Vec::new();
        let (mut reader, mut writer) = tokio::io::split(&mut stream);
        // A server may answer, and close, before it has read all: then the rest cannot be written.
        let write = async {
            let _ = writer.write_all(&bytes).await;
        };
        let read = reader.read_to_end(&mut received);
        let ((), read) = join(write, read).await;
        read.expect("a pipe in memory does not fail");
        TestResponse::parse(&request.method, bytes, &received)
    })
}

/// Waits for both.
pub(super) async fn join<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> (A, B) {
    let (mut first, mut second) = (std::pin::pin!(first), std::pin::pin!(second));
    let (mut a, mut b) = (None, None);
    std::future::poll_fn(|context| {
        use std::task::Poll;
        if a.is_none()
            && let Poll::Ready(value) = first.as_mut().poll(context)
        {
            a = Some(value);
        }
        if b.is_none()
            && let Poll::Ready(value) = second.as_mut().poll(context)
        {
            b = Some(value);
        }
        match (a.take(), b.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (first, second) => {
                (a, b) = (first, second);
                Poll::Pending
            }
        }
    })
    .await
}
