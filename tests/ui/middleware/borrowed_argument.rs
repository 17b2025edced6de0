use server::{Next, Request, Response, middleware};

#[middleware]
async fn log(agent: &str, request: Request, next: Next<'_>) -> Response {
    println!("{agent}");
    next.run(request).await
}

fn main() {}
