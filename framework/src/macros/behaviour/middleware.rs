use super::refusal;
use crate::middleware::{BoxFuture, Chain, Layers};
use crate::{
    FromRequest, IntoResponse, Layer, Method, Middleware, Next, Problem, Provides, Request, Response, State,
    StatusCode, middleware,
};

/// The name in `x-user`; 401 where there is none.
struct User(String);

impl<S: Sync> FromRequest<S> for User {
    type Rejection = Problem;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Problem> {
        let name = request.header("x-user").map(str::to_owned);
        name.map(Self).ok_or_else(|| refusal(StatusCode::UNAUTHORIZED, "who is it?"))
    }
}

struct App {
    greeting: &'static str,
}

impl Provides<&'static str> for App {
    fn provide(&self) -> &&'static str {
        &self.greeting
    }
}

/// Adds a field that tells it was here.
#[middleware]
async fn stamp(request: Request, next: Next<'_>) -> Response {
    next.run(request).await.header("x-stamp", "yes")
}

/// Lets named users pass and greets them.
#[middleware]
async fn greet(
    User(name): User,
    greeting: State<&'static str>,
    mut request: Request,
    next: Next<'_>,
) -> Response {
    request.headers_mut().remove("x-user");
    let response = next.run(request).await;
    response.header("x-greeting", format!("{} {name}", *greeting))
}

/// Takes its arguments in any order and returns what becomes a response.
#[middleware(state = App)]
async fn gate(next: Next<'_>, user: Option<User>, request: Request) -> Result<Response, Problem> {
    match user {
        Some(_) => Ok(next.run(request).await),
        None => Err(refusal(StatusCode::FORBIDDEN, "the gate is shut")),
    }
}

#[middleware]
async fn answers(_: Request, _: Next<'_>) -> impl IntoResponse {
    "without the handler"
}

/// Runs `layer` around a handler that answers with the names of the fields it got.
async fn run(layer: impl Middleware<App>, request: Request) -> Response {
    fn handler(request: Request) -> BoxFuture<'static, Response> {
        let names: Vec<String> = request.headers().keys().map(ToString::to_string).collect();
        Box::pin(async move { Response::ok().text(names.join(",")) })
    }
    let layers: [Box<dyn Layer<App>>; 1] = [Box::new(layer)];
    let (app, answer) = (App { greeting: "hello" }, |request| handler(request));
    let layers = Layers { server: &layers, route: &[] };
    Chain { layers, answer: &answer, state: &app }.start(request).await
}

fn request(user: Option<&'static str>) -> Request {
    let mut request = Request::new(Method::GET, "/");
    if let Some(user) = user {
        request.headers_mut().insert("x-user", crate::HeaderValue::from_static(user));
    }
    request
}

#[server::test]
async fn wraps_the_handler() {
    let response = run(stamp, request(None)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-stamp"], "yes");
}

#[server::test]
async fn extracts_before_its_body_runs() {
    let mut response = run(greet, request(Some("ada"))).await;
    assert_eq!(response.headers()["x-greeting"], "hello ada");
    assert_eq!(response.take_body().collect(99).await.expect("a body at hand"), "");
}

#[server::test]
async fn a_rejection_is_the_response() {
    let response = run(greet, request(None)).await;
    assert_eq!(response.status(), 401);
    assert_eq!(response.problem_ref().and_then(Problem::detail_text), Some("who is it?"));
    assert!(response.headers().get("x-greeting").is_none());
}

#[server::test]
async fn an_error_is_the_response() {
    assert_eq!(run(gate, request(Some("ada"))).await.status(), 200);
    assert_eq!(run(gate, request(None)).await.status(), 403);
}

#[server::test]
async fn may_leave_the_handler_out() {
    let mut response = run(answers, request(None)).await;
    assert_eq!(response.take_body().collect(99).await.expect("a body at hand"), "without the handler");
}
