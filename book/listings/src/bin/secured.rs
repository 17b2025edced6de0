//! A server of HTTPS, with certificates for two names, that asks its clients for theirs.

// ANCHOR: server
use server::{ClientAuth, Server, Tls, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "Hello"
}

#[server::main]
async fn main() -> server::Result {
    let tls = Tls::pem("server.pem", "server.key")
        .pair("shop.pem", "shop.key")
        .client_auth(ClientAuth::Optional, "ca.pem");
    Server::new(routes![index]).port(443).tls(tls).run().await
}
// ANCHOR_END: server
