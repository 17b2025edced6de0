//! Middleware that something holds: a `static` that is made when it is first needed, one that others hold as well.

use std::sync::{Arc, LazyLock};

use super::{Kind, Middleware, Next};
use crate::http::{Request, Response};

/// A middleware whose settings are known when the program runs, at a route: `static LIMIT: LazyLock<RateLimit> = …`.
impl<S: Sync, M: Middleware<S>> Middleware<S> for LazyLock<M> {
    const KIND: Kind = M::KIND;

    fn call(&self, request: Request, state: &S, next: Next<'_>) -> impl Future<Output = Response> + Send {
        M::call(self, request, state, next)
    }

    fn answers_preflights(&self) -> bool {
        M::answers_preflights(self)
    }
}

/// A middleware that the application keeps a hold on, to ask it something.
impl<S: Sync, M: Middleware<S>> Middleware<S> for Arc<M> {
    fn call(&self, request: Request, state: &S, next: Next<'_>) -> impl Future<Output = Response> + Send {
        M::call(self, request, state, next)
    }

    fn answers_preflights(&self) -> bool {
        M::answers_preflights(self)
    }
}

/// A `static` around a whole server: `.with(&LIMIT)`.
impl<S: Sync, M: Middleware<S>> Middleware<S> for &'static M {
    fn call(&self, request: Request, state: &S, next: Next<'_>) -> impl Future<Output = Response> + Send {
        M::call(self, request, state, next)
    }

    fn answers_preflights(&self) -> bool {
        M::answers_preflights(self)
    }
}
