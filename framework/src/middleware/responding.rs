//! What `#[middleware]` makes of a function's future: one that gives a response.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::http::Response;

/// Makes a response of what `function` gives.
///
/// Written out, as an `async` block would keep the function's arguments beside its future.
pub fn responding<F: Future>(
    function: F,
    respond: impl Fn(F::Output) -> Response,
) -> impl Future<Output = Response> {
    Responding { function, respond }
}

pin_project! {
    /// A function's future, and what makes a response of its result.
    struct Responding<F, R> {
        #[pin]
        function: F,
        respond: R,
    }
}

impl<F: Future, R: Fn(F::Output) -> Response> Future for Responding<F, R> {
    type Output = Response;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        let this = self.project();
        this.function.poll(context).map(&*this.respond)
    }
}
