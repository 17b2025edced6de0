use server::{Body, Next, Request, Response, middleware};

#[middleware]
async fn log(request: Request<Body>, next: Next<'_>) -> Response {
    next.run(request).await
}

fn main() {}
