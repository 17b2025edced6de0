//! What stands around a handler's call: its extractors run first, its result becomes a response, and all of it goes
//! into a box.
//!
//! These futures are generic, so that rustc checks them once, here; an `async` block in each handler's expansion would
//! cost it twice the time of all the rest.

use crate::extract::argument::ExtractAll;
use crate::http::{Request, Response};
use crate::middleware::BoxFuture;
use crate::respond::IntoResponse;

/// A handler's future as the table holds it.
pub type Reply<'a> = BoxFuture<'a, Response>;

/// Boxes a handler's future; one that cannot move between threads is refused here.
pub fn reply<'a>(future: impl Future<Output = Response> + Send + 'a) -> Reply<'a> {
    Box::pin(future)
}

/// The answer that a parameter's refusal is.
pub fn refuse<'a>(response: Box<Response>) -> Reply<'a> {
    Box::pin(std::future::ready(*response))
}

/// Waits for a handler's result and makes it a response by `respond`.
pub async fn answer<F: Future>(handler: F, respond: fn(F::Output) -> Response) -> Response {
    respond(handler.await)
}

/// Calls `handler` with what the extractors `A` make of the request.
pub async fn answer_with<A: ExtractAll<S>, S, F: Future<Output = Response>>(
    mut request: Request,
    state: &S,
    handler: impl FnOnce(A::Values) -> F,
) -> Response {
    match A::extract_all(&mut request, state).await {
        Ok(arguments) => handler(arguments).await,
        Err(response) => response,
    }
}

/// Makes a handler's result a response; a type that is none is refused here.
pub fn respond<T: IntoResponse>(result: T) -> Response {
    result.into_response()
}
