//! [`AppService`]: a server as a service of tower, for another one to run.

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::StatusCode;
use tower_service::Service;

use super::convert::{new_request, response_out};
use crate::app::App;
use crate::extract::ClientAddr;
use crate::http::{Body, BoxError, Request, RequestFacts, RequestId, Response, Shutdown};
use crate::net::{Application, Limits, Routed, panic_text};
use crate::observe::Witness;
use crate::respond::{IntoResponse, Problem};
use crate::serving::{HasState, Server};

/// A server as a service of tower; see [`Server::into_service`].
#[must_use = "a service does nothing until it is called"]
pub struct AppService(Arc<Served>);

struct Served {
    app: App,
    limits: Limits,
    shutdown: Shutdown,
    witness: Witness,
    /// Looks after the checks of health.
    _checks: Option<Box<dyn std::any::Any + Send + Sync>>,
}

impl<S: Send + Sync + 'static, P> Server<S, P>
where
    Self: HasState<S>,
{
    /// Makes a service of tower of it, for another server to run, or for a test.
    ///
    /// It answers as the server would: routes, mounts, middleware, limits of body and time, problems, and a panic as a
    /// 500. What belongs to connections is the other server's: sockets, timeouts of reading and writing, the drain,
    /// upgrades, and observers, who are told nothing. Neither settings nor the command line are read. A
    /// [`ClientAddr`] in the request's extensions is the client's address.
    ///
    /// ```
    /// use server::{Body, Server, get, routes};
    /// use tower::ServiceExt;
    ///
    /// #[get("/")]
    /// async fn index() -> &'static str {
    ///     "Hello"
    /// }
    ///
    /// # #[server::main]
    /// # async fn main() -> server::Result {
    /// let service = Server::new(routes![index]).into_service();
    /// let request = http::Request::get("/").body(Body::empty())?;
    /// let response = service.oneshot(request).await?;
    /// assert_eq!(response.into_body().collect(1024).await?, "Hello");
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_service(self) -> AppService {
        let shutdown = self.shutdown_handle();
        let (app, limits) = self.into_app();
        let witness = app.witness();
        // Where there are checks and no thread for them, they stay pending, and a probe says so.
        let checks = app.probes.start().ok().map(|checks| Box::new(checks) as _);
        AppService(Arc::new(Served { app, limits, shutdown, witness, _checks: checks }))
    }
}

impl Served {
    async fn answer<B>(&self, request: http::Request<B>) -> http::Response<Body>
    where
        B: http_body::Body + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let client = request.extensions().get::<ClientAddr>().map(|client| client.0);
        let is_secure = request.uri().scheme() == Some(&http::uri::Scheme::HTTPS);
        let Some(mut request) = new_request(request) else {
            let problem =
                Problem::new(StatusCode::BAD_REQUEST).detail("the request target is none of a server's");
            let facts = RequestFacts::of(&Request::new(http::Method::GET, "/"));
            return self.finish(problem.into_response(), &facts);
        };
        request.set_origin(&client, is_secure, RequestId::generate());
        if let Some(proxies) = &self.limits.proxies {
            proxies.look_behind(client, &mut request);
        }
        request.set_counters(self.witness.counters());
        request.set_shutdown(&self.shutdown);
        let Routed { target, policy, .. } = self.app.route(&mut request);
        let limit = policy.body_limit.unwrap_or(self.limits.max_body);
        request.set_body_limit(limit);
        let facts = RequestFacts::of(&request);
        let timeout = policy.timeout.unwrap_or(self.limits.request_timeout);
        let answered = caught(async { self.app.answer(request, target).answered().await });
        let answered = if timeout.is_zero() {
            Ok(answered.await)
        } else {
            tokio::time::timeout(timeout, answered).await
        };
        let response = match answered {
            Ok(Ok(response)) => response,
            Ok(Err(panic)) => {
                self.witness.tally().panicked();
                tracing::error!(request_id = %facts.id(), panic, "a handler panicked");
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
            }
            Err(_) => {
                let detail = "the server did not answer in time";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail(detail).into_response()
            }
        };
        self.finish(response, &facts)
    }

    /// Writes out what is still to be written of an answer.
    fn finish(&self, response: Response, facts: &RequestFacts) -> http::Response<Body> {
        let mut response = response_out(self.app.render(response, facts, self.witness.tally()));
        // It has no more to say than can be seen.
        response.extensions_mut().clear();
        response
    }
}

/// The answer of a handler, or what it said when it panicked.
async fn caught(answer: impl Future<Output = Response>) -> Result<Response, String> {
    let mut answer = pin!(answer);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
        Ok(polled) => polled.map(Ok),
        Err(panic) => Poll::Ready(Err(panic_text(panic.as_ref()).to_owned())),
    })
    .await
}

impl<B> Service<http::Request<B>> for AppService
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let served = Arc::clone(&self.0);
        Box::pin(async move { Ok(served.answer(request).await) })
    }
}

impl Clone for AppService {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl fmt::Debug for AppService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppService").finish_non_exhaustive()
    }
}
