//! What the macros make of an argument: whether its type is an extractor at all, told once and on the argument.
//!
//! A handler is generic over the state, so that a plain `where Foo: FromRequest<S>` would report a type that is no
//! extractor twice: where the function stands, and again in each `routes!` that names it. So the macros first ask
//! about [`AnyState`], in a constant that becomes part of the bound.
//!
//! `#[route]` makes one constant for all arguments, of [`Checked`], whose failure makes the bound hold. `#[middleware]` and
//! `#[extractor]` ask for each, by [`StateProbe`], and go on with an [`Argument`] that extracts nothing where the answer
//! was no.

use std::marker::PhantomData;

use super::{FromRequest, Provides};
use crate::http::{Request, Response};
use crate::respond::IntoResponse;

/// A state that holds everything: it stands for the application's where a macro checks a function by itself. No value
/// of it exists.
#[derive(Debug)]
pub enum AnyState {}

impl<T> Provides<T> for AnyState {
    fn provide(&self) -> &T {
        match *self {}
    }
}

/// Answers `StateProbe::<S, T>::IS_EXTRACTOR` for any `T`: the inherent constant where `T` is one, the trait's where not.
#[derive(Debug)]
pub struct StateProbe<S, T>(PhantomData<(S, T)>);

impl<S, T: FromRequest<S>> StateProbe<S, T> {
    /// `T` is an extractor for the state `S`.
    pub const IS_EXTRACTOR: bool = true;

    /// See [`FromRequest::TAKES_BODY`].
    pub const TAKES_BODY: bool = T::TAKES_BODY;
}

/// The answer for all other types; macros bring it into scope beside [`StateProbe`].
pub trait NoExtractor {
    /// The type is none.
    const IS_EXTRACTOR: bool = false;

    /// What is no extractor takes nothing.
    const TAKES_BODY: bool = false;
}

impl<S, T> NoExtractor for StateProbe<S, T> {}

/// Whether the argument takes the body; refuses, with the words of [`FromRequest`], a type that is no extractor.
pub const fn takes_body<S, T: FromRequest<S>>() -> bool {
    T::TAKES_BODY
}

/// The same where no request has a body: stops the compiler with `message`, on the line of the caller, at an argument
/// that takes it.
///
/// # Panics
///
/// Where the argument takes the body.
#[track_caller]
pub const fn takes_no_body<S, T: FromRequest<S>>(message: &'static str) {
    refuse_if(T::TAKES_BODY, message);
}

/// Refuses, with the words of [`FromRequest`], a type that is no extractor.
pub const fn assert_extractor_for<S, T: FromRequest<S>>() {}

/// Stops the compiler with `message`, on the line of the caller.
///
/// # Panics
///
/// Where `refused`.
#[track_caller]
pub const fn refuse_if(refused: bool, message: &'static str) {
    assert!(!refused, "{}", message);
}

/// An argument of type `T` of which it is known whether `T` is an extractor.
#[derive(Debug)]
pub struct Argument<const IS_EXTRACTOR: bool, T>(PhantomData<T>);

/// How an [`Argument`] is made from a request of a server with the state `S`.
pub trait Extract<S, T> {
    /// See [`FromRequest::TAKES_BODY`].
    const TAKES_BODY: bool;

    /// See [`FromRequest::READY`].
    const READY: bool;

    /// Makes the value, or the response that refuses the request.
    fn extract(request: &mut Request, state: &S) -> impl Future<Output = Result<T, Response>> + Send;
}

/// Makes an argument from the request; what a macro calls.
pub fn extract<const IS_EXTRACTOR: bool, S, T>(
    request: &mut Request,
    state: &S,
) -> impl Future<Output = Result<T, Response>> + Send
where
    Argument<IS_EXTRACTOR, T>: Extract<S, T>,
{
    Argument::<IS_EXTRACTOR, T>::extract(request, state)
}

impl<S: Sync, T: FromRequest<S>> Extract<S, T> for Argument<true, T> {
    const TAKES_BODY: bool = T::TAKES_BODY;
    const READY: bool = T::READY;

    async fn extract(request: &mut Request, state: &S) -> Result<T, Response> {
        T::from_request(request, state).await.map_err(IntoResponse::into_response)
    }
}

/// Never called: the program that holds one has an error already.
impl<S, T> Extract<S, T> for Argument<false, T> {
    const TAKES_BODY: bool = false;
    const READY: bool = false;

    fn extract(_: &mut Request, _: &S) -> impl Future<Output = Result<T, Response>> + Send {
        std::future::pending()
    }
}

/// That the extractors among a handler's arguments were asked about.
///
/// The constant is `true`, or an error that has been told. rustc takes such an error for either value; so where a type is
/// no extractor, the bound holds by what is implemented for `false`, and a table that names the handler has no error of
/// its own.
#[derive(Debug)]
pub enum Checked<const CHECKED: bool> {}

/// A tuple of extractors, made from a request of a server with the state `S`; `C` is its [`Checked`].
pub trait ExtractAll<S, C>: Sized {
    /// [`FromRequest::READY`] of all of them.
    const READY: bool = false;

    /// Makes the values in order, or the response of the first that refuses the request.
    fn extract_all(request: &mut Request, state: &S) -> impl Future<Output = Result<Self, Response>> + Send;
}

/// No extractors: there is nothing to ask of the state.
impl<S: Sync> ExtractAll<S, Checked<true>> for () {
    const READY: bool = true;

    async fn extract_all(_: &mut Request, _: &S) -> Result<Self, Response> {
        Ok(())
    }
}

macro_rules! tuples {
    ($($($ty:ident)+;)+) => {$(
        impl<S: Sync, $($ty: FromRequest<S>),+> ExtractAll<S, Checked<true>> for ($($ty,)+) {
            const READY: bool = $($ty::READY)&&+;

            async fn extract_all(request: &mut Request, state: &S) -> Result<Self, Response> {
                Ok(($($ty::from_request(request, state).await.map_err(IntoResponse::into_response)?,)+))
            }
        }

        // Never called: the program that comes to it has an error already.
        impl<S, $($ty),+> ExtractAll<S, Checked<false>> for ($($ty,)+) {
            fn extract_all(_: &mut Request, _: &S) -> impl Future<Output = Result<Self, Response>> + Send {
                std::future::pending()
            }
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}
