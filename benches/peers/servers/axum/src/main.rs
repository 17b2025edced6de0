//! axum, on Tokio's shared runtime, as its documentation serves.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path};
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use futures_util::StreamExt;

fn main() -> std::io::Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(contract::workers()).enable_all().build()?;
    runtime.block_on(async {
        let app = Router::new()
            .route("/plaintext", get(async || PLAINTEXT))
            .route("/json", get(async || Json(Message::HELLO)))
            .route("/users/{id}", get(async |Path(id): Path<u64>| format!("user {id}")))
            .route("/echo", post(async |Json(order): Json<Order>| Json(order)))
            .route("/download", get(async || DOWNLOAD.as_slice()))
            .route("/upload", post(upload).layer(DefaultBodyLimit::disable()));
        axum::serve(tokio::net::TcpListener::bind(contract::address()).await?, app).await
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
