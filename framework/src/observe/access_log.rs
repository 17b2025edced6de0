//! [`AccessLog`]: a line in the log for each exchange.

use super::{Exchange, Observer};
use crate::log::Escaped;

/// Writes one event of `tracing` for each exchange, at the level INFO and the target `server::access`.
///
/// Its fields are `request_id`, `client`, `method`, `request_target`, `route`, `status`, `bytes_in`, `bytes_out`,
/// `duration_us` and `ended`; what is not known is left out. What came from the client is escaped: nobody can forge a
/// line through it.
///
/// ```no_run
/// use server::{AccessLog, Server, get, routes};
///
/// #[get("/")]
/// async fn index() -> &'static str {
///     "Hello, world!"
/// }
///
/// #[server::main]
/// async fn main() -> server::Result {
///     Server::new(routes![index]).observe(AccessLog::new()).run().await
/// }
/// ```
///
/// ```text
/// 2026-11-21T09:03:15.123Z  INFO access request_id=019a… client=127.0.0.1:51034 method=GET request_target=/ route=/ status=200 bytes_in=84 bytes_out=130 duration_us=71 ended=done
/// ```
///
/// The event is written on the thread that serves the connection; a subscriber that blocks holds it up.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AccessLog {}

impl AccessLog {
    /// An access log that writes every exchange.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Observer for AccessLog {
    fn ended(&self, exchange: &Exchange) {
        let request = exchange.request();
        tracing::info!(
            target: "server::access",
            request_id = %request.id(),
            client = request.client_addr().map(tracing::field::display),
            method = request.method().map(tracing::field::display),
            request_target = request.target().map(|target| tracing::field::display(Escaped(target))),
            route = request.route(),
            status = exchange.status().map(|status| status.as_u16()),
            bytes_in = exchange.bytes_in(),
            bytes_out = exchange.bytes_out(),
            duration_us = u64::try_from(exchange.duration().as_micros()).unwrap_or(u64::MAX),
            ended = exchange.ended().name(),
            "access"
        );
    }
}
