use std::rc::Rc;

use server::{Next, Request, Response, middleware};

#[middleware]
async fn log(request: Request, next: Next<'_>) -> Response {
    let path = Rc::new(request.path().to_owned());
    let response = next.run(request).await;
    println!("{path}: {}", response.status());
    response
}

fn main() {}
