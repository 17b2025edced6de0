use server::{Next, Request, middleware};

#[middleware]
async fn log(request: Request, next: Next<'_>) {
    next.run(request).await;
}

fn main() {}
