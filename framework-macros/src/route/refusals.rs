//! Types that no argument and no response of a handler can have, as far as they show it where they are written.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeSlice};

use super::signature::{Argument, Source};
use super::types::{
    borrows, find_lifetime, find_reference, find_word, is_named, is_primitive, last_segment, unwrapped,
};
use crate::errors::Errors;
use crate::extracted::tokens_text;
use crate::header::{FnArg, Signature};
use crate::unshared;

/// Refuses types that can be no argument, whatever they are made from.
pub(super) fn argument_type(argument: &Argument, errors: &mut Errors) {
    let ty = &argument.ty;
    if let Some(token) = find_word(ty.to_token_stream(), "impl") {
        errors.at(token, "an argument's type is named: write it in place of `impl ...`");
        return;
    }
    match &argument.source {
        Source::Param { name, .. } => param_type(ty, name, errors),
        Source::Extractor { .. } | Source::Request => extractor_type(ty, errors),
    }
}

/// What a request has itself.
const OF_THE_REQUEST: &[&str] = &[
    "Body",
    "Bytes",
    "Cookies",
    "HeaderMap",
    "Method",
    "Multipart",
    "Request",
    "RequestId",
    "Session",
    "str",
    "Uri",
];

fn extractor_type(ty: &Type, errors: &mut Errors) {
    if let Some(owned) = owned_form(ty) {
        let message = format!("a value of no fixed size can be no argument: write {owned}");
        errors.at(ty, message);
    } else if let Type::Reference(reference) = ty {
        let inner =
            owned_form(&reference.elem).unwrap_or_else(|| format!("`{}`", tokens_text(&reference.elem)));
        // A name alone is often that of the state, or of what it holds.
        let is_name = match &*reference.elem {
            Type::Path(path) => {
                path.path.get_ident().is_some_and(|name| !OF_THE_REQUEST.iter().any(|known| name == known))
            }
            _ => false,
        };
        let state = if is_name {
            format!(", or `State<{}>` of what the state holds", tokens_text(&reference.elem))
        } else {
            String::new()
        };
        errors.at(
            ty,
            format!(
                "an extractor gives a value, not a reference: write {inner}{state}; or name the argument like a `:param` \
                 of the pattern"
            ),
        );
    } else if let Some(lifetime) = find_lifetime(ty.to_token_stream()) {
        errors.at(lifetime, "an extractor's value borrows nothing: take a type without a lifetime");
    } else if let Some(reference) = find_reference(ty.to_token_stream()) {
        errors.at(reference, "an extractor's value borrows nothing: write `String` for `&str`, say");
    } else if let Some(message) = unshared::in_argument(ty) {
        errors.told_elsewhere(ty, message);
    }
}

/// Refuses a `Path` that is surely made of another count of values than the patterns have `params`.
pub(super) fn path_type(argument: &Argument, params: usize, errors: &mut Errors) {
    let ty = unwrapped(&argument.ty);
    if !is_named(ty, "Path") {
        return;
    }
    let taken = match last_segment(ty).map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(list)) => match list.args.first() {
            Some(GenericArgument::Type(Type::Tuple(tuple))) => tuple.elems.len(),
            Some(GenericArgument::Type(single))
                if last_segment(single).is_some_and(|segment| is_primitive(&segment.ident)) =>
            {
                1
            }
            _ => params,
        },
        _ => params,
    };
    if params == 0 {
        errors.at(ty, "the pattern has no parameter to take: add `:id` to it, or leave this argument out");
    } else if taken != params {
        let message =
            format!("the pattern has {params}, and this takes {taken}: write a type for each `:param`");
        errors.at(ty, message);
    }
}

/// What to write for a type that has no size of its own; `None` for one that has.
fn owned_form(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(_) if is_named(ty, "str") => Some("`String`".to_owned()),
        Type::Slice(TypeSlice { elem, .. }) if is_named(elem, "u8") => Some("`Bytes`".to_owned()),
        Type::Slice(TypeSlice { elem, .. }) => Some(format!("`Vec<{}>`", tokens_text(elem))),
        Type::TraitObject(_) => Some("the type that you mean".to_owned()),
        _ => None,
    }
}

fn param_type(ty: &Type, name: &str, errors: &mut Errors) {
    if is_named(ty, "Option") {
        let inner = inner_type(ty).unwrap_or_else(|| "u64".to_owned());
        errors.at(
            ty,
            format!(
                "`:{name}` always has a text where the pattern matches: write `{name}: {inner}`, and another function \
                 for the path without it"
            ),
        );
        return;
    }
    if is_named(ty, "PathBuf") {
        let message = format!(
            "a client's path may lead anywhere: serve a folder with `StaticFiles`, or take `{name}: &str` as a text"
        );
        errors.at(ty, message);
        return;
    }
    if owned_form(ty).is_some() {
        let message =
            format!("a value of no fixed size can be no argument: write `{name}: &str`, or `{name}: String`");
        errors.at(ty, message);
        return;
    }
    let Type::Reference(reference) = ty else { return };
    if let Some(token) = &reference.mutability {
        errors.at(
            token,
            format!("the request's text cannot be changed: write `{name}: &str`, or `{name}: String`"),
        );
    } else if !is_named(&reference.elem, "str") {
        let inner = tokens_text(&reference.elem);
        errors.at(ty, format!("of references only `&str` can be a parameter: write `{name}: {inner}`"));
    } else if let Some(lifetime) = reference.lifetime.as_ref().filter(|lifetime| lifetime.ident == "static") {
        errors.at(
            lifetime,
            format!("the text is gone with its request: write `{name}: &str`, or `{name}: String`"),
        );
    }
}

/// The first type argument of `ty`, as it is written.
fn inner_type(ty: &Type) -> Option<String> {
    match &last_segment(ty)?.arguments {
        PathArguments::AngleBracketed(list) => match list.args.first() {
            Some(GenericArgument::Type(ty)) => Some(tokens_text(ty)),
            _ => None,
        },
        PathArguments::None | PathArguments::Parenthesized(_) => None,
    }
}

/// Refuses a response that borrows from an argument, and a future in place of one.
pub(super) fn return_type(sig: &Signature, errors: &mut Errors) {
    let ReturnType::Type(_, ty) = &sig.output else { return };
    let is_of_a_trait = ["impl", "dyn"].iter().any(|word| find_word(ty.to_token_stream(), word).is_some());
    if sig.asyncness.is_none() && is_of_a_trait && find_word(ty.to_token_stream(), "Future").is_some() {
        let name = &sig.ident;
        errors.at(
            ty,
            format!("a handler that waits is an `async fn`: write `async fn {name}`, and what the future gives here"),
        );
        return;
    }
    body_before_parts(ty, errors);
    let Type::Reference(reference) = &**ty else { return };
    let elided = reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident == "_");
    // Without an argument to borrow from, rustc refuses the function itself.
    let borrowing = sig.inputs.iter().filter(|input| match input {
        FnArg::Typed(typed) => borrows(&typed.ty),
        FnArg::Receiver(_) | FnArg::Variadic(_) => false,
    });
    if elided && borrowing.count() == 1 {
        errors
            .at(ty, "the response outlives the request it was made for: return `String`, or `&'static str`");
    }
}

/// Refuses a tuple that has the body first and something else of the answer last, which rustc tells of for both.
fn body_before_parts(ty: &Type, errors: &mut Errors) {
    const BODIES: &[&str] = &["Bytes", "Html", "Json", "String", "str"];
    const PARTS: &[&str] = &[
        "Attachment",
        "Cache",
        "Cookies",
        "ETag",
        "LastModified",
        "PrivateCookies",
        "SavedSession",
        "SignedCookies",
    ];
    let Type::Tuple(tuple) = ty else { return };
    let (Some(first), Some(last)) = (tuple.elems.first(), tuple.elems.last()) else { return };
    let is_one_of = |ty: &Type, names: &[&str]| {
        let ty = if let Type::Reference(reference) = ty { &*reference.elem } else { ty };
        last_segment(ty).is_some_and(|last| names.iter().any(|name| last.ident == name))
    };
    if is_one_of(first, BODIES) && is_one_of(last, PARTS) {
        let ordered: Vec<String> = tuple.elems.iter().skip(1).chain([first]).map(tokens_text).collect();
        let (part, ordered) = (tokens_text(last), ordered.join(", "));
        errors.at(last, format!("the body stands last, and `{part}` before it: write `({ordered})`"));
    }
}
