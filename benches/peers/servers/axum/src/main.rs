//! axum, on Tokio's shared runtime, as its documentation serves.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use futures_util::StreamExt;

fn main() -> std::io::Result<()> {
    percore::shared(async {
        let app = Router::new()
            .route("/plaintext", get(async || PLAINTEXT))
            .route("/json", get(async || Json(Message::HELLO)))
            .route("/users/{id}", get(async |Path(id): Path<u64>| format!("user {id}")))
            .route("/echo", post(async |Json(order): Json<Order>| Json(order)))
            .route("/download", get(async || DOWNLOAD.as_slice()))
            .route("/upload", post(upload).layer(DefaultBodyLimit::disable()));
        let listener = tokio::net::TcpListener::bind(contract::address()).await?.tap_io(|stream| {
            // Without it an answer waits for the one before to be acknowledged.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, app).await
    })
}

async fn upload(body: Body) -> String {
    let mut len = 0;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) => len += chunk.len(),
            Err(_) => return "cut off".to_owned(),
        }
    }
    len.to_string()
}
