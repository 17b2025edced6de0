use server::{Next, Request, Response, middleware};

#[middleware]
fn log(request: Request, next: Next<'_>) -> Response {
    println!("{}", request.path());
    next.run(request)
}

fn main() {}
