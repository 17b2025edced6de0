//! `#[middleware]`.

use proc_macro2::TokenStream;

pub(crate) fn middleware(_args: TokenStream, item: TokenStream) -> TokenStream {
    item
}
