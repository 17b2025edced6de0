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

mod assertions;
mod difference;
#[cfg(feature = "http2")]
mod http2;
mod jar;
mod multipart;
mod request;
mod response;
mod shown;

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use tokio::io::{DuplexStream, duplex};

#[cfg(any(test, feature = "__properties"))]
#[doc(hidden)]
pub use jar::jar;
pub use multipart::FormData;
pub use request::RequestBuilder;
pub use response::TestResponse;

use crate::app::App;
use crate::http::Shutdown;
use crate::net::{Application, Drain, Limits, Peer, Place, serve_connection};
use crate::routing::{RouteUrl, Routes, Table};
use crate::serving::{HasState, Server};
use jar::Jar;

/// What the in-memory connection says of its client.
const CLIENT_ADDR: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 49_152);
/// Bytes that the pipe holds in each direction.
const PIPE_BYTES: usize = 64 * 1024;

/// A client of a server that listens nowhere: each request is a connection of its own, over a pipe in memory.
///
/// Everything that a request meets in production it meets here: parser, limits, timeouts, routing, middleware,
/// framing. The client's address is `127.0.0.1`.
///
/// It keeps cookies as a browser does (RFC 6265 §5): each answer's `Set-Cookie` lines are kept by name and path until
/// they expire or are deleted, and sent where their path fits. As there is one server only, `Domain`, `Secure` and
/// `SameSite` make no difference. A clone has the same cookies; [`Client::another`] has none. A request with a
/// `cookie` line of its own has no others.
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
    table: &'static Table,
    jar: Arc<Mutex<Jar>>,
    /// How a request is sent: the version that it speaks.
    send: fn(RequestBuilder) -> request::Answering,
}

impl Client {
    /// A client of a table without state.
    #[inline]
    pub fn new(routes: Routes<()>) -> Self {
        Self::from(Server::new(routes))
    }

    /// A client of a table and its state.
    pub fn with_state<S: Send + Sync + 'static>(routes: Routes<S>, state: S) -> Self {
        Self::from(Server::new(routes).state(state))
    }

    // The engine over a pipe: no program's release build has it, and no crate's tests compile it again.
    #[cfg_attr(not(debug_assertions), inline)]
    fn connect_to(mut app: App, limits: Limits, shutdown: Shutdown) -> Self {
        app.probes.waits = true;
        let (witness, table) = (app.witness(), app.table);
        let (app, limits) = (Arc::new(app), Arc::new(limits));
        // Where there are checks and no thread for them, they stay pending, and a probe says so.
        let checks = app.probes.start().ok();
        let connect = move || {
            let _ = &checks;
            let (ours, theirs) = duplex(PIPE_BYTES);
            let place = Place::new(Arc::new(Drain::new(shutdown.clone())));
            let peer = Peer { addr: Some(CLIENT_ADDR), is_secure: false };
            let (app, limits) = (Arc::clone(&app), Arc::clone(&limits));
            tokio::spawn(serve_connection(theirs, peer, app, limits, place, witness.clone()));
            ours
        };
        Self { connect: Arc::new(connect), table, jar: Arc::default(), send: request::send }
    }

    /// The same client, over HTTP/2: each request is the one stream of a connection of its own. With the feature `http2`.
    ///
    /// ```
    /// use server::testing::Client;
    /// use server::{Request, get, routes};
    ///
    /// #[get("/version")]
    /// async fn version(request: Request) -> String {
    ///     format!("{:?}", request.version())
    /// }
    ///
    /// # #[server::main]
    /// # async fn main() {
    /// let client = Client::new(routes![version]);
    /// assert_eq!(client.get("/version").await.text(), "HTTP/1.1");
    /// assert_eq!(client.http2().get("/version").await.text(), "HTTP/2.0");
    /// # }
    /// ```
    ///
    /// A request's `host` is its `:authority`. Fields of a connection, such as `connection` and `transfer-encoding`,
    /// are none of HTTP/2: a request with one panics as it is sent.
    #[cfg(feature = "http2")]
    #[must_use]
    #[inline]
    pub fn http2(&self) -> Self {
        Self { send: http2::send, ..self.clone() }
    }

    /// A GET of `target`, such as `/users?page=2`.
    #[inline]
    pub fn get(&self, target: &str) -> RequestBuilder {
        self.request(Method::GET, target)
    }

    /// A HEAD of `target`.
    #[inline]
    pub fn head(&self, target: &str) -> RequestBuilder {
        self.request(Method::HEAD, target)
    }

    /// A POST to `target`.
    #[inline]
    pub fn post(&self, target: &str) -> RequestBuilder {
        self.request(Method::POST, target)
    }

    /// A PUT to `target`.
    #[inline]
    pub fn put(&self, target: &str) -> RequestBuilder {
        self.request(Method::PUT, target)
    }

    /// A PATCH of `target`.
    #[inline]
    pub fn patch(&self, target: &str) -> RequestBuilder {
        self.request(Method::PATCH, target)
    }

    /// A DELETE of `target`.
    #[inline]
    pub fn delete(&self, target: &str) -> RequestBuilder {
        self.request(Method::DELETE, target)
    }

    /// A request of any method.
    #[inline]
    pub fn request(&self, method: Method, target: &str) -> RequestBuilder {
        RequestBuilder::new(self.clone(), method, target.to_owned())
    }

    /// A request to a route, by the first of its methods, with the prefixes of the server's table.
    ///
    /// ```
    /// use server::testing::Client;
    /// use server::{put, routes};
    ///
    /// #[put("/users/:id")]
    /// async fn rename(id: u64, name: String) -> String {
    ///     format!("{id} is {name}")
    /// }
    ///
    /// # #[server::main]
    /// # async fn main() {
    /// let client = Client::new(routes!["/v2" => [rename]]);
    /// let response = client.call(rename::url(42)).body("Ada").await;
    /// assert_eq!(response.text(), "42 is Ada");
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When the server's table does not have the route, or has it more than once: then the target is one of
    /// [`Routes::urls`], for [`Client::request`].
    #[track_caller]
    #[inline]
    pub fn call(&self, url: RouteUrl) -> RequestBuilder {
        let method = url.route().methods.first().and_then(|method| method.parse().ok());
        match self.table.url(url) {
            Ok(url) => self.request(method.unwrap_or(Method::GET), &url),
            Err(error) => panic!("{error}"),
        }
    }

    /// A client of the same server without this one's cookies: another visitor.
    #[must_use]
    #[inline]
    pub fn another(&self) -> Self {
        Self { jar: Arc::default(), ..self.clone() }
    }

    /// The value of the cookie of this name that it has; of several, the one with the longest path.
    ///
    /// ```
    /// use server::testing::Client;
    /// use server::{get, routes};
    ///
    /// #[get("/")]
    /// async fn index() -> ([(&'static str, &'static str); 1], &'static str) {
    ///     ([("set-cookie", "theme=dark; Path=/")], "night")
    /// }
    ///
    /// # #[server::main]
    /// # async fn main() {
    /// let client = Client::new(routes![index]);
    /// client.get("/").await;
    /// assert_eq!(client.cookie("theme").as_deref(), Some("dark"));
    /// assert_eq!(client.another().cookie("theme"), None);
    /// # }
    /// ```
    #[inline]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.with_jar(|jar| jar.find(name))
    }

    fn with_jar<T>(&self, act: impl FnOnce(&mut Jar) -> T) -> T {
        act(&mut self.jar.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Opens a connection, to send bytes of your own and read what comes back.
    #[inline]
    pub fn connect(&self) -> DuplexStream {
        (self.connect)()
    }
}

impl<S: Send + Sync + 'static, P> From<Server<S, P>> for Client
where
    Server<S, P>: HasState<S>,
{
    /// A client of the server as it was configured in code; environment and command line are not looked at.
    ///
    /// # Panics
    ///
    /// Where [`Server::run`] would refuse to begin, whatever the settings: middleware in an order that makes some of it
    /// useless, a mount that cannot be, a probe at the path of a route.
    #[track_caller]
    #[inline]
    fn from(mut server: Server<S, P>) -> Self {
        if let Err(error) = server.check() {
            panic!("{error}");
        }
        Self::unchecked(server)
    }
}

impl Client {
    /// A client of the server, whatever is wrong with how it was put together.
    pub(crate) fn unchecked<S: Send + Sync + 'static, P>(server: Server<S, P>) -> Self
    where
        Server<S, P>: HasState<S>,
    {
        let shutdown = server.shutdown_handle();
        shutdown.drain_at_once();
        let (app, limits) = server.into_app();
        Self::connect_to(app, limits, shutdown)
    }
}

impl fmt::Debug for Client {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
