//! actix-web.

use actix_web::{App, HttpServer, Responder, get, post, web};
use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use futures_util::StreamExt;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(plaintext)
            .service(json)
            .service(user)
            .service(echo)
            .service(download)
            .service(upload)
    })
    .workers(contract::workers())
    .bind(contract::address())?
    .run()
    .await
}

#[get("/plaintext")]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

#[get("/json")]
async fn json() -> impl Responder {
    web::Json(Message::HELLO)
}

#[get("/users/{id}")]
async fn user(id: web::Path<u64>) -> String {
    format!("user {id}")
}

#[post("/echo")]
async fn echo(order: web::Json<Order>) -> impl Responder {
    order
}

#[get("/download")]
async fn download() -> &'static [u8] {
    &DOWNLOAD
}

#[post("/upload")]
async fn upload(mut body: web::Payload) -> actix_web::Result<String> {
    let mut len = 0;
    while let Some(chunk) = body.next().await {
        len += chunk?.len();
    }
    Ok(len.to_string())
}
