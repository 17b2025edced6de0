//! The macros that make middleware and extractors.

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
