use server::{Next, Request, Response, Routes, get, routes};

#[middleware]
async fn log(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[get("/users")]
async fn users() -> &'static str {
    "users"
}

const ROUTES: Routes = routes![with [log] => [users]];

fn main() {
    let _ = ROUTES;
}
