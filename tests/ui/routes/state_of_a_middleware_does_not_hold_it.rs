use server::{Next, Request, Response, Routes, State, get, middleware, routes};

#[derive(Clone)]
struct Tokens;

#[middleware]
async fn auth(tokens: State<Tokens>, request: Request, next: Next<'_>) -> Response {
    let _ = tokens;
    next.run(request).await
}

#[derive(server::State)]
struct App {
    name: String,
}

#[get("/")]
async fn index() -> &'static str {
    "index"
}

const ROUTES: Routes<App> = routes![with [auth] => [index]];

fn main() {
    let _ = ROUTES;
}
