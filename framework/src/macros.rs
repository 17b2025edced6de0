//! The macros, re-exported with their documentation.

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
/// (`Json`, `Form`, `MultipartForm`, `Multipart`, `String`, `Bytes`, `Body`) run last, wherever they stand, so that a request which another one
/// refuses has none of its body read. A `Request` is what the extractors left. Two arguments that take the body do
/// not compile, nor does one on a route whose methods have none.
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

/// Gathers the handlers of an inline module in its table `ROUTES`, under a prefix.
///
/// ```
/// use server::Routes;
///
/// #[server::scope(prefix = "/orgs/:org")]
/// mod users {
///     use server::{delete, get};
///
///     #[get("/users")]
///     pub async fn list(org: &str) -> &'static str {
///         "all of them"
///     }
///
///     #[delete("/users/:id")]
///     pub async fn remove(_org: &str, id: u64) -> &'static str {
///         "gone"
///     }
/// }
///
/// const ROUTES: Routes = users::ROUTES;
///
/// assert_eq!(ROUTES.len(), 2);
/// assert_eq!(users::remove::url("acme", 7), "/orgs/acme/users/7");
/// ```
///
/// | option | what it does |
/// |---|---|
/// | `prefix = "/users"` | stands in front of each pattern; its params are arguments too. A route `"/"` is the prefix alone |
/// | `state = App` | the table is a `Routes<App>`, and each handler one for `App`; without it, `Routes<()>` |
/// | `with = [auth]` | middleware around all of them, outermost first |
///
/// All of these are read inside the module: what they name must be in scope there, as by `use super::App;`. The table
/// is visible where the module is. A function under a `#[cfg]` is in the table where its condition holds. A scope inside
/// the module is part of it: it takes on the prefix, and the state unless it names one. Functions of other modules
/// inside are not gathered.
///
/// A module in a file of its own is out of a macro's sight: there, write `pub const ROUTES: Routes<App> = routes![…]`,
/// and list it as `"/prefix" => users::ROUTES`.
pub use fingerpost_macros::scope;

/// Makes a table of routes, which the compiler checks and builds.
///
/// ```
/// use server::{Routes, get, post, routes};
///
/// #[get("/users")]
/// async fn list_users() -> &'static str {
///     "[]"
/// }
///
/// #[post("/users")]
/// async fn create_user() -> &'static str {
///     "created"
/// }
///
/// const ROUTES: Routes = routes![list_users, create_user];
/// ```
///
/// The table is a value of type [`Routes<S>`](crate::Routes), where `S` is the application's state; it can stand
/// wherever a value can, best in a `const`, as above: then `cargo check` looks at all of it. It lies in the program's
/// read-only data. Nothing is registered, allocated or sorted when the program starts.
///
/// # Items
///
/// | write | for |
/// |---|---|
/// | `users::get_user` | a handler; its method and pattern stand in its [`#[route]`](macro@crate::route) |
/// | `"/admin" => [a, b]` | a scope: its items under a prefix |
/// | `"/admin" with [auth, log] => [a, b]` | the same with middleware around each, outermost first |
/// | `with [auth] => [a, b]` | middleware without a prefix |
/// | `"/v2" => v2::ROUTES` | another table under a prefix, with or without `with [...]` |
/// | `..users::ROUTES` | the routes of another table, as they are |
///
/// ```
/// use server::{Next, Request, Response, Routes, get, middleware, routes};
///
/// #[get("/")]
/// async fn index() -> &'static str {
///     "index"
/// }
///
/// #[get("/:id")]
/// async fn show(id: u64) -> String {
///     id.to_string()
/// }
///
/// #[middleware]
/// async fn log(request: Request, next: Next<'_>) -> Response {
///     next.run(request).await
/// }
///
/// const ORDERS: Routes = routes![index, show];
/// const ROUTES: Routes = routes![
///     index,
///     "/orders" => ORDERS,
///     "/admin" with [log] => [index, "/orders" => ORDERS],
/// ];
///
/// let patterns: Vec<_> = ROUTES.iter().map(|route| route.pattern).collect();
/// assert_eq!(patterns, ["/", "/orders", "/orders/:id", "/admin", "/admin/orders", "/admin/orders/:id"]);
/// ```
///
/// Scopes can be nested. A prefix is literal: it starts with a slash, ends without one, and has no parameters, as the
/// handlers' arguments could not know of them; [`#[server::scope]`](macro@crate::scope) has such prefixes. Under
/// `/admin` the pattern `/` is `/admin` itself. A middleware is the name of a `#[middleware]` function, or any constant
/// expression that is a [`Middleware`](crate::Middleware), a `static` among them. Tables that are put together have one
/// state.
///
/// # Which route answers
///
/// The path is split at its slashes, undecoded. A literal segment matches the same bytes, `:name` any segment that is
/// not empty, `*name` the rest of the path, of one byte at least. `/a` and `/a/` differ. Of the routes that match the
/// path and have the method, the one answers whose pattern is the most telling, from left to right: literal before
/// param before catch-all.
///
/// ```
/// # use server::{Routes, get, put, routes};
/// #[get("/users/me")]
/// async fn me() {}
///
/// #[get("/users/:id")]
/// async fn get_user(id: u64) { let _ = id; }
///
/// #[put("/users/:id")]
/// async fn put_user(id: u64) { let _ = id; }
///
/// // GET /users/me is answered by `me`, GET /users/7 by `get_user`, and PUT /users/me by `put_user`.
/// const ROUTES: Routes = routes![me, get_user, put_user];
/// ```
///
/// GET answers HEAD where the pattern has no HEAD of its own. Where patterns match and none has the method, the answer
/// is 405 with `Allow`, and to OPTIONS 204 with `Allow`; it lists the methods of all patterns that match.
///
/// A look-up visits a node of the table at most once, whatever the path is, and goes no deeper than the longest pattern.
///
/// # What does not compile
///
/// Two routes that share a method and match the same requests, whatever their parameters are called: the error stands
/// on the second in the table, and names both with their files and lines, also across modules and crates.
///
/// ```compile_fail,E0080
/// # use server::{Routes, get, routes};
/// #[get("/users/:id")]
/// async fn by_id(id: u64) -> String {
///     id.to_string()
/// }
///
/// #[get("/users/:name")]
/// async fn by_name(name: String) -> String {
///     name
/// }
///
/// // GET /users/:id is routed twice: by `by_id` at src/main.rs:3 and by `by_name` at src/main.rs:8, ...
/// const ROUTES: Routes = routes![by_id, by_name];
/// ```
///
/// Neither does a handler that is listed twice, one without `#[route]`, or one that asks for state which `S` does not
/// hold. A handler that is not listed is an unused function, of which rustc warns.
///
/// # Cost
///
/// A table of 1,000 routes adds about a second and a half to `cargo check`, one of 200 a quarter of a second, on the
/// machine this was measured on. A table holds 65,535 patterns at most, and as many nodes.
pub use fingerpost_macros::routes;

/// Makes a function a middleware: it sees the request before the handler and the response after it.
///
/// ```
/// use server::{Next, Request, Response, middleware};
///
/// /// Tells how long each answer took.
/// #[middleware]
/// async fn timing(request: Request, next: Next<'_>) -> Response {
///     let start = std::time::Instant::now();
///     let response = next.run(request).await;
///     response.header("server-timing", format!("all;dur={}", start.elapsed().as_millis()))
/// }
/// ```
///
/// In place of the function stands a unit struct of its name, with its visibility and documentation, that implements
/// [`Middleware`](crate::Middleware). It is attached to a route (`with = [timing]` in its attribute), to a scope of
/// [`routes!`](crate::routes), or to the server.
///
/// # Arguments
///
/// One [`Request`](crate::Request) and one [`Next`](crate::Next), and any number of extractors, in any order. The
/// extractors run first, in the order written; where one refuses the request, its rejection is the response and
/// neither the middleware nor the handler runs. An extractor that takes the body is a compile error: the body is the
/// handler's.
///
/// # Answers
///
/// Whatever implements [`IntoResponse`](crate::IntoResponse), a `Result` among it.
///
/// # State
///
/// A middleware serves every state that holds what its `State<T>` arguments ask for. One whose extractors are made
/// for one state says so: `#[middleware(state = App)]`.
pub use fingerpost_macros::middleware;

/// Makes the type that a function returns an extractor, out of the function's arguments.
///
/// ```
/// use server::{Problem, Request, State, StatusCode, extractor, get};
///
/// struct Bearer(String);
///
/// #[extractor]
/// async fn bearer(request: &mut Request) -> Result<Bearer, Problem> {
///     let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
///     token.map(|token| Bearer(token.to_owned())).ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED))
/// }
///
/// #[derive(Clone)]
/// struct User {
///     name: String,
/// }
///
/// #[extractor(cached)]
/// async fn current_user(token: Bearer, users: State<Users>) -> Result<User, Problem> {
///     users.of_token(&token.0).ok_or_else(|| Problem::new(StatusCode::FORBIDDEN))
/// }
///
/// #[get("/me")]
/// async fn me(user: User) -> String {
///     user.name
/// }
/// # #[derive(Clone)]
/// # struct Users;
/// # impl Users {
/// #     fn of_token(&self, _: &str) -> Option<User> {
/// #         None
/// #     }
/// # }
/// ```
///
/// The function stays as it is: it can be called, tested and documented.
///
/// # Arguments
///
/// Other extractors, which run in the order written; the first that refuses ends it with its own rejection. Two that
/// take the body are a compile error. Beside them one `&mut Request`, which the function gets after they ran, to look
/// at what no extractor gives; a function that takes the body out of it says so: `#[extractor(takes_body)]`.
///
/// # Returns
///
/// `T`, or `Result<T, E>` with `E: IntoResponse`, or an alias of it that is called `…Result<T>`. `T` is a type of this
/// crate, and neither generic over the function nor an `Option`: handlers take `Option<T>` of every extractor.
///
/// The rejection is `E`, or `Infallible` where there is none. Where other extractors are among the arguments it is
/// [`Rejected<E>`](crate::Rejected), which tells their refusal from the function's.
///
/// # Options
///
/// - `cached`: the value is made once a request and cloned for whoever else asks; `T: Clone + Send + Sync + 'static`.
///   A refusal is not kept: the function runs again.
/// - `takes_body`: the function takes the body, so that nothing beside it may.
/// - `state = App`: it is an extractor for this state alone; a type of another crate may be made then.
pub use fingerpost_macros::extractor;

/// Runs an `async fn main`.
///
/// ```
/// #[server::main]
/// async fn main() -> server::Result {
///     let greeting = std::env::var("GREETING").unwrap_or_else(|_| "hello".to_owned());
///     println!("{greeting}");
///     Ok(())
/// }
/// ```
///
/// The function runs on the thread of `main`, on a Tokio runtime of one thread with timers, sockets and signals; the
/// server's workers have threads and runtimes of their own. It may return whatever `main` may: with
/// [`server::Result`](crate::Result) any error ends the program with status 1 and its chain of causes on standard error.
///
/// It stands over a function of another name too, which a plain `main` then calls; not from inside of a runtime, where
/// it panics.
pub use fingerpost_macros::main;

/// Runs an `async fn` as a test.
///
/// ```
/// #[server::test]
/// async fn waits() -> server::Result {
///     tokio::time::sleep(std::time::Duration::from_millis(1)).await;
///     Ok(())
/// }
/// ```
///
/// The test has a Tokio runtime of its own, on its own thread. `#[should_panic]` and `#[ignore]` work as ever; it
/// returns nothing or a `Result`, and takes no arguments.
pub use fingerpost_macros::test;

/// Makes each field's type available to handlers as [`State<T>`](struct@crate::State).
///
/// ```
/// use server::{State, get};
///
/// #[derive(Clone)]
/// struct Mailer;
///
/// #[derive(server::State)]
/// struct App {
///     mailer: Mailer,
///     name: String,
///     #[state(skip)]
///     secret: String,
/// }
///
/// #[get("/name")]
/// async fn name(name: State<String>) -> String {
///     name.0
/// }
/// ```
///
/// The struct itself can be asked for as well, where it is `Clone`. A field marked `#[state(skip)]` is not given out.
/// Two fields of one type are a compile error, unless all but one are skipped: wrap the others in types of their own.
/// Types are compared as they are written, so an alias beside its type is told by rustc, as two conflicting
/// implementations of [`Provides`](crate::Provides).
pub use fingerpost_macros::State;

/// Makes an enum the errors of an API: each variant with its status, as a problem document (RFC 9457).
///
/// ```
/// use server::{HttpError, IntoResponse};
///
/// #[derive(Debug, HttpError)]
/// enum ApiError {
///     #[status(404)]
///     #[detail("user {0} does not exist")]
///     NoSuchUser(u64),
///
///     #[status(CONFLICT)]
///     #[title("Name taken")]
///     #[http_error(type = "https://example.org/problems/name-taken")]
///     NameTaken { name: String },
///
///     #[status(500)]
///     Storage(#[from] std::io::Error),
/// }
///
/// assert_eq!(ApiError::NoSuchUser(7).into_response().status(), 404);
/// assert_eq!(ApiError::NoSuchUser(7).to_string(), "user 7 does not exist");
/// ```
///
/// It implements [`IntoResponse`](crate::IntoResponse), `From<ApiError> for` [`Problem`](crate::Problem),
/// `Display` and [`std::error::Error`]; `Debug` is yours to derive. A struct has the same attributes over itself.
///
/// # Over a variant
///
/// - `#[status(404)]` or `#[status(NOT_FOUND)]`, from 400 to 599. Each variant has one.
/// - `#[title("…")]` names the kind of problem; the status's reason phrase where it is left out.
/// - `#[detail("…")]` tells the client what was wrong this time. It names fields in braces, `{0}` or `{name}`, with the
///   format options of `format!`; each must be `Display`, or what the options ask for.
/// - `#[http_error(type = "https://…")]` is the URI of the kind of problem.
///
/// `Display` is the detail; the title where there is none; else the reason phrase.
///
/// # Over a field
///
/// - `#[source]`: this is the cause, an error or a [`server::Error`](crate::Error). The log gets it, the client does
///   not: naming it in the detail of a 5xx is a compile error.
/// - `#[from]`: the same, and `?` makes the variant of it. It is the variant's only field.
/// - `#[member]`: the problem has the field's value, written by serde, as a member of the field's name (RFC 9457 §3.2), so
///   that programs need not read the detail. `#[member("name")]` gives it another one.
///
/// # Beside another derive
///
/// Where `Display` and `Error` come from elsewhere, from `thiserror` say, `#[http_error(response_only)]` over the enum
/// leaves them and `From` out. The log then gets the whole error, for each 5xx and each variant with a cause; the
/// client gets title and detail as before, and none of the other's text.
pub use fingerpost_macros::HttpError;

#[cfg(test)]
mod behaviour;

/// Puts the files of a folder into the program: the expression is an [`Embedded`](crate::Embedded), to be mounted.
///
/// The folder is named from the package's own, where its `Cargo.toml` lies. Names that begin with a dot are left out, but
/// for `.well-known`. Of each file the program holds the bytes, a tag made of them, and, where that saves a tenth, the same
/// in brotli and in gzip: the smallest that can be in a release build, made fast in others. A program whose compressing
/// takes long has `[profile.release.build-override] opt-level = 3`.
///
/// When a file changes, the program is built anew; when one is added or removed, only with
/// `println!("cargo:rerun-if-changed=public")` in a build script.
///
/// Needs the feature `embed`.
///
/// ```
/// use server::testing::Client;
/// use server::{Server, routes};
///
/// # #[server::main]
/// # async fn main() {
/// // Here the folder is this library's own source.
/// let server = Server::new(routes![]).mount("/source", server::embed!("src/handlers"));
/// let response = Client::from(server).get("/source/mod.rs").await;
/// assert!(response.text().contains("mod embedded;") && response.header("etag").is_some());
/// # }
/// ```
#[cfg(feature = "embed")]
pub use fingerpost_macros::embed;
