use server::{Next, Request, Response, middleware};

#[middleware("log")]
async fn log(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

fn main() {
    let _ = log;
}
