//! [`Server::production`]: the default stack of the box.

use super::Server;
use crate::middleware::Kind;

impl<S: Send + Sync + 'static, P> Server<S, P> {
    /// Puts the default stack of the box around everything: [`SecurityHeaders`](crate::layers::SecurityHeaders),
    /// [`NormalPath`](crate::layers::NormalPath), [`Csrf`](crate::layers::Csrf),
    /// [`ConcurrencyLimit`](crate::layers::ConcurrencyLimit) of 1,000 requests at a time, and, where the feature is on,
    /// `Compression`; each as its `new()` makes it.
    ///
    /// The engine has its own limits with and without this: of time (`request_timeout`), of body (`max_body`), of
    /// heads and of connections.
    ///
    /// From here on the order in which [`with`](Self::with) is called says nothing for middleware of the box: each takes
    /// the place that [`Kind`](crate::layers::Kind) tells, and instead of another of its kind. So what is in the stack is
    /// set by giving it anew, and what is not in it, such as [`Cors`](crate::layers::Cors) or
    /// [`RateLimit`](crate::layers::RateLimit), is added in the same way. Middleware of the application's own stands inside
    /// of all that, in the order given. `--routes` prints what came of it.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use server::layers::{Cors, Kind, Quota, RateLimit, SecurityHeaders};
    /// use server::testing::Client;
    /// use server::{Server, get, routes};
    ///
    /// const CORS: Cors = Cors::new().origins(&["https://app.example.org"]);
    /// const QUOTAS: &[Quota] = &[Quota::new("minute", 600, Duration::from_secs(60))];
    ///
    /// #[get("/notes")]
    /// async fn notes() -> &'static str {
    ///     "milk"
    /// }
    ///
    /// # #[server::main]
    /// # async fn main() {
    /// let server = Server::new(routes![notes])
    ///     .production()
    ///     .with(RateLimit::by_client(QUOTAS))
    ///     .with(CORS)
    ///     .with(SecurityHeaders::new().hsts(Duration::from_secs(31_536_000)))
    ///     .without(Kind::NormalPath);
    /// let response = Client::from(server).get("/notes").await;
    /// assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    /// assert!(response.header("ratelimit").is_some());
    /// # }
    /// ```
    pub fn production(mut self) -> Self {
        self.stack.complete();
        self
    }

    /// Takes middleware of the box away from around the server, as far as it was given before this.
    pub fn without(mut self, kind: Kind) -> Self {
        self.stack.remove(kind);
        self
    }
}
