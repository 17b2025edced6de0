//! "Logs and traces": a program that sends spans to a collector.

use server::layers::Unlogged;
use server::{AccessLog, Health, HttpError, Metrics, Routes, Server, TraceContext, Traces, get, routes};

const ROUTES: Routes = routes![order, quote, broken, ping];

/// An order.
#[get("/orders/:number")]
async fn order(number: u32) -> String {
    format!("order {number}\n")
}

/// What another service is asked with.
#[get("/quote")]
async fn quote(trace: TraceContext) -> String {
    trace.traceparent()
}

#[derive(Debug, HttpError)]
enum Broken {
    #[status(503)]
    Stock,
}

/// Never works.
#[get("/broken")]
async fn broken() -> Result<&'static str, Broken> {
    Err(Broken::Stock)
}

/// Asked once a second by somebody.
#[get("/ping", with = [Unlogged])]
async fn ping() -> &'static str {
    "pong\n"
}

#[server::main]
async fn main() -> server::Result {
    // ANCHOR: server
    let traces = Traces::otlp("http://127.0.0.1:4318").service_name("shop");
    Server::new(ROUTES)
        .traces(traces)
        .access_log(AccessLog::Json)
        .health(Health::new())
        .metrics(Metrics::new())
        .run()
        .await
    // ANCHOR_END: server
}
