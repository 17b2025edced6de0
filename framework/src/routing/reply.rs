//! The two ends of a handler's call: its future goes into a box, its result becomes a response.

use crate::http::Response;
use crate::middleware::BoxFuture;
use crate::respond::IntoResponse;

/// A handler's future as the table holds it.
pub type Reply<'a> = BoxFuture<'a, Response>;

/// Boxes a handler's future; one that cannot move between threads is refused here.
pub fn reply<'a>(future: impl Future<Output = Response> + Send + 'a) -> Reply<'a> {
    Box::pin(future)
}

/// Makes a handler's result a response; a type that is none is refused here.
pub fn respond<T: IntoResponse>(result: T) -> Response {
    result.into_response()
}
