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

/// A function for each number of parameters and of extractors, so that rustc infers all types from the handler: told
/// them in the call, or asked for a trait over tuples of them, it takes longer for each handler.
macro_rules! answer {
    ($name:ident: [$($param:ident)*] [$($extractor:ident)*]) => {
        /// Answers with what an `async` function returns, made a response by `respond`: from its parameters, each
        /// parsed or refused, and its extractors, which were asked about as `C` says. A future that cannot move
        /// between threads is refused here.
        #[allow(non_snake_case, clippy::too_many_arguments, reason = "a value for each type, named as it is")]
        pub fn $name<'a, S, C, $($param,)* $($extractor,)* F, A>(
            $($param: Result<$param, Box<Response>>,)*
            mut request: Request,
            state: &'a S,
            handler: F,
            respond: fn(A::Output) -> Response,
        ) -> Reply<'a>
        where
            S: Sync,
            ($($extractor,)*): ExtractAll<S, C>,
            $($param: Send + 'a,)*
            $($extractor: Send + 'a,)*
            F: FnOnce($($param,)* $($extractor),*) -> A + Send + 'a,
            A: Future<Output: Sized> + Send + 'a,
        {
            $(let $param = match $param {
                Ok(value) => value,
                Err(response) => return refuse(response),
            };)*
            Box::pin(async move {
                match <($($extractor,)*) as ExtractAll<S, C>>::extract_all(&mut request, state).await {
                    Ok(($($extractor,)*)) => respond(handler($($param,)* $($extractor),*).await),
                    Err(response) => response,
                }
            })
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
