//! `#[scope]` on a module.

use proc_macro2::TokenStream;

pub(crate) fn scope(_args: TokenStream, item: TokenStream) -> TokenStream {
    item
}
