//! `#[derive(State)]`.

use proc_macro2::TokenStream;

pub(crate) fn state(item: TokenStream) -> TokenStream {
    item
}
