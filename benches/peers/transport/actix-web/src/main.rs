//! actix-web, with actix-ws.

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, get, rt, web};
use actix_ws::Message;
use contract::PLAINTEXT;
use futures_util::StreamExt;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let server =
        HttpServer::new(|| App::new().service(plaintext).service(socket)).workers(contract::workers());
    let address = contract::address();
    match certificate::config(&[]) {
        // The protocols are its own to set.
        Some(config) => server.bind_rustls_0_23(address, config)?.run().await,
        None => server.bind_auto_h2c(address)?.run().await,
    }
}

#[get("/plaintext")]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

#[get("/socket")]
async fn socket(request: HttpRequest, body: web::Payload) -> actix_web::Result<HttpResponse> {
    let (response, mut session, mut messages) = actix_ws::handle(&request, body)?;
    rt::spawn(async move {
        while let Some(Ok(message)) = messages.next().await {
            let sent = match message {
                Message::Text(text) => session.text(text).await,
                Message::Binary(bytes) => session.binary(bytes).await,
                Message::Ping(payload) => session.pong(&payload).await,
                Message::Close(_) => break,
                Message::Continuation(_) | Message::Pong(_) | Message::Nop => Ok(()),
            };
            if sent.is_err() {
                return;
            }
        }
        // Whoever has left is told nothing.
        let _ = session.close(None).await;
    });
    Ok(response)
}
