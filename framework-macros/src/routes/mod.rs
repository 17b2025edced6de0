//! `routes!`.

use proc_macro2::TokenStream;

pub(crate) fn routes(item: TokenStream) -> TokenStream {
    item
}
