//! How the box is attached to a [`Server`].

use super::metrics::respond;
use super::probes::AttachedMetrics;
use super::{Health, Metrics};
use crate::serving::Server;

impl<S: Send + Sync + 'static, P> Server<S, P> {
    /// Answers probes of the server's health at `/health`, `/health/live` and `/health/ready`; see [`Health`].
    ///
    /// They come before the table. A route for one of these very paths, as are checks of one name, is an error of
    /// [`Server::run`].
    ///
    /// ```no_run
    /// use server::{Health, Server, get, routes};
    ///
    /// #[get("/")]
    /// async fn index() -> &'static str {
    ///     "Hello, world!"
    /// }
    ///
    /// #[server::main]
    /// async fn main() -> server::Result {
    ///     Server::new(routes![index]).health(Health::new()).run().await
    /// }
    /// ```
    pub fn health(mut self, health: Health<S>) -> Self {
        self.probes.health = Some(Box::new(health));
        self
    }

    /// Answers what the server counts at `/metrics`, for Prometheus and others; see [`Metrics`].
    ///
    /// It comes before the table. A route for this very path is an error of [`Server::run`].
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.probes.metrics = Some(AttachedMetrics { metrics, answer: respond });
        self
    }
}
