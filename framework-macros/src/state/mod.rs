//! `#[derive(State)]`: each field's type becomes one that `State<T>` can be asked for.

mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::errors::Errors;

pub(crate) fn state(item: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let state = check::state(&input, &mut errors);
    // What was well said is provided even beside mistakes, so that no handler reports it missing.
    let provided = state.map(|state| expand::state(&state));
    let errors = errors.into_tokens();
    quote!(#provided #errors)
}
