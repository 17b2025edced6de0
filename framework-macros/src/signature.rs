//! What all attributes on functions ask of a signature.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Type;

use crate::errors::Errors;
use crate::header::{FnArg, Signature};
use crate::surroundings::{Place, place_below};

/// Refuses what no annotated function may be, each at its own token; `noun` is what it is called then.
pub(crate) fn check_plain_async(sig: &Signature, noun: &str, errors: &mut Errors) {
    if sig.asyncness.is_none() {
        let name = &sig.ident;
        errors.at(sig.fn_token, format_args!("{noun} is asynchronous: write `async fn {name}`"));
    }
    check_plain(sig, noun, errors);
}

/// Refuses what would keep generated code from calling the function.
pub(crate) fn check_plain(sig: &Signature, noun: &str, errors: &mut Errors) {
    if let Some(token) = &sig.constness {
        errors.at(token, format_args!("{noun} is run, not evaluated by the compiler: remove `const`"));
    }
    if let Some(token) = &sig.unsafety {
        errors.at(token, format_args!("{noun} is called by safe code: remove this word"));
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, format_args!("{noun} is called from Rust: remove the ABI"));
    }
    if !sig.generics.params.is_empty() {
        let message =
            format!("{noun} is not generic: remove this and write out the types; a lifetime is `'_`");
        errors.at(&sig.generics, message);
    }
    if let Some(receiver) = sig.receiver() {
        let message = format!("{noun} is a function of its own: move it out of the `impl` and remove `self`");
        errors.at(receiver, message);
    } else if place_below(&sig.ident) == Place::Associated {
        let name = &sig.ident;
        let message =
            format!("{noun} is a function of its own, found `{name}` in an `impl` or a `trait`: move it out");
        errors.at(name, message);
    }
}

/// What stands over an emitted function: it is `async`, and borrows the request as it does, because the attribute asks
/// for it.
pub(crate) fn allow_asked_for() -> TokenStream {
    quote! {
        #[allow(clippy::unused_async, clippy::needless_pass_by_ref_mut, reason = "the attribute asks for it")]
    }
}

/// The expression that makes a response of `value`, which has the type `output`; the one error, on `output`, where that
/// is no response.
pub(crate) fn respond(output: &Type, value: &TokenStream) -> TokenStream {
    if has_impl(output) {
        quote!(::server::IntoResponse::into_response(#value))
    } else {
        quote!(<#output as ::server::IntoResponse>::into_response(#value))
    }
}

/// The arguments but for `self`.
pub(crate) fn typed_arguments(sig: &Signature) -> impl Iterator<Item = (usize, &Type)> {
    sig.inputs.iter().enumerate().filter_map(|(index, argument)| match argument {
        FnArg::Typed(argument) => Some((index, &argument.ty)),
        FnArg::Receiver(_) | FnArg::Variadic(_) => None,
    })
}

/// Whether the last segment of `ty`'s path is `name`.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == name),
        Type::Group(group) => is_named(&group.elem, name),
        Type::Paren(paren) => is_named(&paren.elem, name),
        _ => false,
    }
}

/// Whether `impl` stands anywhere in `ty`, so that it cannot be named outside of the signature.
pub(crate) fn has_impl(ty: &Type) -> bool {
    fn search(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|tree| match tree {
            TokenTree::Ident(ident) => ident == "impl",
            TokenTree::Group(group) => search(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        })
    }
    search(ty.to_token_stream())
}
