//! The application behind a server: its table, its mounts, its middleware and its state, and how they answer a request.

mod preflight;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{ALLOW, LOCATION};
use http::{Method, StatusCode};
use pin_project_lite::pin_project;

use crate::config::TrailingSlash;
use crate::http::{Request, RequestFacts, Response};
use crate::middleware::{Chain, Layer, Terminal};
use crate::net::{Application, Routed, panic_text};
use crate::observe::{Counters, Observer, Tally, Witness};
use crate::respond::{IntoResponse, Problem, Renderer, answer_conditionally, answer_partially, render};
use crate::routing::{Allowed, Captures, Found, Mounts, Policy, Reply, Routes};

/// Everything of the application's that answers requests.
pub(crate) struct App<S: 'static> {
    pub(crate) routes: Routes<S>,
    pub(crate) mounts: Mounts<S>,
    /// The server's middleware, outermost first.
    pub(crate) layers: Vec<Box<dyn Layer<S>>>,
    pub(crate) state: S,
    pub(crate) trailing_slash: TrailingSlash,
    /// Writes out problems in place of the built-in forms.
    pub(crate) renderer: Option<Renderer>,
    pub(crate) observers: Arc<[Box<dyn Observer>]>,
    pub(crate) counters: Counters,
}

/// What answers a request.
#[derive(Debug)]
pub(crate) enum Target {
    /// The route of this index.
    Route(usize),
    /// The mount of this index, and where in the path what lies below it begins.
    Mount(usize, usize),
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

impl<S: Send + Sync> Application for App<S> {
    type Target = Target;

    fn route(&self, request: &mut Request) -> Routed<Target> {
        if *request.method() == Method::OPTIONS
            && let Some(target) = self.preflight(request)
        {
            return Routed { target, policy: &Policy::NONE };
        }
        let table = self.routes.table();
        let (head, captures) = request.to_route();
        let target = match table.find(&head.method, head.path(), captures) {
            Found::Route(index) => {
                let pattern = captures.pattern();
                if let Some(route) = table.route(index) {
                    request.set_route(route, table.full_pattern(index, pattern));
                    return Routed { target: Target::Route(index), policy: &route.policy };
                }
                Target::NotFound
            }
            Found::MethodNotAllowed => self.other_method(request),
            Found::NotFound => self.no_route(request),
        };
        Routed { target, policy: &Policy::NONE }
    }

    fn answer(&self, request: Request, target: Target) -> impl Future<Output = Response> + Send {
        let bound = if let Target::Route(index) = target { self.routes.bound(index) } else { None };
        match bound {
            Some((handler, layers)) if layers.is_empty() && self.layers.is_empty() => {
                Answering::Reply { reply: handler.call(request, &self.state) }
            }
            Some((handler, route)) => {
                let (server, state) = (self.layers.as_slice(), &self.state);
                let chain = Chain { server, route, handler: Terminal::Handler(handler), state };
                Answering::Chain { chain: async move { chain.start(request).await } }
            }
            // In a box: a connection has room for what routes need.
            None => Answering::Reply { reply: Box::pin(self.answer_in_chain(request, target)) },
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
        Witness::new(&self.counters, &self.observers)
    }
}

pin_project! {
    /// An answer under way: in a box of its own, as a handler's is, or a handler's with layers around it.
    #[project = AnsweringProjected]
    enum Answering<'a, Chain> {
        Reply { reply: Reply<'a> },
        Chain { #[pin] chain: Chain },
    }
}

impl<Chain: Future<Output = Response>> Future for Answering<'_, Chain> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        match self.project() {
            AnsweringProjected::Reply { reply } => reply.as_mut().poll(context),
            AnsweringProjected::Chain { chain } => chain.poll(context),
        }
    }
}

impl<S: Send + Sync> App<S> {
    /// Answers what no route does, through the server's layers.
    async fn answer_in_chain(&self, request: Request, target: Target) -> Response {
        let answer = |request| self.answer_without_route(request, &target);
        let handler = Terminal::Other(&answer);
        let layers = match target {
            Target::Preflight(_, route) => self.answering_preflights(route),
            _ => Vec::new(),
        };
        Chain { server: &self.layers, route: &layers, handler, state: &self.state }.start(request).await
    }

    /// The path is known, the method is not.
    fn other_method(&self, request: &Request) -> Target {
        let Some(allow) = self.routes.table().allowed(request.head().path()) else { return Target::NotFound };
        if *request.method() == Method::OPTIONS { Target::Options(allow) } else { Target::NotAllowed(allow) }
    }

    /// No pattern matches the path.
    fn no_route(&self, request: &Request) -> Target {
        if *request.method() == Method::CONNECT {
            return Target::Connect;
        }
        if *request.method() == Method::OPTIONS && request.path() == "*" {
            return Target::Options(self.routes.table().all_allowed());
        }
        if let Some((index, rest)) = self.mounts.find(request.path()) {
            return Target::Mount(index, rest);
        }
        match self.trailing_slash {
            TrailingSlash::Strict => Target::NotFound,
            TrailingSlash::Redirect => self.other_slash(request).map_or(Target::NotFound, Target::Redirect),
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
        match self.routes.table().find(request.method(), &other, &mut Captures::default()) {
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
    fn answer_without_route<'a>(
        &'a self,
        request: Request,
        target: &'a Target,
    ) -> Pin<Box<dyn Future<Output = Response> + Send + 'a>> {
        let response = match target {
            Target::Mount(index, rest) => {
                let rest = (*rest, self.routes.table());
                return self.mounts.call(*index, request, rest, &self.state);
            }
            Target::NotAllowed(allow) => {
                let detail = format!(
                    "{} is not answered here; allowed: {}",
                    request.method(),
                    allow.methods().join(", ")
                );
                with_allow(Problem::new(StatusCode::METHOD_NOT_ALLOWED).detail(detail).into_response(), allow)
            }
            Target::Options(allow) | Target::Preflight(allow, _) => with_allow(Response::no_content(), allow),
            Target::Redirect(location) => {
                Response::new(StatusCode::PERMANENT_REDIRECT).header(LOCATION, location.as_str())
            }
            Target::Connect => {
                Problem::new(StatusCode::NOT_IMPLEMENTED).detail("this server is no proxy").into_response()
            }
            Target::NotFound | Target::Route(_) => Problem::new(StatusCode::NOT_FOUND).into_response(),
        };
        Box::pin(std::future::ready(response))
    }
}

/// Adds `Allow` (RFC 9110 §10.2.1).
fn with_allow(response: Response, allow: &Allowed) -> Response {
    response.header(ALLOW, allow.header_value())
}
