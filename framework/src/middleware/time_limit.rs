//! [`TimeLimit`]: the longest time to the answer's head for all that a scope answers.
//!
//! The server has one (`request_timeout`), and a route may have its own (`timeout = "5s"`): the engine keeps those, does
//! not count the wait for the client's body, and answers outside of all middleware. This one is for a scope, counts
//! everything, and answers inside: what stands around it, `Cors` say, sees the 503.

use std::time::Duration;

use http::StatusCode;

use super::{Kind, Middleware, Next};
use crate::http::{Request, Response};
use crate::respond::Problem;

/// Answers 503 where the handler, with all that stands inside of this, takes longer than it may.
///
/// What was going on is dropped where it waits. The wait for the client's body counts.
///
/// ```
/// use std::time::Duration;
///
/// use server::layers::TimeLimit;
/// use server::{Routes, get, routes};
///
/// const SOON: TimeLimit = TimeLimit::new(Duration::from_secs(2));
///
/// #[get("/search")]
/// async fn search() -> &'static str {
///     "nothing found"
/// }
///
/// const ROUTES: Routes = routes![with [SOON] => [search]];
/// # assert_eq!(ROUTES.len(), 1);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TimeLimit {
    limit: Duration,
}

impl TimeLimit {
    /// To the answer's head; its body may take as long as it does.
    ///
    /// # Panics
    ///
    /// Where it is zero; in a constant that is a compile error.
    pub const fn new(limit: Duration) -> Self {
        assert!(!limit.is_zero(), "a time limit of zero would answer nothing");
        Self { limit }
    }
}

impl<S: Sync> Middleware<S> for TimeLimit {
    const KIND: Kind = Kind::TimeLimit;

    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        tokio::time::timeout(self.limit, next.run(request)).await.unwrap_or_else(|_| {
            let detail = format!("this took longer than {:?}", self.limit);
            Response::problem(Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail(detail))
        })
    }
}

/// Ten seconds.
impl Default for TimeLimit {
    fn default() -> Self {
        Self::new(Duration::from_secs(10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::Cors;
    use crate::testing::Client;
    use crate::{get, routes};

    const OPEN: Cors = Cors::new().any_origin();
    const SOON: TimeLimit = TimeLimit::new(Duration::from_millis(250));

    #[get("/:millis", with = [OPEN, SOON])]
    async fn sleep(millis: u64) -> &'static str {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        "slept"
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_longer_is_a_503_that_those_outside_see() {
        let client = Client::new(routes![sleep]);
        assert_eq!(client.get("/249").await.text(), "slept");
        let late = client.get("/251").await;
        assert_eq!((late.status().as_u16(), late.header("access-control-allow-origin")), (503, Some("*")));
        assert!(late.text().contains("longer than 250ms"), "{}", late.text());
    }
}
