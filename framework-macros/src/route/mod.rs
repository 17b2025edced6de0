//! `#[route]` and its shorthands.

use proc_macro2::TokenStream;

pub(crate) fn route(_args: TokenStream, item: TokenStream) -> TokenStream {
    item
}

pub(crate) fn shorthand(_method: &str, _args: TokenStream, item: TokenStream) -> TokenStream {
    item
}
