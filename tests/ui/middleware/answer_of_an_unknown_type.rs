use server::{Next, Request, Response, middleware};

#[middleware]
async fn log(request: Request, next: Next<'_>) -> Result<Response, ApiEror> {
    Ok(next.run(request).await)
}

fn main() {}
