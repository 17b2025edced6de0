//! `#[derive(HttpError)]`.

use proc_macro2::TokenStream;

pub(crate) fn http_error(item: TokenStream) -> TokenStream {
    item
}
