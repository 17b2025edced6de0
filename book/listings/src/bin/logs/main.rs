//! "Logs and traces": a program whose lines tell what became of each request.

use std::time::Duration;

use server::layers::Unlogged;
use server::{AccessLog, Health, Metrics, Routes, Server, TraceContext, get, routes};

const ROUTES: Routes = routes![order, report, quote, ping, archive];

// ANCHOR: handler
/// An order.
#[get("/orders/:number")]
async fn order(number: u32) -> String {
    tracing::info!(number, "looking for an order");
    format!("order {number}\n")
}
// ANCHOR_END: handler

/// All orders, on a thread that may block.
#[get("/report")]
fn report() -> &'static str {
    tracing::info!("writing the report");
    "all is well\n"
}

// ANCHOR: trace
/// What another service is asked with.
#[get("/quote")]
async fn quote(trace: TraceContext) -> String {
    let fields = trace.fields().map(|(name, value)| format!("{name}: {value}\r\n"));
    format!("GET /price HTTP/1.1\r\nhost: prices\r\n{}\r\n", fields.collect::<String>())
}
// ANCHOR_END: trace

// ANCHOR: unlogged
/// Asked once a second by somebody.
#[get("/ping", with = [Unlogged])]
async fn ping() -> &'static str {
    "pong\n"
}
// ANCHOR_END: unlogged

/// Takes its time.
#[get("/archive", timeout = "10m")]
async fn archive() -> &'static str {
    tokio::time::sleep(Duration::from_secs(600)).await;
    "found\n"
}

#[server::main]
async fn main() -> server::Result {
    // ANCHOR: server
    Server::new(ROUTES).access_log(AccessLog::Json).health(Health::new()).metrics(Metrics::new()).run().await
    // ANCHOR_END: server
}
