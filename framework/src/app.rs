//! The application behind a server: its table, its mounts, its middleware and its state, and how they answer a request.

mod core;
mod preflight;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use http::header::{ALLOW, LOCATION};
use http::{Method, StatusCode};

pub(crate) use self::core::{AnyCore, Core};
use crate::config::TrailingSlash;
use crate::handlers::{Probe, Probes};
use crate::http::{Request, RequestFacts, Response};
use crate::middleware::{BoxFuture, Place};
use crate::net::{Application, Routed, Vitals, panic_text};
use crate::observe::{Counters, Meter, Observer, Slot, Tally, Witness};
use crate::reports::Reports;
use crate::respond::{IntoResponse, Problem, Renderer, answer_conditionally, answer_partially, render};
use crate::routing::{Allowed, Captures, Found, Policy, Reply, Table};

/// Everything of the application's that answers requests.
pub(crate) struct App {
    pub(crate) table: &'static Table,
    core: Arc<dyn AnyCore>,
    trailing_slash: TrailingSlash,
    /// Writes out problems in place of the built-in forms.
    renderer: Option<Renderer>,
    observers: Arc<[Box<dyn Observer>]>,
    pub(crate) counters: Counters,
    pub(crate) probes: Probes,
    pub(crate) vitals: Arc<Vitals>,
}

/// What answers a request.
#[derive(Debug)]
pub(crate) enum Target {
    /// The route of this index.
    Route(usize),
    /// Something else; in a box, as most requests are of a route, and it is large.
    Other(Box<Unrouted>),
}

/// What answers a request that no route does.
#[derive(Debug)]
pub(crate) enum Unrouted {
    /// The mount of this index, and where in the path what lies below it begins.
    Mount(usize, usize),
    /// What the box answers.
    Probe(Probe),
    /// Nobody answers this method: 405 with `Allow`.
    NotAllowed(Allowed),
    /// OPTIONS of a path whose methods are known.
    Options(Allowed),
    /// A CORS preflight of a path whose methods are known, for the route of this index where there is one.
    Preflight(Allowed, Option<usize>),
    /// The path with its trailing slash put right.
    Redirect(String),
    /// CONNECT: this is no proxy.
    Connect,
    NotFound,
}

impl App {
    pub(crate) fn new(
        core: Arc<dyn AnyCore>,
        trailing_slash: TrailingSlash,
        reports: Reports,
        probes: Probes,
    ) -> Self {
        Self {
            table: core.table(),
            core,
            trailing_slash,
            renderer: reports.renderer,
            observers: reports.observers.into(),
            counters: reports.counters,
            probes,
            vitals: Arc::new(Vitals::new()),
        }
    }

    /// The prefixes that something is mounted at.
    pub(crate) fn mounts(&self) -> Vec<&str> {
        self.core.mounts()
    }
}

impl Application for App {
    type Target = Target;

    fn route(&self, request: &mut Request) -> Routed<Target> {
        if self.probes.are_attached()
            && let Some(probe) = self.probes.find(request.path())
        {
            let target = Target::Other(Box::new(probed(probe, request)));
            return Routed { target, policy: &Policy::NONE, slot: Slot::Uncounted };
        }
        if *request.method() == Method::OPTIONS
            && let Some(target) = self.preflight(request)
        {
            return self.unrouted(target);
        }
        let table = self.table;
        let (head, captures) = request.head_and_captures();
        let target = match table.find(&head.method, head.path(), captures) {
            Found::Route(index) => {
                let pattern = captures.pattern();
                if let Some(route) = table.route(index) {
                    let slot = self.slot(index, pattern);
                    request.set_route(route, table.full_pattern(index, pattern));
                    return Routed { target: Target::Route(index), policy: &route.policy, slot };
                }
                Unrouted::NotFound
            }
            Found::MethodNotAllowed => self.other_method(request),
            Found::NotFound => self.no_route(request),
        };
        self.unrouted(target)
    }

    fn answer(&self, request: Request, target: Target) -> Reply<'_> {
        match target {
            Target::Route(route) => self.core.run(request, Place::outside(route)),
            Target::Other(target) => Reply::Later(Box::pin(self.answer_in_chain(request, target))),
        }
    }

    fn render(&self, response: Response, facts: &RequestFacts, tally: &Tally) -> Response {
        // The order of RFC 9110 §13.2.2: the client's ranges come after its conditions.
        let response = answer_partially(answer_conditionally(response, facts), facts);
        render(response, facts, |problem| {
            let renderer = self.renderer.as_ref()?;
            let rendered = catch_unwind(AssertUnwindSafe(|| renderer(problem, facts)));
            rendered
                .inspect_err(|panic| {
                    tally.panicked();
                    let panic = panic_text(panic.as_ref());
                    tracing::error!(request_id = %facts.id(), panic, "the renderer of problems panicked");
                })
                .ok()
        })
    }

    fn witness(&self) -> Witness {
        let routes = self.table.rows() + self.core.mounts().len();
        let meter = self.probes.count_routes().then(|| Meter::new(routes));
        Witness::new(&self.counters, &self.observers, meter)
    }
}

impl App {
    /// Answers what no route does, through the server's layers; around probes of health there are none.
    async fn answer_in_chain(&self, request: Request, target: Box<Unrouted>) -> Response {
        if let Unrouted::Probe(probe @ (Probe::Health | Probe::Live | Probe::Ready)) = *target {
            return self.probes.answer(self, request, probe).await;
        }
        let answer = |request| self.answer_without_route(request, &target);
        let route = if let Unrouted::Preflight(_, route) = *target { route } else { None };
        self.core.around(request, route, &answer).await
    }

    /// Where the requests of a route's pattern are counted, where anybody asks.
    fn slot(&self, route: usize, pattern: usize) -> Slot {
        let row = if self.probes.count_routes() { self.table.row(route, pattern) } else { None };
        row.map_or(Slot::Unrouted, Slot::At)
    }

    /// What answers a request that no route does.
    fn unrouted(&self, target: Unrouted) -> Routed<Target> {
        let mount = if let Unrouted::Mount(index, _) = target { Some(index) } else { None };
        let slot = mount.and_then(|index| u32::try_from(self.table.rows() + index).ok());
        let slot = slot.map_or(Slot::Unrouted, Slot::At);
        Routed { target: Target::Other(Box::new(target)), policy: &Policy::NONE, slot }
    }

    /// The path is known, the method is not.
    fn other_method(&self, request: &Request) -> Unrouted {
        let Some(allow) = self.table.allowed(request.head().path()) else { return Unrouted::NotFound };
        if *request.method() == Method::OPTIONS {
            Unrouted::Options(allow)
        } else {
            Unrouted::NotAllowed(allow)
        }
    }

    /// No pattern matches the path.
    fn no_route(&self, request: &Request) -> Unrouted {
        if *request.method() == Method::CONNECT {
            return Unrouted::Connect;
        }
        if *request.method() == Method::OPTIONS && request.path() == "*" {
            return Unrouted::Options(self.table.all_allowed());
        }
        if let Some((index, rest)) = self.core.find_mount(request.path()) {
            return Unrouted::Mount(index, rest);
        }
        match self.trailing_slash {
            TrailingSlash::Strict => Unrouted::NotFound,
            TrailingSlash::Redirect => {
                self.other_slash(request).map_or(Unrouted::NotFound, Unrouted::Redirect)
            }
        }
    }

    /// The path with a slash more or less at its end, where the table knows that one.
    fn other_slash(&self, request: &Request) -> Option<String> {
        let path = request.path();
        let other = match path.strip_suffix('/') {
            Some("") => return None,
            Some(shorter) => shorter.to_owned(),
            None => format!("{path}/"),
        };
        match self.table.find(request.method(), &other, &mut Captures::default()) {
            Found::Route(_) => {}
            Found::MethodNotAllowed | Found::NotFound => return None,
        }
        // A reference that begins with two slashes would name another host.
        if other.starts_with("//") {
            return None;
        }
        Some(match request.query() {
            Some(query) => format!("{other}?{query}"),
            None => other,
        })
    }

    /// Answers what no route does.
    fn answer_without_route<'a>(&'a self, request: Request, target: &'a Unrouted) -> BoxFuture<'a, Response> {
        let response = match target {
            Unrouted::Probe(probe) => return self.probes.answer(self, request, *probe),
            Unrouted::Mount(index, start) => return self.core.call_mount(*index, *start, request),
            Unrouted::NotAllowed(allow) => {
                let detail = format!(
                    "{} is not answered here; allowed: {}",
                    request.method(),
                    allow.methods().join(", ")
                );
                with_allow(Problem::new(StatusCode::METHOD_NOT_ALLOWED).detail(detail).into_response(), allow)
            }
            Unrouted::Options(allow) | Unrouted::Preflight(allow, _) => {
                with_allow(Response::no_content(), allow)
            }
            Unrouted::Redirect(location) => {
                Response::new(StatusCode::PERMANENT_REDIRECT).header(LOCATION, location.as_str())
            }
            Unrouted::Connect => {
                Problem::new(StatusCode::NOT_IMPLEMENTED).detail("this server is no proxy").into_response()
            }
            Unrouted::NotFound => Problem::new(StatusCode::NOT_FOUND).into_response(),
        };
        Box::pin(std::future::ready(response))
    }
}

/// What answers a probe's path: it can be read.
fn probed(probe: Probe, request: &Request) -> Unrouted {
    match *request.method() {
        Method::GET | Method::HEAD => Unrouted::Probe(probe),
        Method::OPTIONS => Unrouted::Options(Allowed::reading()),
        _ => Unrouted::NotAllowed(Allowed::reading()),
    }
}

/// Adds `Allow` (RFC 9110 §10.2.1).
fn with_allow(response: Response, allow: &Allowed) -> Response {
    response.header(ALLOW, allow.header_value())
}
