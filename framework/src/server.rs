//! [`Server`]: a table, its state, middleware and settings, put together and run.

#[path = "server/access_log.rs"]
mod access_log;
#[cfg(feature = "config")]
#[path = "server/configured.rs"]
mod configured;
#[cfg(all(feature = "config", unix))]
#[path = "server/live.rs"]
mod live;
#[cfg(not(all(feature = "config", unix)))]
#[path = "server/no_live.rs"]
mod live;
#[path = "server/production.rs"]
mod production;
#[path = "server/reload.rs"]
mod reload;
#[path = "server/run.rs"]
mod run;
#[cfg(feature = "otel")]
#[path = "server/traces.rs"]
mod traces;

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use crate::config::{FileSource, ListenAddr, Network, Runtime, Settings, TrailingSlash};
use crate::error::Error;
use crate::handlers::Attached;
use crate::http::Shutdown;
use crate::middleware::{Middleware, Stack};
use crate::net::Trigger;
use crate::reports::Reports;
use crate::routing::{Mount, Mounts, Routes};

/// A server that is being put together.
///
/// Settings made here are defaults: the environment (`SERVER_PORT=3000`) goes before them, and the command line
/// (`--port 3000`) before both.
///
/// ```no_run
/// use server::{Server, get, routes};
///
/// #[get("/")]
/// async fn index() -> &'static str {
///     "Hello, world!"
/// }
///
/// #[server::main]
/// async fn main() -> server::Result {
///     Server::new(routes![index]).port(3000).run().await
/// }
/// ```
#[must_use = "a server does nothing until it is run"]
pub struct Server<S: 'static = (), P = Missing> {
    routes: Routes<S>,
    mounts: Mounts<S>,
    stack: Stack<S>,
    pub(crate) reports: Reports,
    pub(crate) probes: Attached<S>,
    state: P,
    pub(crate) settings: Settings,
    file: FileSource,
    command_line: CommandLine,
    trigger: Option<Trigger>,
    shutdown: Shutdown,
    /// Mistakes of the builder, told when the server is run.
    mistakes: Vec<Error>,
}

/// Stands for a state that was not given; enough for a table that needs none.
#[derive(Clone, Copy, Debug)]
pub struct Missing;

/// The state that handlers of the server share.
#[derive(Debug)]
pub struct Held<S>(S);

/// A server that has the state its table needs: what `run` asks for.
///
/// ```
/// use server::{HasState, Server};
///
/// /// Runs a server on a port that an option of the application's own chooses.
/// async fn run_at<S, P>(port: u16, server: Server<S, P>) -> server::Result
/// where
///     S: Send + Sync + 'static,
///     Server<S, P>: HasState<S>,
/// {
///     server.port(port).ignore_command_line().run().await
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "this server's table needs the state `{S}`, which it was not given: write `.state(...)` before this",
    label = "write `.state(...)` before this",
    note = "a table without state, `Routes<()>`, runs as it is"
)]
// It is the server that has it, not what stands for the state in the server's type: rustc has our words for a method
// only where a bound on its receiver is at fault.
pub trait HasState<S: 'static> {
    /// Takes the state out.
    #[doc(hidden)]
    fn into_parts(self) -> (Server<S, Missing>, S);
}

impl HasState<()> for Server<(), Missing> {
    fn into_parts(self) -> (Self, ()) {
        (self, ())
    }
}

impl<S> HasState<S> for Server<S, Held<S>> {
    fn into_parts(self) -> (Server<S, Missing>, S) {
        let (server, Held(state)) = self.replace_state(Missing);
        (server, state)
    }
}

/// Whether the program's arguments are the server's to read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CommandLine {
    Read,
    Ignored,
}

impl<S: Send + Sync + 'static> Server<S, Missing> {
    /// A server of this table, with every setting at its default.
    pub fn new(routes: Routes<S>) -> Self {
        Self {
            routes,
            mounts: Mounts::default(),
            stack: Stack::default(),
            reports: Reports::default(),
            probes: Attached::default(),
            state: Missing,
            settings: Settings::default(),
            file: FileSource::default(),
            command_line: CommandLine::Read,
            trigger: None,
            shutdown: Shutdown::default(),
            mistakes: Vec::new(),
        }
    }

    /// Gives the state that the table's handlers ask for.
    pub fn state(self, state: S) -> Server<S, Held<S>> {
        self.replace_state(Held(state)).0
    }
}

impl<S: 'static, P> Server<S, P> {
    /// The same server with another state, and the one that it had.
    fn replace_state<Q>(self, state: Q) -> (Server<S, Q>, P) {
        let Self {
            routes,
            mounts,
            stack,
            reports,
            probes,
            state: before,
            settings,
            file,
            command_line,
            trigger,
            shutdown,
            mistakes,
        } = self;
        let server = Server {
            routes,
            mounts,
            stack,
            reports,
            probes,
            state,
            settings,
            file,
            command_line,
            trigger,
            shutdown,
            mistakes,
        };
        (server, before)
    }
}

impl<S: Send + Sync + 'static, P> Server<S, P> {
    /// Puts `middleware` around everything that this server answers, 404 and 405 among it. The first one given is
    /// the outermost. Probes of [`Health`](crate::Health) alone are outside of it.
    ///
    /// An order that makes one of the box useless, such as `Cors` inside of `RequireBearer`, is an error of
    /// [`Server::run`]; with [`Server::production`] each of them has its place.
    pub fn with(mut self, middleware: impl Middleware<S>) -> Self {
        self.stack.push(Box::new(middleware));
        self
    }

    /// Lets `mount` answer all paths at `prefix` and below it that the table does not match.
    ///
    /// A prefix that cannot be mounted (it has no leading slash, or is mounted already), and a mount that says that it
    /// lacks something, are errors of [`Server::run`].
    pub fn mount(mut self, prefix: &str, mount: impl Mount<S>) -> Self {
        if let Err(error) = mount.check() {
            self.mistakes.push(error);
        }
        if let Err(error) = self.mounts.add(prefix, mount) {
            self.mistakes.push(error.into());
        }
        self
    }

    /// Leaves the program's arguments to the application; the environment is read all the same.
    pub fn ignore_command_line(mut self) -> Self {
        self.command_line = CommandLine::Ignored;
        self
    }

    /// Ends the server, as SIGTERM does, when `trigger` is ready.
    pub fn shutdown_on(mut self, trigger: impl Future<Output = ()> + Send + 'static) -> Self {
        self.trigger = Some(Box::pin(trigger));
        self
    }

    /// The end of this server, for the rest of the program to ask for and to wait for; a handler takes it as an
    /// argument.
    ///
    /// ```no_run
    /// use server::{Server, get, routes};
    ///
    /// #[get("/")]
    /// async fn index() -> &'static str {
    ///     "Hello, world!"
    /// }
    ///
    /// #[server::main]
    /// async fn main() -> server::Result {
    ///     let server = Server::new(routes![index]);
    ///     let shutdown = server.shutdown_handle();
    ///     std::thread::spawn(move || {
    ///         // Ends with the standard input, as when the program that started this one is gone.
    ///         let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    ///         shutdown.request();
    ///     });
    ///     server.run().await
    /// }
    /// ```
    pub fn shutdown_handle(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// Takes all settings from `settings`.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// The address to listen on; 127.0.0.1 unless set.
    pub fn host(mut self, host: impl Into<IpAddr>) -> Self {
        self.settings.host = Some(host.into());
        self
    }

    /// The port to listen on; 8080 unless set, and 0 is any that is free.
    pub fn port(mut self, port: u16) -> Self {
        self.settings.port = port;
        self
    }

    /// Where to listen, in the place of host and port: addresses, and Unix sockets.
    ///
    /// ```
    /// use server::{Routes, Server};
    ///
    /// let server = Server::new(Routes::<()>::EMPTY).listen(["127.0.0.1:8080".parse()?, "unix:/run/service.sock".parse()?]);
    /// # Ok::<(), server::Error>(())
    /// ```
    pub fn listen(mut self, addresses: impl IntoIterator<Item = ListenAddr>) -> Self {
        self.settings.listen = addresses.into_iter().collect();
        self
    }

    /// The peers whose word is taken for where a request came from: proxies that set the
    /// [`forwarded_fields`](Settings::forwarded_fields) whatever the client sent. None unless set.
    pub fn trusted_proxies(mut self, networks: impl IntoIterator<Item: Into<Network>>) -> Self {
        self.settings.trusted_proxies = networks.into_iter().map(Into::into).collect();
        self
    }

    /// How many threads serve connections; as many as there are cores this process may use, unless set.
    pub fn workers(mut self, workers: usize) -> Self {
        self.settings.workers = workers;
        self
    }

    /// Whether each worker has a runtime of its own, the default, or all share one.
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.settings.runtime = runtime;
        self
    }

    /// The most bytes of body, 2 MiB unless set; a route's `body_limit` goes before it. More is a 413.
    pub fn max_body(mut self, bytes: u64) -> Self {
        self.settings.max_body = bytes;
        self
    }

    /// How long a connection may be idle, 75 s unless set.
    pub fn keep_alive_timeout(mut self, timeout: Duration) -> Self {
        self.settings.keep_alive_timeout = timeout;
        self
    }

    /// How long a request's head may take from its first byte, 10 s unless set. Later is a 408.
    pub fn header_read_timeout(mut self, timeout: Duration) -> Self {
        self.settings.header_read_timeout = timeout;
        self
    }

    /// How long a handler may take to its response's head, 30 s unless set; a route's `timeout` goes before it.
    /// Later is a 503.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.settings.request_timeout = timeout;
        self
    }

    /// How long a drain may take, 30 s unless set; what is left then is cut.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.settings.shutdown_timeout = timeout;
        self
    }

    /// Speaks TLS, and nothing else, on the port.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: crate::Tls) -> Self {
        self.settings.tls = tls;
        self
    }

    /// Whether `/a/` leads to `/a`, and the other way round, where only the other is a route.
    pub fn trailing_slash(mut self, trailing_slash: TrailingSlash) -> Self {
        self.settings.trailing_slash = trailing_slash;
        self
    }
}

impl<S, P> fmt::Debug for Server<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("settings", &self.settings).finish_non_exhaustive()
    }
}
