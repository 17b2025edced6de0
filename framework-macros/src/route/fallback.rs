//! What stands in for a route that has a mistake: a table that names it takes it and routes nothing to it, so that the
//! mistake is told of once.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

use super::expand::{cfgs, item};
use super::types::is_needed;
use crate::function::Function;
use crate::surroundings::{Place, place_of};

/// The function, with arguments that rustc takes, and a handler that is in no table and is never called.
///
/// `others` are route attributes that were taken off it; their imports are used none the less.
pub(super) fn inert(function: &Function, others: &[Attribute]) -> TokenStream {
    let function = &function.with_arguments_mended();
    let name = &function.sig.ident;
    // An `impl` block has no room for more items, and a struct that hides what others need would break the whole module.
    if function.sig.receiver().is_some()
        || is_needed(name)
        || matches!(place_of(name), Place::Associated | Place::BesideModule)
    {
        return quote!(#[allow(dead_code)] #function);
    }
    let others = others.iter().map(Attribute::path);
    let (item, cfgs) = (item(function), cfgs(function));
    quote! {
        #[allow(dead_code)]
        #function
        #item
        #(#cfgs)*
        const _: () = {
            #(
                #[allow(unused_imports)]
                use #others as _;
            )*
            #[automatically_derived]
            impl ::server::Endpoint for #name {
                const ROUTE: &'static ::server::RouteInfo = &::server::RouteInfo {
                    methods: &[],
                    patterns: &[],
                    name: ::core::stringify!(#name),
                    module: "",
                    file: "",
                    line: 0,
                    summary: "",
                    policy: ::server::__private::Policy::NONE,
                    middleware: &[],
                    __keys: &[],
                };
            }
            #[automatically_derived]
            impl<__S: 'static> ::server::Handle<__S> for #name {
                fn __call(_: ::server::Request, _: &__S) -> ::server::__private::Reply<'_> {
                    ::server::__private::reply(::core::future::pending())
                }
            }
        };
    }
}
