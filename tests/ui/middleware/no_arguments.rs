use server::{Response, StatusCode, middleware};

#[middleware]
async fn closed() -> Response {
    Response::new(StatusCode::SERVICE_UNAVAILABLE)
}

fn main() {}
