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
#[expect(clippy::boxed_local, reason = "results stay small with it")]
fn refuse<'a>(response: Box<Response>) -> Reply<'a> {
    Box::pin(std::future::ready(*response))
}

/// Answers with what an `async` function returns, made a response by `respond`: from its parameters, each parsed or
/// refused, and the extractors `T`, which were asked about as `C` says. A future that cannot move between threads is
/// refused here.
pub fn answer<'a, C, S, T, P, F>(
    params: P,
    mut request: Request,
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
        Err(response) => return refuse(response),
    };
    Box::pin(async move {
        match T::extract_all(&mut request, state).await {
            Ok(extracted) => respond(handler.call(params, extracted).await),
            Err(response) => response,
        }
    })
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
