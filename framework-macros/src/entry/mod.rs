//! `#[main]` and `#[test]`.

use proc_macro2::TokenStream;

pub(crate) fn main(_args: TokenStream, item: TokenStream) -> TokenStream {
    item
}

pub(crate) fn test(_args: TokenStream, item: TokenStream) -> TokenStream {
    item
}
