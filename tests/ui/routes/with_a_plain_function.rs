use server::{Next, Request, Response, Routes, get, routes};

async fn auth(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[get("/")]
async fn index() -> &'static str {
    "index"
}

const ROUTES: Routes = routes!["/admin" with [auth] => [index]];

fn main() {
    let _ = ROUTES;
}
