//! `#[middleware]`: a function becomes a unit struct of its name that implements `Middleware`.

mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::function::Function;
use crate::options::Options;

pub(crate) fn middleware(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(args, "middleware", &[], &mut errors);
    let function = match Function::parse_annotated(item.clone(), "middleware") {
        Ok(function) => function,
        Err(error) => {
            errors.push(error);
            let errors = errors.into_tokens();
            return quote!(#item #errors);
        }
    };
    let middleware = check::middleware(&function, &options, &mut errors);
    match middleware {
        Some(middleware) if errors.is_empty() => expand::middleware(&middleware),
        _ => expand::fallback(&function, errors),
    }
}
