//! What stands around a handler's call: its extractors run first, and its result becomes a response.
//!
//! A handler that may wait goes into a box, as its future must stay where it was first polled. One in which nothing can
//! wait is ready when it is polled once: that happens on the stack, and nothing is allocated. `#[route]` sees whether
//! the function awaits anything, and [`FromRequest::READY`](crate::FromRequest::READY) says it of each argument.
//!
//! These futures are generic, so that rustc checks them once, here; an `async` block in each handler's expansion would
//! cost it twice the time of all the rest.

use std::fmt;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::extract::argument::ExtractAll;
use crate::extract::param::{ParamFault, refuse_params};
use crate::http::{Request, Response};
use crate::middleware::BoxFuture;
use crate::respond::IntoResponse;

/// What a handler's call gives.
pub enum Reply<'a> {
    /// The answer: nothing had to be waited for.
    Ready(Response),
    /// What is still to be waited for.
    Later(BoxFuture<'a, Response>),
}

#[cfg(any(feature = "http2", feature = "tower"))]
impl Reply<'_> {
    /// The answer, once it is there.
    pub(crate) async fn answered(self) -> Response {
        match self {
            Self::Ready(response) => response,
            Self::Later(reply) => reply.await,
        }
    }
}

impl fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready(_) => "Ready",
            Self::Later(_) => "Later",
        })
    }
}

/// Boxes a handler's future; one that cannot move between threads is refused here.
pub fn reply<'a>(future: impl Future<Output = Response> + Send + 'a) -> Reply<'a> {
    Reply::Later(Box::pin(future))
}

/// The same, but runs a future to its end at once where it is `ready`.
#[inline]
pub fn reply_at_once<'a>(ready: bool, future: impl Future<Output = Response> + Send + 'a) -> Reply<'a> {
    if ready { Reply::Ready(run_at_once(future)) } else { reply(future) }
}

/// Polls a future in which nothing waits.
///
/// # Panics
///
/// Where something does: it cannot be moved into a box any more.
#[inline]
fn run_at_once(future: impl Future<Output = Response>) -> Response {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(response) => response,
        Poll::Pending => waited(),
    }
}

#[cold]
fn waited() -> ! {
    panic!(
        "a handler without an `.await` waits: an extractor of its says `READY` and is not, or a macro that is called \
         like one of the standard library hides an `.await`"
    );
}

/// A function for each number of parameters and of extractors, so that rustc infers all types from the handler: told
/// them in the call, or asked for a trait over tuples of them, it takes longer for each handler.
macro_rules! answer {
    ($name:ident: [$($param:ident)*] [$($extractor:ident)*]) => {
        /// Answers with what an `async` function returns, made a response by `respond`: from its parameters, all
        /// parsed or refused at once, and its extractors, which were asked about as `C` says. A future that cannot move
        /// between threads is refused here. Where the function awaits nothing, and its extractors are made at once, it
        /// is run at once.
        #[allow(non_snake_case, clippy::too_many_arguments, reason = "a value for each type, named as it is")]
        pub fn $name<'a, S, C, $($param,)* $($extractor,)* F, A>(
            $($param: Result<$param, Box<ParamFault>>,)*
            mut request: Request,
            state: &'a S,
            handler: F,
            respond: fn(A::Output) -> Response,
            awaits: bool,
        ) -> Reply<'a>
        where
            S: Sync,
            ($($extractor,)*): ExtractAll<S, C>,
            $($param: Send + 'a,)*
            $($extractor: Send + 'a,)*
            F: FnOnce($($param,)* $($extractor),*) -> A + Send + 'a,
            A: Future<Output: Sized> + Send + 'a,
        {
            #[allow(clippy::manual_let_else, reason = "the other arm has the values by name")]
            let ($($param,)*) = match ($($param,)*) {
                ($(Ok($param),)*) => ($($param,)*),
                #[allow(unreachable_patterns, reason = "where there is no parameter")]
                ($($param,)*) => return Reply::Ready(refuse_params([$($param.err()),*])),
            };
            let answer = async move {
                match <($($extractor,)*) as ExtractAll<S, C>>::extract_all(&mut request, state).await {
                    Ok(($($extractor,)*)) => respond(handler($($param,)* $($extractor),*).await),
                    Err(response) => response,
                }
            };
            // Both are constants where a handler names this, so that one way is left.
            reply_at_once(<($($extractor,)*) as ExtractAll<S, C>>::READY && !awaits, answer)
        }
    };
}

answer!(answer_0_0: [] []);
answer!(answer_0_1: [] [V]);
answer!(answer_0_2: [] [V W]);
answer!(answer_0_3: [] [V W X]);
answer!(answer_0_4: [] [V W X Y]);
answer!(answer_1_0: [P] []);
answer!(answer_1_1: [P] [V]);
answer!(answer_1_2: [P] [V W]);
answer!(answer_1_3: [P] [V W X]);
answer!(answer_1_4: [P] [V W X Y]);
answer!(answer_2_0: [P Q] []);
answer!(answer_2_1: [P Q] [V]);
answer!(answer_2_2: [P Q] [V W]);
answer!(answer_2_3: [P Q] [V W X]);
answer!(answer_2_4: [P Q] [V W X Y]);
answer!(answer_3_0: [P Q R] []);
answer!(answer_3_1: [P Q R] [V]);
answer!(answer_3_2: [P Q R] [V W]);
answer!(answer_3_3: [P Q R] [V W X]);
answer!(answer_3_4: [P Q R] [V W X Y]);

/// Makes a handler's result a response; a type that is none is refused here.
pub fn respond<T: IntoResponse>(result: T) -> Response {
    result.into_response()
}
