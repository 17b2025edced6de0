//! What `#[route]` makes of `with = [name]`: whether the type is a middleware at all, told once and on the name.
//!
//! A handler is generic over the state, and so is the middleware around it; see
//! [`argument`](crate::extract::argument), which solves the same for arguments.

use std::marker::PhantomData;

use super::{Kind, Middleware, Next};
use crate::extract::argument::AnyState;
use crate::http::{Request, Response};

/// Answers `MiddlewareProbe::<T>::IS_MIDDLEWARE` for any `T`.
#[derive(Debug)]
pub struct MiddlewareProbe<T>(PhantomData<T>);

impl<T: Middleware<AnyState>> MiddlewareProbe<T> {
    /// `T` is a middleware.
    pub const IS_MIDDLEWARE: bool = true;
}

/// The answer for all other types; macros bring it into scope beside [`MiddlewareProbe`].
pub trait NoMiddleware {
    /// The type is none.
    const IS_MIDDLEWARE: bool = false;
}

impl<T> NoMiddleware for MiddlewareProbe<T> {}

/// Refuses, with the words of [`Middleware`], a type that is none.
pub const fn assert_middleware<T: Middleware<AnyState>>() {}

/// A value of type `T` of which it is known whether `T` is a middleware.
#[derive(Debug)]
pub struct Around<const IS_MIDDLEWARE: bool, T>(pub T);

impl<S: Sync, T: Middleware<S>> Middleware<S> for Around<true, T> {
    const KIND: Kind = T::KIND;

    fn call(&self, request: Request, state: &S, next: Next<'_>) -> impl Future<Output = Response> + Send {
        self.0.call(request, state, next)
    }

    fn answers_preflights(&self) -> bool {
        self.0.answers_preflights()
    }
}

/// Never called: the program that holds one has an error already.
impl<S: Sync, T: Send + Sync + 'static> Middleware<S> for Around<false, T> {
    fn call(&self, _: Request, _: &S, _: Next<'_>) -> impl Future<Output = Response> + Send {
        std::future::pending()
    }
}
