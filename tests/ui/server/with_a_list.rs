use server::{Next, Request, Response, Routes, Server, get, middleware, routes};

#[middleware]
async fn log(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[get("/users")]
async fn users() -> &'static str {
    "users"
}

const ROUTES: Routes = routes![users];

fn main() {
    drop(Server::new(ROUTES).with([log]));
}
