use server::{Next, Request, Response, middleware};

struct User {
    name: String,
}

#[middleware]
async fn greet(user: User, request: Request, next: Next<'_>) -> Response {
    println!("hello, {}", user.name);
    next.run(request).await
}

fn main() {
    attach(greet);
}

fn attach(_: impl server::Middleware<()>) {}
