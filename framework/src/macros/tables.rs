//! The macros that make a table of handlers.

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
