//! ntex, on Tokio.

use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use ntex::util::Bytes;
use ntex::web::types::{Json, Path, Payload};
use ntex::web::{App, Error, HttpResponse, HttpServer, get, post};

#[ntex::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(async || {
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
async fn json() -> HttpResponse {
    HttpResponse::Ok().json(&Message::HELLO)
}

#[get("/users/{id}")]
async fn user(id: Path<u64>) -> String {
    format!("user {id}")
}

#[post("/echo")]
async fn echo(order: Json<Order>) -> HttpResponse {
    HttpResponse::Ok().json(&order.into_inner())
}

#[get("/download")]
async fn download() -> HttpResponse {
    HttpResponse::Ok().body(Bytes::from_static(&DOWNLOAD))
}

#[post("/upload")]
async fn upload(mut body: Payload) -> Result<String, Error> {
    let mut len = 0;
    while let Some(chunk) = body.recv().await {
        len += chunk?.len();
    }
    Ok(len.to_string())
}
