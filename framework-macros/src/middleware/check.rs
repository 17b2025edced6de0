//! What a middleware's signature must have: one request, what comes next, and extractors.

use quote::{ToTokens, format_ident};
use syn::{PathArguments, ReturnType, Type, parse_quote};

use crate::errors::Errors;
use crate::extracted::{Extracted, StateType, borrowed_lifetime};
use crate::function::Function;
use crate::options::Options;
use crate::signature::{check_plain_async, is_named, typed_arguments};

/// A middleware without a mistake that the macro can see.
pub(super) struct Middleware<'a> {
    pub(super) function: &'a Function,
    pub(super) state: StateType<'a>,
    /// The arguments' values in generated code, in the order of the signature.
    pub(super) values: Vec<proc_macro2::Ident>,
    pub(super) extracted: Vec<Extracted>,
    pub(super) output: &'a Type,
}

pub(super) fn middleware<'a>(
    function: &'a Function,
    options: &'a Options,
    errors: &mut Errors,
) -> Option<Middleware<'a>> {
    let sig = &function.sig;
    check_plain_async(sig, "a middleware", errors);
    let is_generic = !sig.generics.params.is_empty();
    let (mut request, mut next) = (None, None);
    let (mut values, mut extracted) = (Vec::new(), Vec::new());
    for (index, ty) in typed_arguments(sig) {
        if is_named(ty, "Request") {
            let advice = "a middleware has one request: remove this argument";
            take_once(&mut request, ty, advice, errors);
            if !is_generic && as_taken(ty).is_some() {
                errors.at(ty, "a request is of one type, whatever its body: write `request: Request`");
            }
            values.push(format_ident!("__request"));
        } else if is_named(ty, "Next") {
            take_once(&mut next, ty, "a middleware has one `Next`: remove this argument", errors);
            if !is_generic && as_taken(ty).is_some() {
                errors.at(ty, "what comes next is borrowed from the server: write `next: Next<'_>`");
            }
            values.push(format_ident!("__next"));
        } else if let Some(argument) = check_extracted(index, ty, errors) {
            values.push(argument.value.clone());
            extracted.push(argument);
        }
    }
    check_complete(function, request.is_some(), next.is_some(), errors);
    let output = check_output(function, errors)?;
    Some(Middleware { function, state: StateType::new(options.state.as_ref()), values, extracted, output })
}

fn take_once<'a>(seen: &mut Option<&'a Type>, ty: &'a Type, advice: &str, errors: &mut Errors) {
    if seen.replace(ty).is_some() {
        errors.at(ty, advice);
    }
}

/// `Request` and `Next<'_>` for one of the two that was written otherwise.
pub(super) fn as_taken(ty: &Type) -> Option<Type> {
    let mut taken = ty.clone();
    let Type::Path(path) = &mut taken else { return None };
    let last = path.path.segments.last_mut()?;
    if last.ident == "Request" && !last.arguments.is_none() {
        last.arguments = PathArguments::None;
    } else if last.ident == "Next" && borrowed_lifetime(last.arguments.to_token_stream()).is_none() {
        last.arguments = PathArguments::AngleBracketed(parse_quote!(<'_>));
    } else {
        return None;
    }
    Some(taken)
}

/// A reference to the request is a mistake of its own; all else is an extractor's.
fn check_extracted(index: usize, ty: &Type, errors: &mut Errors) -> Option<Extracted> {
    match ty {
        Type::Reference(reference) if is_named(&reference.elem, "Request") => {
            errors.at(ty, "a middleware owns its request, to pass it on: write `request: Request`");
            None
        }
        Type::Reference(reference) if is_named(&reference.elem, "Next") => {
            errors.at(ty, "a middleware owns its `Next`, to run it once: write `next: Next<'_>`");
            None
        }
        _ => Extracted::check(index, ty, errors),
    }
}

/// Says what is missing, at the parenthesis before which it belongs.
fn check_complete(function: &Function, has_request: bool, has_next: bool, errors: &mut Errors) {
    let sig = &function.sig;
    let mentioned = |name| typed_arguments(sig).any(|(_, ty)| mentions(ty, name));
    let end = sig.paren_token.span.close();
    match (has_request || mentioned("Request"), has_next || mentioned("Next")) {
        (true, true) => {}
        (false, true) => {
            errors.at_span(end, "a middleware takes `request: Request`: add it to the arguments");
        }
        (true, false) => {
            errors.at_span(end, "a middleware takes `next: Next<'_>`: add it as the last argument");
        }
        (false, false) => errors.at_span(
            end,
            "a middleware takes the request and what comes next: add `request: Request, next: Next<'_>`",
        ),
    }
}

/// Whether `ty` is a reference to `name`, which is told already.
fn mentions(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Reference(reference) if is_named(&reference.elem, name))
}

fn check_output<'a>(function: &'a Function, errors: &mut Errors) -> Option<&'a Type> {
    match &function.sig.output {
        ReturnType::Type(_, ty) => Some(ty),
        ReturnType::Default => {
            let end = function.sig.paren_token.span.close();
            errors.at_span(end, "a middleware answers the request: write `-> Response` here");
            None
        }
    }
}
