//! The plain function around the asynchronous one, which stays as it was written.

use proc_macro2::TokenStream;
use quote::quote;

use super::Entry;
use crate::errors::Errors;
use crate::function::Function;
use crate::signature::allow_asked_for;

pub(super) fn entry(entry: Entry, function: &Function) -> TokenStream {
    let Function { attrs, vis, sig, body, .. } = function;
    let (name, output) = (&sig.ident, &sig.output);
    let (test, run) = match entry {
        Entry::Main => (None, quote!(block_on_main)),
        Entry::Test => (Some(quote!(#[::core::prelude::v1::test])), quote!(block_on_test)),
    };
    let allow = allow_asked_for();
    quote! {
        #test
        #(#attrs)*
        #vis fn #name() #output {
            #allow
            #sig #body

            ::server::__private::#run(#name())
        }
    }
}

/// What stands for an entry point with mistakes: the program has its `main`, so that no second error follows.
pub(super) fn fallback(function: &Function, errors: Errors) -> TokenStream {
    let errors = errors.into_tokens();
    if function.is_method() {
        return quote!(#function #errors);
    }
    let Function { vis, sig, body, .. } = function.mended();
    let name = &sig.ident;
    quote! {
        #[allow(dead_code, reason = "it has mistakes")]
        #vis fn #name() {
            #[allow(dead_code, reason = "it has mistakes")]
            #sig #body
        }

        #errors
    }
}
