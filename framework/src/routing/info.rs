//! What is known of a route: the constants that `#[route]` emits.

use std::fmt;
use std::time::Duration;

use super::reply::Reply;
use crate::http::Request;
use crate::middleware::Layer;

/// The most parameters a pattern may have; the macro refuses more.
pub(crate) const MAX_PARAMS: usize = 16;

/// A handler's place in the table, without the state's type; `#[route]` implements it.
///
/// ```
/// use server::{Endpoint, get};
///
/// #[get("/users/:id")]
/// async fn get_user(id: u64) -> String {
///     format!("user {id}")
/// }
///
/// assert_eq!(get_user::ROUTE.patterns[0].text, "/users/:id");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no route: write `#[get(\"/...\")]` over the function",
    label = "expected a function with `#[route]`, `#[get]`, `#[post]`, ...",
    note = "annotate the function, and name it here as it is imported"
)]
pub trait Endpoint {
    /// What most routes consist of, for `ROUTE` to be made of. The macro writes `ROUTE` itself where there is more to say.
    #[doc(hidden)]
    const __PARTS: Parts = ("", "", &[], "", "", "", "", 0, 0);

    /// The route as written.
    const ROUTE: &'static RouteInfo = &RouteInfo {
        methods: &[Self::__PARTS.0],
        patterns: &[Pattern { text: Self::__PARTS.1, segments: Self::__PARTS.2 }],
        name: Self::__PARTS.3,
        module: Self::__PARTS.4,
        file: Self::__PARTS.5,
        summary: Self::__PARTS.6,
        line: Self::__PARTS.7,
        policy: Policy::NONE,
        middleware: &[],
        __keys: &[Self::__PARTS.8],
    };
}

/// A route's method, pattern and its segments; its handler's name, module, file and summary; the line, and the key of
/// what it answers. One constant, as each takes rustc's time whenever anything of the crate changes.
pub type Parts = (
    &'static str,
    &'static str,
    &'static [Segment],
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    u32,
    u64,
);

/// A handler that can be called with the state `S`; `#[route]` implements it.
///
/// ```
/// use server::{Handle, State, get};
///
/// #[get("/name")]
/// async fn name(name: State<String>) -> String {
///     name.0
/// }
///
/// #[derive(server::State)]
/// struct App {
///     name: String,
/// }
///
/// fn fits<S: 'static, H: Handle<S>>() {}
/// fits::<App, name>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handler for the state `{S}`: list a function with `#[get(\"/...\")]`, say, over it",
    label = "not a handler for `Routes<{S}>`",
    note = "a table lists functions with `#[route]`, `#[get]`, `#[post]`, ...",
    note = "a route with `state = ...` belongs in a table of that state alone"
)]
pub trait Handle<S: 'static>: Endpoint {
    /// How it is called, with its middleware.
    #[doc(hidden)]
    const BOUND: Bound<S> = Bound { call: HandlerFn(Self::__call), layers: Bound::NO_LAYERS };

    /// Answers a request whose path one of the route's patterns matched.
    #[doc(hidden)]
    fn __call(request: Request, state: &S) -> Reply<'_>;
}

/// A handler with the middleware that `with = [...]` puts around it.
pub struct Bound<S: 'static> {
    /// The handler.
    pub call: HandlerFn<S>,
    /// The layers, outermost first.
    pub layers: &'static [&'static dyn Layer<S>],
}

impl<S> Bound<S> {
    /// In place of a slice of each handler's own, which rustc would evaluate for each.
    const NO_LAYERS: &'static [&'static dyn Layer<S>] = &[];
}

impl<S> Clone for Bound<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Bound<S> {}

impl<S> fmt::Debug for Bound<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound").field("layers", &self.layers.len()).finish_non_exhaustive()
    }
}

type Call<S> = for<'a> fn(Request, &'a S) -> Reply<'a>;

/// A handler as the table holds it: from a request and the state to a response.
pub struct HandlerFn<S>(Call<S>);

impl<S> HandlerFn<S> {
    /// Wraps what `#[route]` generates.
    pub const fn new(call: Call<S>) -> Self {
        Self(call)
    }

    pub(crate) fn call<'a>(&self, request: Request, state: &'a S) -> Reply<'a> {
        (self.0)(request, state)
    }
}

impl<S> Clone for HandlerFn<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for HandlerFn<S> {}

impl<S> fmt::Debug for HandlerFn<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerFn").finish_non_exhaustive()
    }
}

/// A route as it was written: what `--routes` prints and what the engine must know before the body is read.
///
/// ```
/// use std::time::Duration;
///
/// use server::{Endpoint, get};
///
/// /// All of them.
/// ///
/// /// A page at a time.
/// #[get("/users", timeout = "5s")]
/// async fn users() -> &'static str {
///     "all of them"
/// }
///
/// let route = users::ROUTE;
/// assert_eq!((route.methods, route.name, route.summary), (&["GET"][..], "users", "All of them."));
/// assert_eq!(route.policy.timeout, Some(Duration::from_secs(5)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RouteInfo {
    /// The methods it answers, in upper case as a rule, as methods are case-sensitive.
    pub methods: &'static [&'static str],
    /// Its patterns; more than one where the function has several.
    pub patterns: &'static [Pattern],
    /// The function's name.
    pub name: &'static str,
    /// The path of its module.
    pub module: &'static str,
    /// The file it stands in.
    pub file: &'static str,
    /// The line of its attribute.
    pub line: u32,
    /// The first line of its documentation; empty where there is none.
    pub summary: &'static str,
    /// What its attribute says beyond method and pattern.
    pub policy: Policy,
    /// The middleware of its own, as written, outermost first.
    pub middleware: &'static [&'static str],
    /// A key for each method of each pattern, in their order, by which conflicts are found. Hidden, it keeps a field to
    /// come from being a breaking change; `#[non_exhaustive]` would refuse the macro's value, and a function that makes
    /// one is a call more that rustc's interpreter makes for each route.
    #[doc(hidden)]
    pub __keys: &'static [u64],
}

impl RouteInfo {
    /// Fills places of a table that is still being built.
    pub(crate) const NONE: Self = Self {
        methods: &[],
        patterns: &[],
        name: "",
        module: "",
        file: "",
        line: 0,
        summary: "",
        policy: Policy::NONE,
        middleware: &[],
        __keys: &[],
    };
}

/// A route's own rules, where they differ from the server's.
///
/// ```
/// use server::{Endpoint, OnDisconnect, put};
///
/// #[put("/files/*path", body_limit = "10MiB", on_disconnect = cancel)]
/// async fn store(path: &str) -> &'static str {
///     "stored"
/// }
///
/// assert_eq!(store::ROUTE.policy.body_limit, Some(10 * 1024 * 1024));
/// assert_eq!(store::ROUTE.policy.on_disconnect, Some(OnDisconnect::Cancel));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// `body_limit = "100MiB"`: the most bytes of body, in place of `max_body`.
    pub body_limit: Option<u64>,
    /// `timeout = "5s"`: the longest time to the response's head, in place of `request_timeout`.
    pub timeout: Option<Duration>,
    /// `on_disconnect = finish` or `cancel`: in place of what the method says.
    pub on_disconnect: Option<OnDisconnect>,
    /// `tag = "users"`: the group it is listed in.
    pub tag: Option<&'static str>,
}

impl Policy {
    /// No rules of its own.
    pub const NONE: Self = Self { body_limit: None, timeout: None, on_disconnect: None, tag: None };
}

/// What becomes of a handler whose client has left.
///
/// It is said by `on_disconnect` in a route's attribute; see [`Policy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDisconnect {
    /// Its future is dropped where it waits; the default of GET and HEAD.
    Cancel,
    /// It runs to its end, and its answer is thrown away; the default of all other methods.
    Finish,
}

/// A pattern, parsed by the macro.
///
/// ```
/// use server::{Endpoint, Segment, get};
///
/// #[get("/users/:id/*rest")]
/// async fn user(id: u64, rest: &str) -> String {
///     format!("{rest} of {id}")
/// }
///
/// let segments = user::ROUTE.patterns[0].segments;
/// assert_eq!(segments, [Segment::Literal("users"), Segment::Param("id"), Segment::CatchAll("rest")]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// As written, with the prefix of its module in front.
    pub text: &'static str,
    /// What lies between the slashes: `/` is one empty literal, `/a/` is `a` and an empty one.
    pub segments: &'static [Segment],
}

impl Pattern {
    /// The names of its parameters and of its catch-all, in order.
    pub(crate) fn param_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Param(name) | Segment::CatchAll(name) => Some(*name),
        })
    }
}

/// A piece of a pattern between two slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// This very text, as it stands in a request target.
    Literal(&'static str),
    /// `:name`: any one segment that is not empty.
    Param(&'static str),
    /// `*name`: the rest of the path, one byte at least.
    CatchAll(&'static str),
}

/// Where in a request's path the parameters of its pattern lie.
#[derive(Clone, Copy, Default)]
pub(crate) struct Captures {
    /// Which of the route's patterns matched.
    pattern: u16,
    len: u8,
    spans: [(u32, u32); MAX_PARAMS],
}

impl Captures {
    /// The index of the route's pattern that matched.
    pub(crate) fn pattern(&self) -> usize {
        usize::from(self.pattern)
    }

    pub(crate) fn set_pattern(&mut self, pattern: u16) {
        self.pattern = pattern;
    }

    /// The span of the parameter at `index`, from its start to, and without, its end.
    pub(crate) fn get(&self, index: usize) -> Option<(usize, usize)> {
        let spans = self.spans.get(..usize::from(self.len))?;
        spans.get(index).map(|&(start, end)| (start as usize, end as usize))
    }

    /// Forgets all; what lies behind the length is not touched.
    pub(crate) fn clear(&mut self) {
        (self.pattern, self.len) = (0, 0);
    }

    /// How many parameters there are.
    pub(crate) fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// Notes one more parameter; `false` where there is no room.
    pub(crate) fn push(&mut self, start: usize, end: usize) -> bool {
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) else { return false };
        let Some(span) = self.spans.get_mut(usize::from(self.len)) else { return false };
        *span = (start, end);
        self.len += 1;
        true
    }

    /// Forgets all parameters but the first `len`, as backtracking does.
    pub(crate) fn truncate(&mut self, len: usize) {
        // There are fewer than 256.
        self.len = u8::try_from(len).unwrap_or(u8::MAX).min(self.len);
    }
}

impl fmt::Debug for Captures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spans = self.spans.iter().take(usize::from(self.len));
        f.debug_struct("Captures")
            .field("pattern", &self.pattern)
            .field("spans", &spans.collect::<Vec<_>>())
            .finish()
    }
}
