use server::{Next, Request, Response, middleware};

#[middleware]
async fn log(request: Request, next: Next<'_>) -> Response {
    next.run(request)
}

fn main() {}
