//! `#[extractor]`.

use proc_macro2::TokenStream;

pub(crate) fn extractor(_args: TokenStream, item: TokenStream) -> TokenStream {
    item
}
