//! xitca-web.

use std::pin::pin;

use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use xitca_web::App;
use xitca_web::body::{BodyExt, RequestBody};
use xitca_web::bytes::Bytes;
use xitca_web::error::Error;
use xitca_web::handler::body::Body;
use xitca_web::handler::handler_service;
use xitca_web::handler::json::Json;
use xitca_web::handler::params::Params;
use xitca_web::route::{get, post};

fn main() -> std::io::Result<()> {
    App::new()
        .at("/plaintext", get(handler_service(async || PLAINTEXT)))
        .at("/json", get(handler_service(async || Json::<Message>(Message::HELLO))))
        .at("/users/{id}", get(handler_service(user)))
        .at("/echo", post(handler_service(echo)))
        .at("/download", get(handler_service(async || Bytes::from_static(&DOWNLOAD))))
        .at("/upload", post(handler_service(upload)))
        .serve()
        .worker_threads(contract::workers())
        .bind(contract::address())?
        .run()
        .wait()
}

async fn user(Params(id): Params<u64>) -> String {
    format!("user {id}")
}

async fn echo(Json(order): Json<Order>) -> Json<Order> {
    Json(order)
}

async fn upload(Body(body): Body<RequestBody>) -> Result<String, Error> {
    let mut body = pin!(body);
    let mut len = 0;
    while let Some(chunk) = body.as_mut().data().await {
        len += chunk?.len();
    }
    Ok(len.to_string())
}
