use server::{Next, Request, Response, get};

async fn auth(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[get("/users", with = [auth])]
async fn users() -> &'static str {
    "users"
}

fn main() {}
