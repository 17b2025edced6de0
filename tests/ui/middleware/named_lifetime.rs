use server::{Next, Request, Response, middleware};

#[middleware]
async fn log<'a>(request: Request, next: Next<'a>) -> Response {
    println!("{}", request.path());
    next.run(request).await
}

fn main() {}
