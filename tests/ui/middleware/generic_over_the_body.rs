use server::{Next, Request, Response, middleware};

#[middleware]
async fn log<B>(request: Request<B>, next: Next<B>) -> Response {
    next.run(request).await
}

fn main() {}
