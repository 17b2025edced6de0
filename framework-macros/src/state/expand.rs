//! `Provides<T>` for the struct itself and for each field.

use proc_macro2::TokenStream;
use quote::quote;

use super::check::State;

pub(super) fn state(state: &State<'_>) -> TokenStream {
    let State { name, generics, provided } = state;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let fields = provided.iter().map(|(member, ty)| {
        quote! {
            #[automatically_derived]
            impl #impl_generics ::server::Provides<#ty> for #name #ty_generics #where_clause {
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
