use server::{Next, Request, Response, middleware};

#[middleware]
async fn log(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
