//! What `routes!` becomes: what is listed and what is counted of it, and a type that the table is laid out for.
//!
//! The items stand in a block, each for one step. rustc evaluates the first three whenever it checks the program; the
//! table's layout is made of constants of a generic type, which are evaluated where code is generated. The last, which
//! needs the state's type, is an inline constant, whose type is inferred from where the table is used.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::check::{FlatScope, FlatTable};
use super::items::ItemCode;
use crate::errors::Errors;
use crate::route::Segment;
use crate::route::keys;
use crate::spans::{call_on, constant, ordered};
use crate::written::on_one_line;

pub(crate) fn expand(table: &FlatTable, errors: Errors) -> TokenStream {
    let errors = errors.into_tokens();
    let scopes = table.scopes.iter().map(scope);
    let ItemCode { sources, checks, bindings } = ItemCode::of(&table.items);
    let item_count = table.items.len();
    let layers = table.scopes.iter().map(layers);
    let unroutable = &table.unroutable;
    quote! {{
        #errors
        // Short names, as every route is written out with them.
        #[allow(unused_imports)]
        use ::server::__private::{Binding as __Binding, Item as __Item, NoRoute as _, RouteProbe as __Probe};
        #[allow(unused_imports)]
        use ::server::Handle as __Handle;
        #[allow(long_running_const_eval)]
        static __SOURCES: ::server::__private::Sources = ::server::__private::Sources {
            scopes: &[#(#scopes),*],
            items: &[#(#sources)*],
        };
        #[allow(long_running_const_eval)]
        const __SIZES: ::server::__private::Sizes = ::server::__private::Sizes::of(&__SOURCES);
        #[allow(long_running_const_eval)]
        const __SURVEY: ::server::__private::Survey =
            ::server::__private::Survey::of::<{ __SIZES.most_keys() }>(&__SOURCES);
        struct __Table;
        impl ::server::__private::Listed for __Table {
            const SOURCES: &'static ::server::__private::Sources = &__SOURCES;
        }
        type __Layout = ::server::__private::Layout<
            __Table,
            #item_count,
            { __SIZES.routes },
            { __SIZES.rows },
            { __SIZES.segments },
            { __SIZES.layers },
            { __SIZES.text },
            { __SIZES.leaves },
            { __SIZES.most_nodes() },
        >;
        // Stops at the first conflict, as what comes behind it is often the same mistake again.
        const _: () = if __SURVEY.may_conflict() {
            #[track_caller]
            const fn __check(item: usize) {
                __Layout::check(item);
            }
            #(#checks)*
        };
        // A function of this name has an error of its own; where there is none, it is told of here.
        #(const _: () = { let _ = #unroutable; };)*
        ::server::Routes::__new(&__SOURCES, __Layout::table, const {
            &::server::__private::Bindings::<_, { __SIZES.routes }, { __SIZES.layers }>::new(
                &[#(#layers),*],
                &[#(#bindings)*],
            )
        })
    }}
}

fn scope(scope: &FlatScope) -> TokenStream {
    let prefix = &scope.prefix;
    let segments = scope.segments.iter().filter_map(|segment| match segment {
        Segment::Literal(text) => Some(text),
        Segment::Param(_) | Segment::CatchAll(_) => None,
    });
    let key = keys::of(&scope.segments);
    let layers = scope.layers.iter().map(on_one_line);
    quote! {
        ::server::__private::Scope {
            prefix: #prefix,
            segments: &[#(#segments),*],
            key: #key,
            layers: &[#(#layers),*],
        }
    }
}

fn layers(scope: &FlatScope) -> TokenStream {
    let layers = scope.layers.iter().map(|layer| {
        call_on(layer, quote!(::server::__private::layer), constant(layer, layer.to_token_stream()))
    });
    let layers: Vec<_> = layers.collect();
    if layers.is_empty() {
        return quote!(&[]);
    }
    ordered(&scope.layers, quote!(::server::__private::ordered), &layers, scope.own)
}
