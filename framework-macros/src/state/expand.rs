//! `Provides<T>` for the struct itself and for each field.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::check::State;
use crate::spans::impl_for;

pub(super) fn state(state: &State<'_>) -> TokenStream {
    let State { name, generics, provided } = state;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let fields = provided.iter().map(|(member, ty)| {
        let word = impl_for(name, ty);
        quote! {
            #[automatically_derived]
            #word #impl_generics ::server::Provides<#ty> for #name #ty_generics #where_clause {
                fn provide(&self) -> &#ty {
                    &self.#member
                }
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics ::server::Provides<Self> for #name #ty_generics #where_clause {
            fn provide(&self) -> &Self {
                self
            }
        }

        #(#fields)*
    }
}

/// What keeps rustc from telling of a field that cannot be shared between threads once more at each place that asks for
/// it. The program has an error and never runs.
pub(super) fn taken_for_shared(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        unsafe impl #impl_generics ::core::marker::Send for #name #ty_generics #where_clause {}
        unsafe impl #impl_generics ::core::marker::Sync for #name #ty_generics #where_clause {}
    }
}
