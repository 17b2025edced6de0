//! `#[extractor]`: the type that a function returns becomes an extractor made of the function's arguments.

mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::function::Function;
use crate::options::Options;

pub(crate) fn extractor(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(args, "extractor", &["cached", "takes_body"], &mut errors);
    let function = match Function::parse_annotated(item.clone(), "extractor") {
        Ok(function) => function,
        Err(error) => {
            errors.push(error);
            let errors = errors.into_tokens();
            return quote!(#item #errors);
        }
    };
    let extractor = check::extractor(&function, &options, &mut errors);
    match extractor {
        Some(extractor) if errors.is_empty() => expand::extractor(&extractor),
        made => expand::fallback(&function, made.as_ref(), errors),
    }
}
