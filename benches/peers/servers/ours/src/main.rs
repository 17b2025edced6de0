//! Ours, as a user writes it: macros, table, and each limit and timeout at its default.

use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use server::{
    Body, Bytes, Json, Next, Request, Response, Routes, Runtime, Server, StaticFiles, get, middleware, post,
    routes,
};

const ROUTES: Routes = routes![plaintext, json, user, echo, download, upload, through_one, through_four];

#[server::main]
async fn main() -> server::Result {
    let address = contract::address();
    let server = Server::new(ROUTES)
        .host(address.ip())
        .port(address.port())
        .workers(contract::workers())
        .runtime(Runtime::PerCore);
    match contract::files() {
        Some(folder) => server.mount("/files", StaticFiles::new(folder)).run().await,
        None => server.run().await,
    }
}

#[get("/plaintext")]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

#[get("/json")]
async fn json() -> Json<Message> {
    Json(Message::HELLO)
}

#[get("/users/:id")]
async fn user(id: u64) -> String {
    format!("user {id}")
}

#[post("/echo")]
async fn echo(order: Json<Order>) -> Json<Order> {
    order
}

#[get("/download")]
async fn download() -> Bytes {
    Bytes::from_static(&DOWNLOAD)
}

#[post("/upload", body_limit = "1GiB")]
async fn upload(mut body: Body) -> server::Result<String> {
    let mut len = 0;
    while let Some(chunk) = body.chunk().await {
        len += chunk?.len();
    }
    Ok(len.to_string())
}

/// Does nothing, so that its own cost can be seen.
#[middleware]
async fn empty(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[get("/middleware/1", with = [empty])]
async fn through_one() -> &'static str {
    PLAINTEXT
}

#[get("/middleware/4", with = [empty, empty, empty, empty])]
async fn through_four() -> &'static str {
    PLAINTEXT
}
