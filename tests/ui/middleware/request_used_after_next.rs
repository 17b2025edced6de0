use server::{Next, Request, Response, middleware};

#[middleware]
async fn log(request: Request, next: Next<'_>) -> Response {
    let response = next.run(request).await;
    println!("{} {}", request.path(), response.status());
    response
}

fn main() {}
