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
#[expect(clippy::boxed_local, reason = "as the expansion has it, whose results stay small with it")]
pub fn refuse<'a>(response: Box<Response>) -> Reply<'a> {
    Box::pin(std::future::ready(*response))
}

/// Waits for a handler's result and makes it a response by `respond`; a future that cannot move between threads is
/// refused here.
pub fn answer<'a, F>(handler: F, respond: fn(F::Output) -> Response) -> Reply<'a>
where
    F: Future + Send + 'a,
{
    Box::pin(async move { respond(handler.await) })
}

/// The same, of a handler that takes the extractors `T`, which were asked about as `C` says.
pub fn answer_with<'a, C, S, T, F>(
    mut request: Request,
    state: &'a S,
    handler: impl FnOnce(T) -> F + Send + 'a,
    respond: fn(F::Output) -> Response,
) -> Reply<'a>
where
    S: Sync,
    T: ExtractAll<S, C> + Send + 'a,
    F: Future + Send + 'a,
{
    Box::pin(async move {
        match T::extract_all(&mut request, state).await {
            Ok(arguments) => respond(handler(arguments).await),
            Err(response) => response,
        }
    })
}

/// Makes a handler's result a response; a type that is none is refused here.
pub fn respond<T: IntoResponse>(result: T) -> Response {
    result.into_response()
}
