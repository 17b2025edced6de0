//! [`Unlogged`]: routes whose good answers are not worth a line.

use super::{Middleware, Next};
use crate::http::{Request, Response};

/// Leaves answers below 400 out of the access log; failures, timeouts and clients that left have their lines.
///
/// Observers other than the access log are told all the same, and counters count.
///
/// ```
/// use server::layers::Unlogged;
/// use server::{Routes, get, routes};
///
/// #[get("/ping", with = [Unlogged])]
/// async fn ping() -> &'static str {
///     "pong"
/// }
///
/// #[get("/logo.svg")]
/// async fn logo() -> &'static str {
///     "<svg/>"
/// }
///
/// const ROUTES: Routes = routes![ping, "/assets" with [Unlogged] => [logo]];
/// # assert_eq!(ROUTES.len(), 2);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Unlogged;

impl<S: Sync> Middleware<S> for Unlogged {
    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        next.run(request).await.unlogged()
    }
}
