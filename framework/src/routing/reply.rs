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

/// Answers with what an `async` function returns, made a response by `respond`: from its parameters, each parsed or
/// refused, and the extractors `T`, which were asked about as `C` says. A future that cannot move between threads is
/// refused here.
pub fn answer<'a, C, S, T, P, F>(
    params: P,
    request: Request,
    state: &'a S,
    handler: F,
    respond: fn(<F::Future as Future>::Output) -> Response,
) -> Reply<'a>
where
    S: Sync,
    T: ExtractAll<S, C> + Send + 'a,
    P: Params<Values: Send + 'a>,
    F: Call<P::Values, T, Future: Send + 'a> + Send + 'a,
{
    match params.all() {
        Ok(params) => reply(extract_and_call::<C, S, T, _, _>(params, request, state, handler, respond)),
        Err(response) => Reply::Ready(*response),
    }
}

/// The same for a function that awaits nothing: it is run at once where its extractors are made at once.
pub fn answer_at_once<'a, C, S, T, P, F>(
    params: P,
    request: Request,
    state: &'a S,
    handler: F,
    respond: fn(<F::Future as Future>::Output) -> Response,
) -> Reply<'a>
where
    S: Sync,
    T: ExtractAll<S, C> + Send + 'a,
    P: Params<Values: Send + 'a>,
    F: Call<P::Values, T, Future: Send + 'a> + Send + 'a,
{
    let params = match params.all() {
        Ok(params) => params,
        Err(response) => return Reply::Ready(*response),
    };
    let answer = extract_and_call::<C, S, T, _, _>(params, request, state, handler, respond);
    // A constant, so that of the two one is compiled.
    if T::READY { Reply::Ready(run_at_once(answer)) } else { reply(answer) }
}

fn extract_and_call<'a, C, S, T, P, F>(
    params: P,
    mut request: Request,
    state: &'a S,
    handler: F,
    respond: fn(<F::Future as Future>::Output) -> Response,
) -> impl Future<Output = Response> + Send + 'a
where
    S: Sync,
    T: ExtractAll<S, C> + Send + 'a,
    P: Send + 'a,
    F: Call<P, T, Future: Send + 'a> + Send + 'a,
{
    async move {
        match T::extract_all(&mut request, state).await {
            Ok(extracted) => respond(handler.call(params, extracted).await),
            Err(response) => response,
        }
    }
}

/// A tuple of parameters, each parsed or refused.
pub trait Params {
    /// The tuple of their values.
    type Values;

    /// The values.
    ///
    /// # Errors
    ///
    /// The response of the first that was refused.
    fn all(self) -> Result<Self::Values, Box<Response>>;
}

/// An `async` function of the parameters `P` and then of the extractors `T`, both of them tuples.
///
/// With it the expansion names the function and has no closure, which rustc would check for each handler.
pub trait Call<P, T> {
    /// What the function returns.
    type Future: Future;

    /// Calls the function.
    fn call(self, params: P, extracted: T) -> Self::Future;
}

macro_rules! params {
    ($($($param:ident)*;)*) => {$(
        #[allow(non_snake_case, reason = "a value is named as its type")]
        impl<$($param),*> Params for ($(Result<$param, Box<Response>>,)*) {
            type Values = ($($param,)*);

            fn all(self) -> Result<Self::Values, Box<Response>> {
                let ($($param,)*) = self;
                Ok(($($param?,)*))
            }
        }

        calls!([$($param)*] [] A B C D E F G H);
    )*};
}

/// As many extractors as [`ExtractAll`] makes at once.
macro_rules! calls {
    ([$($param:ident)*] [$($extractor:ident)*] $($more:ident)*) => {
        #[allow(non_snake_case, reason = "a value is named as its type")]
        impl<Function, Answer, $($param,)* $($extractor),*> Call<($($param,)*), ($($extractor,)*)> for Function
        where
            Function: FnOnce($($param,)* $($extractor),*) -> Answer,
            Answer: Future,
        {
            type Future = Answer;

            fn call(self, ($($param,)*): ($($param,)*), ($($extractor,)*): ($($extractor,)*)) -> Answer {
                self($($param,)* $($extractor),*)
            }
        }

        calls!(more [$($param)*] [$($extractor)*] $($more)*);
    };
    (more [$($param:ident)*] [$($extractor:ident)*]) => {};
    (more [$($param:ident)*] [$($extractor:ident)*] $next:ident $($more:ident)*) => {
        calls!([$($param)*] [$($extractor)* $next] $($more)*);
    };
}

params! {
    ;
    P;
    P Q;
    P Q R;
    P Q R U;
}

/// Makes a handler's result a response; a type that is none is refused here.
pub fn respond<T: IntoResponse>(result: T) -> Response {
    result.into_response()
}
