use server::{Next, Request, Response, middleware};

#[middleware]
async fn retry(request: Request, next: Next<'_>) -> Response {
    let first = next.run(request).await;
    if first.status().is_server_error() {
        return next.run(Request::new(server::Method::GET, "/")).await;
    }
    first
}

fn main() {}
