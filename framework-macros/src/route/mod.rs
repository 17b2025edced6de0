//! `#[route]` and its shorthands: parse, check, expand.

mod attributes;
mod block;
mod check;
mod expand;
mod fallback;
pub(crate) mod keys;
mod params;
mod parse;
mod pattern;
mod proofs;
mod refusals;
mod signature;
#[cfg(test)]
mod tests;
mod types;
mod units;
mod untaken;
mod url;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::Attribute;

use crate::errors::Errors;
use crate::function::Function;
use crate::refused;
use crate::signature::typed_arguments;
use crate::surroundings::is_second;

pub(crate) use attributes::{arguments_of, route_attribute};
pub(crate) use check::in_quotes;
pub(crate) use pattern::{Pattern, Segment};
pub(crate) use types::{is_needed, is_one_of, is_plain};

/// `#[route(GET, "/")]`.
pub(crate) fn route(args: TokenStream, item: TokenStream) -> TokenStream {
    handler(None, args, item)
}

/// `#[get("/")]` and the others that are named after their method.
pub(crate) fn shorthand(method: &str, args: TokenStream, item: TokenStream) -> TokenStream {
    handler(Some(method), args, item)
}

/// Whether an argument is of a type that an `#[extractor]` was refused for.
fn asks_for_what_was_refused(function: &Function) -> bool {
    typed_arguments(&function.sig).any(|(_, ty)| refused::is_noted(ty))
}

/// What is said of an item that was not read as a function, because of `error`.
fn unread(method: Option<&str>, args: TokenStream, item: TokenStream, error: syn::Error) -> TokenStream {
    if let Some((whole, error)) = Function::without_body(&item) {
        let error = Function::lacks_its_body(&whole, &error);
        let handler = handler(method, args, whole);
        return quote!(#handler #error);
    }
    let mut errors = Errors::default();
    let is_function =
        item.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "fn"));
    if is_function {
        errors.push(error);
    } else {
        let name = method.map_or_else(|| "route".to_owned(), str::to_lowercase);
        errors.at_span(
            error.span(),
            format!("`#[{name}]` stands over a function: write `async fn ...` below it"),
        );
    }
    let errors = errors.into_tokens();
    quote!(#item #errors)
}

fn handler(method: Option<&str>, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut function = match Function::read(item.clone()) {
        Ok(function) => function,
        Err(error) => return unread(method, args, item, error),
    };
    let mut errors = Errors::default();
    if is_second(&function.sig.ident) {
        return quote!(#function);
    }
    let arguments = parse::arguments(args, method, &mut errors);
    let silent =
        arguments.options.silent || asks_for_what_was_refused(&function) || function.leaves_a_type_out();
    let route = check::route(arguments, &function, &mut errors);
    // A second one has been told of; left in place it would expand to a second struct.
    let others: Vec<Attribute> =
        function.attrs.extract_if(.., |attribute| route_attribute(attribute).is_some()).collect();
    match route.filter(|_| errors.is_empty() && !silent) {
        Some(route) => expand::route(&route, &function),
        None => {
            let errors = if silent { TokenStream::new() } else { errors.into_tokens() };
            let inert = fallback::inert(&function, &others);
            quote!(#inert #errors)
        }
    }
}
