//! Tests as users write them: a client whose requests pass through the whole engine, over a pipe in memory.
//!
//! ```
//! use server::testing::Client;
//! use server::{get, routes};
//!
//! #[get("/hello/:name")]
//! async fn hello(name: &str) -> String {
//!     format!("Hello, {name}!")
//! }
//!
//! #[server::test]
//! async fn greets_by_name() {
//!     let client = Client::new(routes![hello]);
//!     let response = client.get("/hello/ada").await;
//!     assert_eq!(response.status(), 200);
//!     assert_eq!(response.text(), "Hello, ada!");
//! }
//! ```

mod response;

use std::fmt;
use std::future::IntoFuture;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method, header};
use serde_core::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

pub use response::TestResponse;

use crate::app::App;
use crate::http::Shutdown;
use crate::net::{Application, Drain, Limits, Peer, Place, serve_connection};
use crate::routing::Routes;
use crate::serving::{HasState, Server};

/// What the in-memory connection says of its client.
const CLIENT_ADDR: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 49_152);
/// Bytes that the pipe holds in each direction.
const PIPE_BYTES: usize = 64 * 1024;

/// A client of a server that listens nowhere: each request is a connection of its own, over a pipe in memory.
///
/// Everything that a request meets in production it meets here: parser, limits, timeouts, routing, middleware,
/// framing. The client's address is `127.0.0.1`.
///
/// ```
/// use server::testing::Client;
/// use server::{Server, post, routes};
///
/// #[post("/notes")]
/// async fn create(note: String) -> String {
///     note.to_uppercase()
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::from(Server::new(routes![create]).max_body(4));
/// assert_eq!(client.post("/notes").body("tea").await.text(), "TEA");
/// assert_eq!(client.post("/notes").body("coffee").await.status(), 413);
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    connect: Arc<dyn Fn() -> DuplexStream + Send + Sync>,
}

impl Client {
    /// A client of a table without state.
    pub fn new(routes: Routes<()>) -> Self {
        Self::from(Server::new(routes))
    }

    /// A client of a table and its state.
    pub fn with_state<S: Send + Sync + 'static>(routes: Routes<S>, state: S) -> Self {
        Self::from(Server::new(routes).state(state))
    }

    fn connect_to<S: Send + Sync + 'static>(app: App<S>, limits: Limits, shutdown: Shutdown) -> Self {
        let witness = app.witness();
        let (app, limits) = (Arc::new(app), Arc::new(limits));
        let connect = move || {
            let (ours, theirs) = duplex(PIPE_BYTES);
            let place = Place::new(Arc::new(Drain::new(shutdown.clone())));
            let peer = Peer { addr: Some(CLIENT_ADDR) };
            let (app, limits) = (Arc::clone(&app), Arc::clone(&limits));
            tokio::spawn(serve_connection(theirs, peer, app, limits, place, witness.clone()));
            ours
        };
        Self { connect: Arc::new(connect) }
    }

    /// A GET of `target`, such as `/users?page=2`.
    pub fn get(&self, target: &str) -> RequestBuilder {
        self.request(Method::GET, target)
    }

    /// A HEAD of `target`.
    pub fn head(&self, target: &str) -> RequestBuilder {
        self.request(Method::HEAD, target)
    }

    /// A POST to `target`.
    pub fn post(&self, target: &str) -> RequestBuilder {
        self.request(Method::POST, target)
    }

    /// A PUT to `target`.
    pub fn put(&self, target: &str) -> RequestBuilder {
        self.request(Method::PUT, target)
    }

    /// A PATCH of `target`.
    pub fn patch(&self, target: &str) -> RequestBuilder {
        self.request(Method::PATCH, target)
    }

    /// A DELETE of `target`.
    pub fn delete(&self, target: &str) -> RequestBuilder {
        self.request(Method::DELETE, target)
    }

    /// A request of any method.
    pub fn request(&self, method: Method, target: &str) -> RequestBuilder {
        RequestBuilder {
            client: self.clone(),
            method,
            target: target.to_owned(),
            fields: Vec::new(),
            body: None,
        }
    }

    /// Opens a connection, to send bytes of your own and read what comes back.
    pub fn connect(&self) -> DuplexStream {
        (self.connect)()
    }
}

impl<S: Send + Sync + 'static, P> From<Server<S, P>> for Client
where
    Server<S, P>: HasState<S>,
{
    /// A client of the server as it was configured in code; environment and command line are not looked at.
    fn from(server: Server<S, P>) -> Self {
        let shutdown = server.shutdown_handle();
        shutdown.drain_at_once();
        let (app, limits) = server.into_app();
        Self::connect_to(app, limits, shutdown)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

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
    client: Client,
    method: Method,
    target: String,
    fields: Vec<(HeaderName, HeaderValue)>,
    body: Option<Vec<u8>>,
}

impl RequestBuilder {
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

    /// Sets the body to a form that is encoded already, such as `name=Ada&age=36`, with its content type.
    pub fn form(self, encoded: &str) -> Self {
        self.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(encoded)
    }

    /// Sends the request and reads the whole response.
    ///
    /// # Panics
    ///
    /// When what comes back is no response: the connection broke off, or its framing is wrong.
    pub async fn send(self) -> TestResponse {
        let mut stream = self.client.connect();
        let request = self.encode();
        let mut received = Vec::new();
        let (mut reader, mut writer) = tokio::io::split(&mut stream);
        // A server may answer, and close, before it has read all: then the rest cannot be written.
        let write = async {
            let _ = writer.write_all(&request).await;
        };
        let read = reader.read_to_end(&mut received);
        let ((), read) = join(write, read).await;
        read.expect("a pipe in memory does not fail");
        TestResponse::parse(&self.method, &received)
    }

    /// The request's bytes. `Host` and `Connection: close` are added unless they were set.
    fn encode(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        let mut field = |name: &[u8], value: &[u8]| {
            for part in [name, b": ", value, b"\r\n"] {
                bytes.extend_from_slice(part);
            }
        };
        for (name, value) in &self.fields {
            field(name.as_str().as_bytes(), value.as_bytes());
        }
        let is_set = |name: HeaderName| self.fields.iter().any(|(set, _)| *set == name);
        if !is_set(header::HOST) {
            field(b"host", b"localhost");
        }
        if !is_set(header::CONNECTION) {
            field(b"connection", b"close");
        }
        if let Some(body) = &self.body
            && !is_set(header::CONTENT_LENGTH)
            && !is_set(header::TRANSFER_ENCODING)
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
    type IntoFuture = Pin<Box<dyn Future<Output = TestResponse> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Waits for both.
async fn join<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> (A, B) {
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
