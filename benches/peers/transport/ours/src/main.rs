//! Ours, as a user writes it, with each limit and timeout at its default.

use contract::PLAINTEXT;
use server::{Response, Routes, Runtime, Server, Tls, WebSocketUpgrade, get, routes};

const ROUTES: Routes = routes![plaintext, socket];

#[server::main]
async fn main() -> server::Result {
    let address = contract::address();
    let server = Server::new(ROUTES)
        .host(address.ip())
        .port(address.port())
        .workers(contract::workers())
        .runtime(Runtime::PerCore);
    match contract::certificate() {
        Some((certificate, key)) => server.tls(Tls::pem(certificate, key)).run().await,
        None => server.run().await,
    }
}

#[get("/plaintext")]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

#[get("/socket")]
async fn socket(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        while let Some(message) = socket.recv().await {
            socket.send(message).await?;
        }
        Ok(())
    })
}
