//! What becomes of a server that is run: settings are read, sockets opened, workers started; and how it says so.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use super::access_log::open_access_log;
use super::live::Sources;
use super::reload::Reloads;
#[cfg(feature = "otel")]
use super::traces::start_traces;
use super::{CommandLine, HasState, Missing, Server};
use crate::app::{AnyCore, App, Core};
use crate::banner::Banner;
use crate::blocking::BlockingPool;
use crate::config::{
    self, Action, CheckedConfig, FileSource, Gathered, Help, ListenAddr, Loaded, PrintedConfig, Runtime,
    Settings,
};
use crate::handlers::Probes;
use crate::http::Shutdown;
use crate::middleware::BoxFuture;
use crate::net::{
    self, Caps, DrainOptions, Limits, ListenOptions, Listeners, LiveLimits, LiveTls, Shop, Signals,
    Supervisor, Trigger, Workers,
};
use crate::observe::{AccessLog, Events};
use crate::reports::Reports;
use crate::routing::Listing;

impl<S: Send + Sync + 'static, P> Server<S, P>
where
    Self: HasState<S>,
{
    /// Reads the settings, listens, and serves until SIGTERM, SIGINT or [`Server::shutdown_on`] ends it.
    ///
    /// With `--routes`, `--help`, `--check-config` or `--print-config` on the command line it prints those and returns.
    ///
    /// # Errors
    ///
    /// When middleware stands in an order that makes some of it useless, when a setting is wrong (all of them are
    /// named), when a certificate or its key is no good, when the address cannot be listened on, or when the
    /// operating system refuses threads.
    pub async fn run(mut self) -> crate::Result {
        self.check()?;
        let loaded = self.gather().finish()?;
        crate::log::install_fallback(loaded.settings.log);
        match self.act(&loaded)? {
            Next::Serve => {
                let sources = Sources::of(&self, &loaded);
                self.settings = loaded.settings;
                let running = self.into_running();
                let running = Running { sources, ..running };
                running.serve().await
            }
            Next::End => Ok(()),
        }
    }

    /// The application alone, and what its connections are held to: what a test runs without a socket.
    pub(crate) fn into_app(self) -> (App, Limits) {
        let (server, state) = self.into_parts();
        server.with_state(state).into_app()
    }

    fn into_running(mut self) -> Running {
        let (shutdown, trigger, listing) = (self.shutdown.clone(), self.trigger.take(), self.listing());
        let (server, state) = self.into_parts();
        Running { parts: server.with_state(state), shutdown, trigger, listing, sources: None }
    }
}

/// What an application is made of, without its state's type.
struct Parts {
    core: Arc<dyn AnyCore>,
    settings: Settings,
    reports: Reports,
    probes: Probes,
}

impl Parts {
    fn into_app(self) -> (App, Limits) {
        let Self { core, settings, reports, probes } = self;
        let limits = Limits::of(&settings);
        #[cfg(feature = "otel")]
        let limits = Limits { sampling: reports.sampling, ..limits };
        (App::new(core, settings.trailing_slash, reports, probes), limits)
    }
}

/// A server that is to run, without its state's type.
struct Running {
    parts: Parts,
    shutdown: Shutdown,
    trigger: Option<Trigger>,
    /// What is answered where.
    listing: String,
    /// Where the settings came from, where they can be read again.
    sources: Option<Sources>,
}

impl Running {
    /// Serves until the end. In a box, so that programs have its future only once, and compiled.
    fn serve(self) -> BoxFuture<'static, crate::Result> {
        Box::pin(self.serve_in_place())
    }

    async fn serve_in_place(mut self) -> crate::Result {
        // From before anybody can know of this server: a signal that comes any time later ends it in order.
        let signals = Signals::listen()?;
        let settings = self.parts.settings.clone();
        let trigger = self.trigger.take();
        let routes = std::mem::take(&mut self.listing);
        let workers = settings.workers;
        let options = ListenOptions {
            backlog: settings.backlog,
            sockets: if settings.runtime == Runtime::PerCore { workers } else { 1 },
            reuse_port: settings.reuse_port,
            unix_mode: settings.unix_mode,
        };
        let tls = LiveTls::of(&settings)?;
        let mut listeners = match Listeners::inherited(std::env::vars_os(), std::process::id())? {
            Some(listeners) => listeners,
            None => Listeners::bind_all(&settings.addresses(), options)?,
        };
        redirect(&mut listeners, &settings, options)?;
        let (addrs, redirects) = listeners.places();
        let log = open_access_log(&settings, &mut self.parts.reports)?;
        #[cfg(feature = "otel")]
        let traces = start_traces(&settings, &mut self.parts.reports)?;
        let supervisor = Supervisor::of(std::env::vars_os(), std::process::id());
        let sources = self.sources.take();
        let shop = self.into_shop(&settings, &supervisor, tls)?;
        let certificates = shop.tls.as_ref().map(LiveTls::watch);
        let live = sources.map(|sources| sources.live(&shop.limits));
        let mut reloads = Reloads::listen(certificates, log.file(), live, &supervisor)?;
        let workers = match settings.runtime {
            Runtime::PerCore => Workers::per_core(listeners, workers, &shop)?,
            #[cfg(feature = "shared-runtime")]
            Runtime::Shared => Workers::shared(listeners, workers, &shop)?,
        };
        announce(&settings, (&addrs, &redirects), shop.tls.as_deref(), &routes);
        let _checks = shop.app.probes.start()?;
        let drain = DrainOptions { delay: settings.shutdown_delay, timeout: settings.shutdown_timeout };
        let status = format!("serving at {}", places(&addrs));
        supervisor.ready(&status);
        let mut reloading = pin!(reloads.run(&supervisor, &shop.shutdown, &status));
        let mut watching = pin!(supervisor.watch(&shop.app.vitals, &shop.shutdown));
        let mut serving = pin!(net::run(workers, signals, drain, trigger, &supervisor));
        poll_fn(|context| {
            // These never end.
            let _ = watching.as_mut().poll(context);
            let _ = reloading.as_mut().poll(context);
            serving.as_mut().poll(context)
        })
        .await;
        log.finish();
        #[cfg(feature = "otel")]
        traces.finish();
        Ok(())
    }

    fn into_shop(
        self,
        settings: &Settings,
        supervisor: &Supervisor,
        tls: Option<Arc<LiveTls>>,
    ) -> io::Result<Shop<App>> {
        let (shutdown, (app, limits)) = (self.shutdown, self.parts.into_app());
        let connections = config::effective_max_connections(settings, config::file_limit());
        let caps = Caps::new(connections, settings.max_connections_per_address);
        let caps = Arc::new(caps.but_for(settings.trusted_proxies.iter().chain(&settings.proxy_protocol)));
        let blocking = Arc::new(BlockingPool::new(settings.blocking_threads, settings.blocking_queue)?);
        let is_watched = app.probes.are_attached() || supervisor.is_watching();
        let vitals = is_watched.then(|| Arc::clone(&app.vitals));
        if let Some(vitals) = &vitals {
            vitals.watch_blocking(&blocking);
            if let Some(tls) = &tls {
                vitals.watch_tls(tls);
            }
        }
        let (app, limits) = (Arc::new(app), Arc::new(LiveLimits::new(limits)));
        Ok(Shop { app, limits, caps, blocking, shutdown, vitals, tls, sends_to: None })
    }
}

/// What becomes of the program when it has done what the command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Serve,
    End,
}

impl<S: Send + Sync + 'static, P> Server<S, P> {
    /// What is wrong with how it was put together, whatever the settings are.
    pub(crate) fn check(&mut self) -> crate::Result {
        if let Some(mistake) = self.mistakes.pop() {
            return Err(mistake);
        }
        if let Some(fault) = self.probes.fault(self.routes.table()) {
            return Err(fault.into());
        }
        if let Some(fault) = self.stack.fault(&self.routes) {
            return Err(fault.into());
        }
        Ok(())
    }

    /// Asks all sources for the settings.
    pub(super) fn gather(&self) -> Gathered {
        gather(self.settings.clone(), &self.file, self.command_line)
    }

    /// Prints what the command line asks for, if that is something else than to serve.
    pub(super) fn act(&self, loaded: &Loaded) -> crate::Result<Next> {
        act(loaded, &|| self.listing())
    }

    /// What is answered where, as `--routes` prints it.
    fn listing(&self) -> String {
        let paths: Vec<_> = self.probes.paths().collect();
        let around: Vec<_> = self.stack.names().collect();
        Listing { table: self.routes.table(), paths: &paths, around: &around }.to_string()
    }
}

impl<S: Send + Sync + 'static> Server<S, Missing> {
    fn with_state(mut self, state: S) -> Parts {
        if self.settings.access_log == AccessLog::Events {
            self.reports.observers.push(Box::new(Events::new(&self.settings)));
        }
        let core = Core::shared(self.routes, self.mounts, self.stack.into_layers(), state);
        let probes = self.probes.into_probes(&core);
        Parts { core, settings: self.settings, reports: self.reports, probes }
    }
}

pub(super) fn gather(settings: Settings, file: &FileSource, command_line: CommandLine) -> Gathered {
    let args = match command_line {
        CommandLine::Read => std::env::args_os().skip(1).collect(),
        CommandLine::Ignored => Vec::new(),
    };
    Settings::gather(settings, file, std::env::vars_os(), args.into_iter())
}

fn act(loaded: &Loaded, listing: &dyn Fn() -> String) -> crate::Result<Next> {
    let text = match loaded.action {
        Action::Serve => return Ok(Next::Serve),
        Action::CheckConfig => {
            LiveTls::of(&loaded.settings)?;
            CheckedConfig(loaded).to_string()
        }
        Action::PrintConfig => PrintedConfig(loaded).to_string(),
        Action::PrintRoutes => listing(),
        Action::PrintVersion => format!("{} on fingerpost {}\n", program(), env!("CARGO_PKG_VERSION")),
        Action::PrintHelp => Help { program: &program(), settings: &loaded.settings }.to_string(),
    };
    print(&text)?;
    Ok(Next::End)
}

/// Listens where clients are sent to TLS from.
#[cfg(feature = "tls")]
fn redirect(listeners: &mut Listeners, settings: &Settings, options: ListenOptions) -> crate::Result {
    let tls = &settings.tls;
    let port = (tls.redirect_port > 0).then_some(tls.redirect_port);
    Ok(listeners.redirect(&tls.redirect, port, options)?)
}

#[cfg(not(feature = "tls"))]
fn redirect(_: &mut Listeners, _: &Settings, _: ListenOptions) -> crate::Result {
    Ok(())
}

/// Tells on standard error where the server is and what it answers.
fn announce(
    settings: &Settings,
    (addresses, redirects): (&[ListenAddr], &[ListenAddr]),
    tls: Option<&LiveTls>,
    routes: &str,
) {
    use std::io::Write;
    let name = program();
    let routes: Vec<_> = routes.lines().map(str::to_owned).collect();
    let banner = Banner {
        name: &name,
        version: env!("CARGO_PKG_VERSION"),
        addresses,
        redirects,
        scheme: if tls.is_some() { "https" } else { "http" },
        note: tls.and_then(LiveTls::note),
        runtime: settings.runtime,
        workers: settings.workers,
        routes: &routes,
    };
    // Nobody may be reading it: that keeps no server from serving.
    let _ = io::stderr().lock().write_all(banner.to_string().as_bytes());
}

/// All addresses, for people.
fn places(addrs: &[ListenAddr]) -> String {
    let places: Vec<_> = addrs.iter().map(ToString::to_string).collect();
    places.join(", ")
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
