//! [`mount()`]: a service of tower at a prefix.

use std::fmt;
use std::future::poll_fn;

use http::Uri;
use http::uri::PathAndQuery;
use tower_service::Service;

use super::convert::{request_out, response_in};
use super::layer::failed;
use crate::http::{Body, BoxError, Request, Response};
use crate::routing::{Mount, Rest};

/// Makes a mount of a service of tower: `Server::mount("/api", mount(service))`.
///
/// The service sees what lies below the prefix as its path: `/users` of `/api/users`, and `/` of `/api`. It is cloned
/// for each request, as tower has it. An error of it is a 500, told in the log.
pub fn mount<T>(service: T) -> TowerMount<T> {
    TowerMount { service, path: Seen::Below }
}

/// A service of tower as a mount; what [`mount()`] makes.
#[derive(Clone)]
pub struct TowerMount<T> {
    service: T,
    path: Seen,
}

/// What a mounted service sees as the path.
#[derive(Clone, Copy, Debug)]
enum Seen {
    /// What lies below the prefix.
    Below,
    Whole,
}

impl<T> TowerMount<T> {
    /// Lets the service see the whole path, for one that knows its prefix: such as a service of gRPC, which is called at
    /// `/package.Service/Method` and is mounted at `/package.Service`.
    #[must_use]
    pub fn whole_path(self) -> Self {
        Self { path: Seen::Whole, ..self }
    }
}

impl<S, T, B> Mount<S> for TowerMount<T>
where
    S: Sync,
    T: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    T::Error: Into<BoxError>,
    T::Future: Send,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    async fn call(&self, request: Request, rest: Rest, _: &S) -> Response {
        let below = match self.path {
            Seen::Below => below(&request, rest),
            Seen::Whole => None,
        };
        let (mut request, _) = request_out(request);
        if let Some(below) = below {
            *request.uri_mut() = below;
        }
        let mut service = self.service.clone();
        let answered = async move {
            poll_fn(|context| service.poll_ready(context)).await?;
            service.call(request).await
        };
        answered.await.map_or_else(|error: T::Error| failed(error.into()), response_in)
    }
}

impl<T> fmt::Debug for TowerMount<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TowerMount").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The target with what lies below the mount as its path.
fn below(request: &Request, rest: Rest) -> Option<Uri> {
    let path = rest.of(request);
    let path = if path.is_empty() { "/" } else { path };
    let target = match request.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = request.uri().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
    Uri::from_parts(parts).ok()
}
