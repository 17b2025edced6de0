use server::{Next, Request, Response, middleware};

#[middleware]
async fn mirror(request: Request, copy: Request, next: Next<'_>) -> Response {
    drop(copy);
    next.run(request).await
}

fn main() {}
