//! HTTPS: certificates by name, that are read again when they change, and clients known by theirs.

// ANCHOR: program
use std::time::Duration;

use server::layers::SecurityHeaders;
use server::{ClientCertificate, Metrics, Request, Routes, Server, get, routes};

const HEADERS: SecurityHeaders = SecurityHeaders::new().hsts(Duration::from_secs(365 * 24 * 3600));

/// Says what the request came over.
#[get("/")]
async fn index(request: Request) -> String {
    format!("Hello over {}!\n", request.scheme())
}

/// Greets who has shown a certificate.
#[get("/whoami")]
async fn whoami(client: Option<ClientCertificate>) -> String {
    match &client {
        Some(client) => format!("You are {}.\n", client.subject()),
        None => "You have shown no certificate.\n".to_owned(),
    }
}

/// For those alone who have one.
#[get("/members")]
async fn members(client: ClientCertificate) -> String {
    format!("Welcome, {}!\n", client.common_name().unwrap_or("member"))
}

/// Bytes, as many as a large download has.
#[get("/download")]
async fn download() -> Vec<u8> {
    vec![b'.'; 16 << 20]
}

const ROUTES: Routes = routes![index, whoami, members, download];

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).with(HEADERS).metrics(Metrics::new()).run().await
}
// ANCHOR_END: program
