//! [`Server`]: a table, its state, middleware and settings, put together and run.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::banner::Banner;
use crate::config::{self, Action, Help, ListenError, Runtime, Settings, TrailingSlash};
use crate::error::Error;
use crate::http::Shutdown;
use crate::middleware::{Layer, Middleware};
use crate::net::{
    self, BlockingPool, Caps, DrainOptions, Limits, ListenOptions, Listeners, Shop, Signals, Trigger, Workers,
};
use crate::reports::Reports;
use crate::routing::{Listing, Mount, Mounts, Routes};

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
    layers: Vec<Box<dyn Layer<S>>>,
    pub(crate) reports: Reports,
    state: P,
    settings: Settings,
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
    message = "this server's table needs the state `{S}`, which it was not given",
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
        let Self {
            routes,
            mounts,
            layers,
            reports,
            state,
            settings,
            command_line,
            trigger,
            shutdown,
            mistakes,
        } = self;
        let server = Server {
            routes,
            mounts,
            layers,
            reports,
            state: Missing,
            settings,
            command_line,
            trigger,
            shutdown,
            mistakes,
        };
        (server, state.0)
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
            layers: Vec::new(),
            reports: Reports::default(),
            state: Missing,
            settings: Settings::default(),
            command_line: CommandLine::Read,
            trigger: None,
            shutdown: Shutdown::default(),
            mistakes: Vec::new(),
        }
    }

    /// Gives the state that the table's handlers ask for.
    pub fn state(self, state: S) -> Server<S, Held<S>> {
        let Self {
            routes,
            mounts,
            layers,
            reports,
            state: Missing,
            settings,
            command_line,
            trigger,
            shutdown,
            mistakes,
        } = self;
        Server {
            routes,
            mounts,
            layers,
            reports,
            state: Held(state),
            settings,
            command_line,
            trigger,
            shutdown,
            mistakes,
        }
    }
}

impl<S: Send + Sync + 'static, P> Server<S, P> {
    /// Puts `middleware` around everything that this server answers, 404 and 405 among it. The first one given is
    /// the outermost.
    pub fn with(mut self, middleware: impl Middleware<S>) -> Self {
        self.layers.push(Box::new(middleware));
        self
    }

    /// Lets `mount` answer all paths at `prefix` and below it that the table does not match.
    ///
    /// A prefix that cannot be mounted (it has no leading slash, or is mounted already) is an error of
    /// [`Server::run`].
    pub fn mount(mut self, prefix: &str, mount: impl Mount<S>) -> Self {
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

    /// Whether `/a/` leads to `/a`, and the other way round, where only the other is a route.
    pub fn trailing_slash(mut self, trailing_slash: TrailingSlash) -> Self {
        self.settings.trailing_slash = trailing_slash;
        self
    }
}

impl<S: Send + Sync + 'static, P> Server<S, P>
where
    Self: HasState<S>,
{
    /// Reads the settings, listens, and serves until SIGTERM, SIGINT or [`Server::shutdown_on`] ends it.
    ///
    /// With `--routes` or `--help` on the command line it prints those and returns.
    ///
    /// # Errors
    ///
    /// When a setting is wrong (all of them are named), when the address cannot be listened on, or when the operating
    /// system refuses threads.
    pub async fn run(mut self) -> crate::Result {
        if let Some(mistake) = self.mistakes.pop() {
            return Err(mistake);
        }
        let args = match self.command_line {
            CommandLine::Read => std::env::args_os().skip(1).collect(),
            CommandLine::Ignored => Vec::new(),
        };
        let loaded = Settings::load(self.settings.clone(), std::env::vars_os(), args.into_iter())?;
        crate::log::install_fallback(loaded.settings.log);
        match loaded.action {
            Action::Serve => {
                self.settings = loaded.settings;
                self.serve().await
            }
            Action::PrintRoutes => Ok(print(&Listing(&self.routes).to_string())?),
            Action::PrintVersion => {
                Ok(print(&format!("{} on fingerpost {}\n", program(), env!("CARGO_PKG_VERSION")))?)
            }
            Action::PrintHelp => {
                let program = program();
                Ok(print(&Help { program: &program, settings: &loaded.settings }.to_string())?)
            }
        }
    }

    /// The application alone, and what its connections are held to: what a test runs without a socket.
    pub(crate) fn into_app(self) -> (App<S>, Limits) {
        let (server, state) = self.into_parts();
        server.with_state(state)
    }

    async fn serve(mut self) -> crate::Result {
        // From before anybody can know of this server: a signal that comes any time later ends it in order.
        let signals = Signals::listen()?;
        let settings = self.settings.clone();
        let trigger = self.trigger.take();
        let workers = settings.workers;
        let per_core = settings.runtime == Runtime::PerCore;
        let sockets = if per_core { workers } else { 1 };
        let options = ListenOptions { backlog: settings.backlog, sockets, reuse_port: settings.reuse_port };
        let addr = settings.address();
        let listeners = match Listeners::inherited(std::env::vars_os(), std::process::id())? {
            Some(listeners) => listeners,
            None => Listeners::bind(addr, options).map_err(|error| ListenError::new(addr, error))?,
        };
        let addrs = listeners.addrs.clone();
        let routes = self.routes;
        let shop = self.into_shop(&settings)?;
        let workers = if per_core {
            Workers::per_core(listeners, workers, &shop)?
        } else {
            Workers::shared(listeners, workers, &shop)?
        };
        announce(&settings, &addrs, &routes);
        let drain = DrainOptions { delay: settings.shutdown_delay, timeout: settings.shutdown_timeout };
        net::run(workers, signals, drain, trigger).await;
        Ok(())
    }

    fn into_shop(self, settings: &Settings) -> io::Result<Shop<App<S>>> {
        let connections = config::effective_max_connections(settings, config::file_limit());
        let caps = Arc::new(Caps::new(connections, settings.max_connections_per_address));
        let blocking = Arc::new(BlockingPool::new(settings.blocking_threads, settings.blocking_queue)?);
        let shutdown = self.shutdown.clone();
        let (app, limits) = self.into_app();
        Ok(Shop { app: Arc::new(app), limits: Arc::new(limits), caps, blocking, shutdown })
    }
}

impl<S> Server<S, Missing> {
    fn with_state(self, state: S) -> (App<S>, Limits) {
        let limits = Limits::of(&self.settings);
        let app = App {
            routes: self.routes,
            mounts: self.mounts,
            layers: self.layers,
            state,
            trailing_slash: self.settings.trailing_slash,
            renderer: self.reports.renderer,
            observers: self.reports.observers.into(),
            counters: self.reports.counters,
        };
        (app, limits)
    }
}

impl<S, P> fmt::Debug for Server<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Tells on standard error where the server is and what it answers.
fn announce<S>(settings: &Settings, addresses: &[SocketAddr], routes: &Routes<S>) {
    use std::io::Write;
    let (name, routes) = (program(), Listing(routes).to_string());
    let routes: Vec<_> = routes.lines().map(str::to_owned).collect();
    let banner = Banner {
        name: &name,
        version: env!("CARGO_PKG_VERSION"),
        addresses,
        runtime: settings.runtime,
        workers: settings.workers,
        routes: &routes,
    };
    // Nobody may be reading it: that keeps no server from serving.
    let _ = io::stderr().lock().write_all(banner.to_string().as_bytes());
}

/// The program's own name, as it was called.
fn program() -> String {
    let path = std::env::args_os().next().map(std::path::PathBuf::from);
    let name = path.as_ref().and_then(|path| path.file_name());
    name.map_or_else(|| "server".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn print(text: &str) -> io::Result<()> {
    use std::io::Write;
    io::stdout().lock().write_all(text.as_bytes())
}
