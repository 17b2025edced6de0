use server::{Next, Request, Response, Routes, middleware, routes};

#[middleware]
async fn log(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

const ROUTES: Routes = routes![log];

fn main() {
    drop(server::Server::new(ROUTES));
}
