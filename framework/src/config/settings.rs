//! [`Settings`]: every limit, timeout and choice of the server, with defaults that are safe on the open internet.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tracing::Level;

use super::front::ForwardedField;
use super::listen_addr::ListenAddr;
use super::network::Network;
#[cfg(feature = "tls")]
use super::tls::Tls;
use crate::observe::{AccessLog, AccessLogTo};

/// Every setting of the server.
///
/// The same names serve the builder, the environment (`SERVER_KEEP_ALIVE_TIMEOUT=75s`) and the command line
/// (`--keep-alive-timeout 75s`); later beats earlier in that order. A value out of bounds is found when the server
/// starts, wherever it was set.
///
/// ```
/// let settings = server::Settings::default();
/// assert_eq!(settings.address().to_string(), "127.0.0.1:8080");
/// assert_eq!(settings.max_body, 2 * 1024 * 1024);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// The address to listen on. `None` is 127.0.0.1, or 0.0.0.0 where the environment has `PORT` and names neither
    /// a port nor a host of ours.
    pub host: Option<IpAddr>,
    /// The port to listen on; 0 takes any free one. Default: 8080.
    pub port: u16,
    /// Where to listen, in the place of `host` and `port`. Default: none, and these two say it.
    pub listen: Vec<ListenAddr>,
    /// The permissions of the file of a Unix socket. Default: 0o660, for its owner and group.
    pub unix_mode: u32,
    /// How many connections may wait in the kernel to be accepted, which may keep fewer. Default: 1,024.
    pub backlog: usize,
    /// Whether other processes that say the same may listen on this port as well. Default: no.
    pub reuse_port: bool,

    /// The peers that are proxies whose word is taken for where a request came from. Default: none, and what anybody
    /// says of it is ignored.
    pub trusted_proxies: Vec<Network>,
    /// By which fields they say it. Default: `x-forwarded-for` and `x-forwarded-proto`.
    pub forwarded_fields: Vec<ForwardedField>,
    /// The peers that must say in a PROXY header, before anything else, who their client is. Default: none, and of
    /// nobody one is accepted.
    pub proxy_protocol: Vec<Network>,

    /// How the work is spread over threads. Default: [`Runtime::PerCore`].
    pub runtime: Runtime,
    /// How many threads serve connections. Default: the cores this process may use.
    pub workers: usize,
    /// How many threads run handlers that are plain `fn`, all workers together. Default: 64.
    pub blocking_threads: usize,
    /// How many calls of such handlers may wait for a thread; one more is answered with 503. Default: 1,024.
    pub blocking_queue: usize,

    /// The most connections open at once; beyond it none is accepted, and the backlog waits. Default: 25,000, less
    /// where the limit on open files says so.
    pub max_connections: usize,
    /// The most connections of one address, where an IPv6 address counts by its /64; one more is closed. 0, the
    /// default, is no limit.
    pub max_connections_per_address: usize,
    /// The most bytes of a request target; a longer one is answered with 414. Default: 8 KiB.
    pub max_request_target: u64,
    /// The most bytes of a head, from the request line to the empty line; a larger one is answered with 431.
    /// Default: 16 KiB.
    pub max_head: u64,
    /// The most field lines of a header section; one more is answered with 431. Default: 100.
    pub max_fields: usize,
    /// The most bytes of a body, where the route has no `body_limit`; a larger one is answered with 413. 0 admits
    /// empty bodies only. Default: 2 MiB.
    pub max_body: u64,
    /// What becomes of a path that has a trailing slash too many or too few. Default: [`TrailingSlash::Strict`].
    pub trailing_slash: TrailingSlash,

    /// The longest time from a request's first byte to the end of its head; then 408, and close. A request that was
    /// pipelined has it from the end of the answer before. Default: 10 s.
    pub header_read_timeout: Duration,
    /// How long a connection may be idle between requests; then close. 0 keeps none open behind the requests that it
    /// came with; the first one may take as long as a head in any case. Default: 75 s.
    pub keep_alive_timeout: Duration,
    /// The longest time to the response's head, where the route has no `timeout`; then 503. Default: 30 s.
    pub request_timeout: Duration,
    /// The least bytes per second, on average, at which a body must come in once `rate_grace` is over; else 408,
    /// and close. 0 is no limit. Default: 240.
    pub body_min_rate: u64,
    /// The least bytes per second, on average, at which the peer must take a response once `rate_grace` is over;
    /// else the connection is aborted. 0 is no limit. Default: 240.
    pub write_min_rate: u64,
    /// How long a peer may be slower than the two rates above before they count. Default: 5 s.
    pub rate_grace: Duration,

    /// Whether a connection that begins with the preface of HTTP/2 is served as one. Default: yes.
    #[cfg(feature = "http2")]
    pub http2: bool,
    /// The most requests of one HTTP/2 connection in work at once; one more is refused, and may be sent again.
    /// Default: 100.
    #[cfg(feature = "http2")]
    pub http2_max_streams: usize,
    /// The most bytes of one request's body that are held before a handler reads them, over HTTP/2. Default: 256 KiB.
    #[cfg(feature = "http2")]
    pub http2_stream_window: u64,
    /// The same of all requests of an HTTP/2 connection together. Default: 1 MiB.
    #[cfg(feature = "http2")]
    pub http2_connection_window: u64,
    /// The most bytes of one frame of HTTP/2 that a client may send. Default: 16 KiB.
    #[cfg(feature = "http2")]
    pub http2_max_frame: u64,

    /// How long to serve on after the signal to stop, with readiness failing already. Default: 0 s.
    pub shutdown_delay: Duration,
    /// How long requests in flight may take to end when the server stops; then they are cut. Default: 30 s.
    pub shutdown_timeout: Duration,

    /// How TLS is spoken. Default: it is not.
    #[cfg(feature = "tls")]
    pub tls: Tls,

    /// The least severe event that is written to stderr where the program has no `tracing` subscriber of its own.
    /// Default: [`Level::INFO`].
    pub log: Level,
    /// The form of the access log: a line for each request that has ended. Default: [`AccessLog::Off`].
    pub access_log: AccessLog,
    /// Where its lines go. Default: the standard output.
    pub access_log_to: AccessLogTo,
    /// The most bytes of lines that wait to be written; others are dropped and counted. Default: 1 MiB.
    pub access_log_queue: u64,
    /// The query parameters whose values are masked in it and in spans, whatever their case. `common` stands for
    /// `access_token`, `api_key`, `apikey`, `auth`, `client_secret`, `code`, `id_token`, `jwt`, `passwd`, `password`,
    /// `refresh_token`, `secret`, `session`, `sig`, `signature` and `token`. Default: `common`.
    pub access_log_masked: Vec<String>,
    /// Whether it has a line for each answer of a probe, and not only for those that failed. Default: no.
    pub access_log_probes: bool,
}

impl Settings {
    /// The address and the port to listen on, where [`listen`](Self::listen) names none.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), self.port)
    }

    /// Every address to listen on: `listen`, or that of `host` and `port` where it names none.
    pub(crate) fn addresses(&self) -> Vec<ListenAddr> {
        if self.listen.is_empty() { vec![self.address().into()] } else { self.listen.clone() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: None,
            port: 8080,
            listen: Vec::new(),
            unix_mode: 0o660,
            backlog: 1024,
            reuse_port: false,
            trusted_proxies: Vec::new(),
            forwarded_fields: vec![ForwardedField::XForwardedFor, ForwardedField::XForwardedProto],
            proxy_protocol: Vec::new(),
            runtime: Runtime::PerCore,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            blocking_threads: 64,
            blocking_queue: 1024,
            max_connections: 25_000,
            max_connections_per_address: 0,
            max_request_target: 8 * 1024,
            max_head: 16 * 1024,
            max_fields: 100,
            max_body: 2 * 1024 * 1024,
            trailing_slash: TrailingSlash::Strict,
            header_read_timeout: Duration::from_secs(10),
            keep_alive_timeout: Duration::from_secs(75),
            request_timeout: Duration::from_secs(30),
            body_min_rate: 240,
            write_min_rate: 240,
            rate_grace: Duration::from_secs(5),
            #[cfg(feature = "http2")]
            http2: true,
            #[cfg(feature = "http2")]
            http2_max_streams: 100,
            #[cfg(feature = "http2")]
            http2_stream_window: 256 * 1024,
            #[cfg(feature = "http2")]
            http2_connection_window: 1024 * 1024,
            #[cfg(feature = "http2")]
            http2_max_frame: 16 * 1024,
            shutdown_delay: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(30),
            #[cfg(feature = "tls")]
            tls: Tls::default(),
            log: Level::INFO,
            access_log: AccessLog::Off,
            access_log_to: AccessLogTo::Stdout,
            access_log_queue: 1024 * 1024,
            access_log_masked: vec!["common".to_owned()],
            access_log_probes: false,
        }
    }
}

/// How the work is spread over threads.
///
/// Workers that share a runtime are there with the feature `shared-runtime`: the server is compiled for each kind of
/// runtime, and most programs need one.
///
/// ```
/// # #[cfg(feature = "shared-runtime")]
/// # {
/// use server::{Routes, Runtime, Server, get, routes};
///
/// #[get("/primes")]
/// async fn primes() -> &'static str {
///     "2 3 5 7"
/// }
///
/// const ROUTES: Routes = routes![primes];
/// let server = Server::new(ROUTES).runtime(Runtime::Shared).workers(4);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Runtime {
    /// `per-core`: each worker is a thread with a listener and a runtime of its own; a connection stays where it was
    /// accepted. The fastest for handlers that do little each.
    #[default]
    PerCore,
    /// `shared`: one listener, and one runtime whose threads take work from each other. Evens out handlers that
    /// compute for long. With the feature `shared-runtime`.
    #[cfg(feature = "shared-runtime")]
    Shared,
}

/// What becomes of a path without a route that would have one with, or without, a slash at its end.
///
/// ```
/// use server::testing::Client;
/// use server::{Server, TrailingSlash, get, routes};
///
/// #[get("/users")]
/// async fn users() -> &'static str {
///     "all of them"
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::from(Server::new(routes![users]).trailing_slash(TrailingSlash::Redirect));
/// let response = client.get("/users/").await;
/// assert_eq!((response.status().as_u16(), response.header("location")), (308, Some("/users")));
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrailingSlash {
    /// `strict`: `/a` and `/a/` differ, and the answer is 404.
    #[default]
    Strict,
    /// `redirect`: it is answered with 308 to the path that has a route.
    Redirect,
}
