use server::{Next, Request, Response, Server, get, routes};

async fn auth(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[get("/")]
async fn index() -> &'static str {
    "index"
}

#[server::main]
async fn main() -> server::Result {
    Server::new(routes![index]).with(auth).run().await
}
