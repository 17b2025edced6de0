//! [`AccessLog`]: a line for each exchange, in one of several forms.

mod escape;
mod form;
mod mask;
mod moment;
mod output;
mod sink;

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tracing::Level;

use self::form::Form;
pub(crate) use self::mask::Mask;
use self::output::Output;
pub(crate) use self::sink::Sink;
use super::client_text::ClientText;
use super::{Counters, Ended, Exchange, Observer};
use crate::config::Settings;
use crate::http::TraceContext;
use crate::log::Escaped;

/// The form of the access log: a line for each exchange, written when it has ended; the setting `access_log`.
///
/// ```no_run
/// use server::{AccessLog, Server, get, routes};
///
/// #[get("/")]
/// async fn index() -> &'static str {
///     "Hello, world!"
/// }
///
/// #[server::main]
/// async fn main() -> server::Result {
///     Server::new(routes![index]).access_log(AccessLog::Json).run().await
/// }
/// ```
///
/// ```text
/// {"time":"2026-11-21T09:03:15.123Z","request_id":"019a…","trace_id":"019a…","client":"127.0.0.1:51034","method":"GET","request_target":"/","route":"/","status":200,"bytes_in":84,"bytes_out":130,"duration_us":71,"user_agent":"curl/8.5.0","ended":"done"}
/// ```
///
/// What is not known is left out. No line has `Authorization`, `Cookie` or any other field than those; the values of the
/// query parameters that [`Settings::access_log_masked`](crate::Settings::access_log_masked) names are `***`; and what came
/// from the client is escaped: nobody can forge a line, nor hide one.
///
/// Lines go to [`Settings::access_log_to`](crate::Settings::access_log_to) from a thread of its own. No request waits for
/// them: what has no room in the queue is dropped and counted, and a line says how many when there is room again.
///
/// Probes ([`Health`](crate::Health), [`Metrics`](crate::Metrics)), and what
/// [`layers::Unlogged`](crate::layers::Unlogged) stands around, have lines when they fail alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccessLog {
    /// `off`: no lines.
    #[default]
    Off,
    /// `json`: an object of JSON a line, for programs.
    Json,
    /// `combined`: the combined format of Apache and nginx, for tools that know it. Its `%b` counts the head as well.
    Combined,
    /// `readable`: for people; coloured where it goes to a terminal and `NO_COLOR` is not set.
    Readable,
    /// `events`: events of `tracing` with the target `server::access`, for whatever subscriber the program has. Those of
    /// answers of 5xx have the level ERROR; of 4xx, and of what did not end well, WARN; others INFO.
    ///
    /// They are written on the thread that serves the connection; a subscriber that blocks holds it up.
    Events,
}

/// Where the lines of the access log go; the setting `access_log_to`.
///
/// ```
/// use server::{AccessLog, AccessLogTo, Settings};
///
/// let mut settings = Settings::default();
/// settings.access_log = AccessLog::Json;
/// settings.access_log_to = AccessLogTo::File("/var/log/shop/access.log".into());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AccessLogTo {
    /// `stdout`: the standard output.
    #[default]
    Stdout,
    /// `stderr`: the standard error, where the program's other log is as well.
    Stderr,
    /// Any other text: the file of this name, which is appended to, and made where there is none. On SIGHUP it is opened
    /// anew, as when logrotate has moved the old one away.
    File(PathBuf),
}

impl fmt::Display for AccessLogTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("stdout"),
            Self::Stderr => f.write_str("stderr"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl AccessLogTo {
    /// The file, where it is one.
    pub(crate) fn file(&self) -> Option<&std::path::Path> {
        match self {
            Self::Stdout | Self::Stderr => None,
            Self::File(path) => Some(path),
        }
    }

    fn is_terminal(&self) -> bool {
        use std::io::IsTerminal;
        match self {
            Self::Stdout => io::stdout().is_terminal(),
            Self::Stderr => io::stderr().is_terminal(),
            Self::File(_) => false,
        }
    }
}

/// The observer that writes events.
#[derive(Debug)]
pub(crate) struct Events(Selection);

/// The observer that writes lines.
#[derive(Debug)]
pub(crate) struct Lines {
    selection: Selection,
    form: Form,
    sink: Arc<Sink>,
}

/// Which exchanges have lines, and what of them is masked.
#[derive(Debug)]
pub(super) struct Selection {
    mask: Mask,
    probes: bool,
}

impl Selection {
    pub(super) fn of(settings: &Settings) -> Self {
        let mask = Mask::of(settings);
        Self { mask, probes: settings.access_log_probes }
    }

    /// What of targets is not told.
    #[cfg(feature = "otel")]
    pub(super) fn mask(&self) -> &Mask {
        &self.mask
    }

    /// Whether it has a line.
    pub(super) fn has(&self, exchange: &Exchange) -> bool {
        let is_fine = || {
            exchange.ended() == Ended::Done && exchange.status().is_some_and(|status| status.as_u16() < 400)
        };
        match exchange.kind {
            Kind::Ordinary => true,
            Kind::Probe => self.probes || !is_fine(),
            Kind::Unlogged => !is_fine(),
        }
    }
}

/// What an access log makes of an exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Ordinary,
    /// One of the box's probes answered it.
    Probe,
    /// Somebody asked for it to have no line.
    Unlogged,
}

impl Events {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self(Selection::of(settings))
    }
}

impl Lines {
    /// Opens the output and starts the thread that writes to it; `None` where the settings ask for no lines.
    ///
    /// # Errors
    ///
    /// When the output cannot be opened, or the operating system refuses a thread.
    pub(crate) fn open(settings: &Settings, counters: Counters) -> io::Result<Option<Self>> {
        let to = &settings.access_log_to;
        let form = match settings.access_log {
            AccessLog::Off | AccessLog::Events => return Ok(None),
            AccessLog::Json => Form::Json,
            AccessLog::Combined => Form::Combined,
            AccessLog::Readable => {
                Form::Readable { coloured: to.is_terminal() && crate::log::may_be_coloured() }
            }
        };
        let output = Output::open(to)?;
        let sink = Arc::new(Sink::start(output, form, settings.access_log_queue, counters)?);
        Ok(Some(Self { selection: Selection::of(settings), form, sink }))
    }

    /// What its lines go to.
    pub(crate) fn sink(&self) -> Arc<Sink> {
        Arc::clone(&self.sink)
    }
}

thread_local! {
    /// Where this thread writes its lines before it gives them away.
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Observer for Lines {
    fn ended(&self, exchange: &Exchange) {
        if !self.selection.has(exchange) {
            return;
        }
        LINE.with_borrow_mut(|line| {
            line.clear();
            self.form.push(line, exchange, &self.selection.mask);
            self.sink.push(line);
        });
    }
}

impl Observer for Events {
    fn ended(&self, exchange: &Exchange) {
        if !self.0.has(exchange) {
            return;
        }
        let request = exchange.request();
        let agent = request.header("user-agent");
        let parents: Vec<_> = request.values("traceparent").collect();
        let parent = if let [parent] = parents[..] { Some(parent) } else { None };
        let trace_id = TraceContext::of_parent(parent, request.id()).trace_id();
        let target = request.target().map(|target| self.0.mask.apply(target.as_bytes()));
        let target = target.as_deref().map(String::from_utf8_lossy);
        // The level of an event is a constant.
        macro_rules! tell {
            ($level:expr) => {
                tracing::event!(
                    target: "server::access",
                    $level,
                    request_id = %request.id(),
                    trace_id,
                    client = request.client_addr().map(|addr| tracing::field::display(ClientText(addr))),
                    method = request.method().map(tracing::field::display),
                    request_target = target.as_deref().map(|target| tracing::field::display(Escaped(target))),
                    route = request.route(),
                    status = exchange.status().map(|status| status.as_u16()),
                    bytes_in = exchange.bytes_in(),
                    bytes_out = exchange.bytes_out(),
                    duration_us = exchange.duration_micros(),
                    user_agent = agent.map(|agent| tracing::field::display(Escaped(agent))),
                    ended = exchange.ended().name(),
                    "access"
                )
            };
        }
        match gravity(exchange) {
            Gravity::Fault => tell!(Level::ERROR),
            Gravity::Odd => tell!(Level::WARN),
            Gravity::Fine => tell!(Level::INFO),
        }
    }
}

/// How much an exchange wants to be looked at.
enum Gravity {
    Fine,
    Odd,
    Fault,
}

fn gravity(exchange: &Exchange) -> Gravity {
    match exchange.status().map(|status| status.as_u16()) {
        Some(500..) => Gravity::Fault,
        Some(..400) if exchange.ended() == Ended::Done => Gravity::Fine,
        Some(_) | None => Gravity::Odd,
    }
}
