use server::{Next, Request, Response, get};

async fn auth(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[get("/users", with = [auth])]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
