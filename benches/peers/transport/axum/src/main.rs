//! axum, on Tokio's shared runtime; with TLS by axum-server.

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::{any, get};
use axum::serve::ListenerExt;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use contract::PLAINTEXT;

fn main() -> std::io::Result<()> {
    percore::shared(async {
        let app = Router::new().route("/plaintext", get(async || PLAINTEXT)).route("/socket", any(socket));
        let address = contract::address();
        if let Some(config) = certificate::config(&["h2", "http/1.1"]) {
            let config = RustlsConfig::from_config(Arc::new(config));
            let acceptor = RustlsAcceptor::new(config).acceptor(NoDelayAcceptor::new());
            return axum_server::bind(address).acceptor(acceptor).serve(app.into_make_service()).await;
        }
        let listener = tokio::net::TcpListener::bind(address).await?.tap_io(|stream| {
            // Without it an answer waits for the one before to be acknowledged.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, app).await
    })
}

async fn socket(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(echo)
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        let is_data = matches!(message, Message::Text(_) | Message::Binary(_));
        if is_data && socket.send(message).await.is_err() {
            return;
        }
    }
}
