//! The macros that make a function a handler.

/// Makes a function the handler of one or more methods and patterns.
///
/// The function stays as it is: it can be called, tested and documented. Beside it stands a type of its name, which
/// `routes!` puts in the table, and which has the builder of its URL.
///
/// ```
/// use server::{Endpoint, route};
///
/// /// Says how long a file is.
/// #[route(GET | POST, "/files/*path", "/old/files/*path", timeout = "5s", tag = "files")]
/// async fn length(path: &str) -> &'static str {
///     if path.len() > 10 { "long" } else { "short" }
/// }
///
/// assert_eq!(length::url("docs/a b.txt"), "/files/docs/a%20b.txt");
/// assert_eq!(length::ROUTE.summary, "Says how long a file is.");
/// ```
///
/// # Methods
///
/// One, or several joined by `|`. A method that no RFC names stands in quotes: `#[route("PURGE", "/cache")]`. For the
/// usual ones there are [`get`], [`post`], [`put`], [`patch`], [`delete`], [`head`] and [`options`]. A route for GET
/// answers HEAD too, and OPTIONS follows from the table.
///
/// # Patterns
///
/// A pattern begins with `/` and is split at each further one. `:name` takes one segment that is not empty; `*name`,
/// which stands last, takes the rest, one byte at least; anything else is literal text. A space or a letter beyond
/// ASCII in it stands for its percent-encoded form. `/a` and `/a/` differ. Up to 16 parameters have room; several
/// patterns on one function have the same ones in the same order.
///
/// # Arguments
///
/// An argument named like a parameter, or like it with an underscore in front, is parsed from it: see
/// [`FromParam`](crate::FromParam) for the types. A text that does not parse is answered with a 400 that names the
/// parameter. Any other argument is an extractor: see [`FromRequest`](crate::FromRequest). Each parameter is taken by
/// an argument, unless one is a `Path<T>` or a [`Request`](crate::Request), which have them all.
///
/// Parameters are parsed first, then extractors run in the order written; those of this crate that take the body
/// (`Json`, `Form`, `MultipartForm`, `Multipart`, `String`, `Bytes`, `Body`) run last, wherever they stand, so that a
/// request which another one refuses has none of its body read. A `Request` is what the extractors left. Two
/// arguments that take the body do not compile, nor does one on a route whose methods have none.
///
/// # What it returns
///
/// Anything that is [`IntoResponse`](crate::IntoResponse). An `async fn` runs on the worker and must not block; a plain
/// `fn` runs on the pool of threads that may.
///
/// # Options
///
/// They stand behind the patterns, in any order:
///
/// | option | what it does |
/// |---|---|
/// | `body_limit = "100MiB"` | the most bytes of body, in place of `max_body`; in B, KiB, MiB, GiB, KB, MB or GB |
/// | `timeout = "5s"` | the longest time to the response's head, in place of `request_timeout`; in ms, s, m or h |
/// | `on_disconnect = finish` | what becomes of the handler when its client leaves: `finish`, or `cancel` as GET and HEAD do |
/// | `with = [auth, Cors::new()]` | middleware of its own, outermost first: constant expressions |
/// | `tag = "users"` | the group it is listed in |
/// | `state = App` | the one state it can be called with, for extractors that no other state has |
///
/// Middleware with a state of its own that changes is a `static`, named in the list: `with = [LIMITER]`.
///
/// # The URL
///
/// `handler::url(…)` takes a value for each parameter of the first pattern and percent-encodes it, with the prefix of
/// the scope around the function. In builds with debug assertions it panics for a value that no URL can carry (empty,
/// `.` or `..`); other builds log an error and write a URL that does not route.
///
/// ```
/// use server::get;
///
/// #[get("/users/:id/tags/:tag")]
/// async fn tag(id: u64, tag: String) -> &'static str {
///     "tagged"
/// }
///
/// assert_eq!(tag::url(42, "rock & roll"), "/users/42/tags/rock%20%26%20roll");
/// ```
///
/// It gives a [`RouteUrl`](crate::RouteUrl), to which [`query`](crate::RouteUrl::query) appends what a
/// [`Query`](crate::Query) reads, and [`Routes::url`](crate::Routes::url) the prefixes of a table.
///
/// # Names
///
/// As the type beside the function has its name, no module, struct or primitive type of that name can stand in the
/// same module.
pub use fingerpost_macros::route;

macro_rules! shorthands {
    ($($name:ident, $method:literal, $example:literal;)+) => {$(
        #[doc = concat!("Makes a function the handler of ", $method, " requests: short for")]
        #[doc = concat!("[`#[route(", $method, ", …)]`](macro@route), which documents patterns, arguments and options.")]
        ///
        /// ```
        #[doc = concat!("use server::{Endpoint, ", stringify!($name), "};")]
        ///
        #[doc = $example]
        ///
        #[doc = concat!("assert_eq!(users::ROUTE.methods, [\"", $method, "\"]);")]
        /// ```
        pub use fingerpost_macros::$name;
    )+};
}

shorthands! {
    get, "GET", "#[get(\"/users\", tag = \"users\")]\nasync fn users() -> &'static str {\n    \"all of them\"\n}";
    post, "POST", "#[post(\"/users\", body_limit = \"64KiB\")]\nasync fn users() -> &'static str {\n    \"created\"\n}";
    put, "PUT", "#[put(\"/users/:id\")]\nasync fn users(id: u64) -> &'static str {\n    \"replaced\"\n}";
    patch, "PATCH", "#[patch(\"/users/:id\")]\nasync fn users(id: u64) -> &'static str {\n    \"changed\"\n}";
    delete, "DELETE", "#[delete(\"/users/:id\")]\nasync fn users(id: u64) -> &'static str {\n    \"gone\"\n}";
    head, "HEAD", "#[head(\"/users\")]\nasync fn users() -> &'static str {\n    \"never sent\"\n}";
    options, "OPTIONS", "#[options(\"/users\")]\nasync fn users() -> &'static str {\n    \"in place of what the table says\"\n}";
}
