use server::{Next, Response, StatusCode, middleware};

#[middleware]
async fn closed(_next: Next<'_>) -> Response {
    Response::new(StatusCode::SERVICE_UNAVAILABLE)
}

fn main() {}
