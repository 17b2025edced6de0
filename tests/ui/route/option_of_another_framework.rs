use server::{Next, Request, Response, get, middleware};

#[middleware]
async fn log(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[get("/users", middleware = [log])]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    drop(server::Server::new(ROUTES));
}
