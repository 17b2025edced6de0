//! What stands in for a route that has a mistake: a table that names it takes it and routes nothing to it, so that the
//! mistake is told of once.

use proc_macro2::TokenStream;
use quote::quote;

use super::expand::{cfgs, item};
use crate::function::Function;

/// The function, unchanged, and a handler that is in no table and is never called.
pub(super) fn inert(function: &Function) -> TokenStream {
    if function.sig.receiver().is_some() {
        // An `impl` block, where it stands, has no room for more items.
        return quote!(#function);
    }
    let (name, item, cfgs) = (&function.sig.ident, item(function), cfgs(function));
    quote! {
        #[allow(dead_code)]
        #function
        #item
        #(#cfgs)*
        const _: () = {
            #[automatically_derived]
            impl ::server::Endpoint for #name {
                const ROUTE: ::server::RouteInfo = ::server::RouteInfo::__new(
                    &[],
                    &[],
                    (::core::stringify!(#name), ::core::file!(), ::core::line!()),
                    "",
                    ::server::__private::Policy::NONE,
                    &[],
                );
            }
            #[automatically_derived]
            impl<__S: 'static> ::server::Handle<__S> for #name {
                const BOUND: ::server::__private::Bound<__S> = ::server::__private::Bound {
                    call: ::server::__private::HandlerFn::new(|_, _| {
                        ::server::__private::reply(::core::future::pending())
                    }),
                    layers: &[],
                };
            }
        };
    }
}
