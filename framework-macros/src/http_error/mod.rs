//! `#[derive(HttpError)]`: an enum of an API's errors, each variant with its status.

mod check;
mod detail;
mod expand;
mod parse;
mod status;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::errors::Errors;

pub(crate) fn http_error(item: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let checked = check::http_error(&input, &mut errors);
    match checked {
        Some(checked) if errors.is_empty() => expand::http_error(&checked),
        _ => {
            let fallback = expand::fallback(&input);
            let errors = errors.into_tokens();
            quote!(#fallback #errors)
        }
    }
}
