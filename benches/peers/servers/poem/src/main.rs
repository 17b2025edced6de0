//! poem, on Tokio's shared runtime.
//!
//! It offers no TCP_NODELAY; the listener hands it down.

use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use futures_util::StreamExt;
use poem::listener::TcpAcceptor;
use poem::web::{Json, Path};
use poem::{Body, Route, Server, get, handler, post};

fn main() -> std::io::Result<()> {
    percore::shared(async {
        let app = Route::new()
            .at("/plaintext", get(plaintext))
            .at("/json", get(json))
            .at("/users/:id", get(user))
            .at("/echo", post(echo))
            .at("/download", get(download))
            .at("/upload", post(upload));
        let acceptor = TcpAcceptor::from_tokio(percore::listen(contract::address())?)?;
        Server::new_with_acceptor(acceptor).run(app).await
    })
}

#[handler]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

#[handler]
async fn json() -> Json<Message> {
    Json(Message::HELLO)
}

#[handler]
async fn user(Path(id): Path<u64>) -> String {
    format!("user {id}")
}

#[handler]
async fn echo(order: Json<Order>) -> Json<Order> {
    order
}

#[handler]
async fn download() -> &'static [u8] {
    &DOWNLOAD
}

#[handler]
async fn upload(body: Body) -> poem::Result<String> {
    let mut chunks = std::pin::pin!(body.into_bytes_stream());
    let mut len = 0;
    while let Some(chunk) = chunks.next().await {
        len += chunk.map_err(poem::error::BadRequest)?.len();
    }
    Ok(len.to_string())
}
