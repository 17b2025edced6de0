//! The constants that `routes!` becomes.
//!
//! They stand in a block, each for one step, so that `cargo check` evaluates them; the last, which needs the state's
//! type, is an inline constant, whose type is inferred from where the table is used.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::check::{FlatItem, FlatScope, FlatTable, Kind};
use crate::errors::Errors;
use crate::route::Segment;
use crate::spans::{call_on, ends};
use crate::written::on_one_line;

pub(crate) fn expand(table: &FlatTable, errors: Errors) -> TokenStream {
    let errors = errors.into_tokens();
    let scopes = table.scopes.iter().map(scope);
    let sources = table.items.iter().map(source);
    let item_count = table.items.len();
    let checks = table.items.iter().enumerate().map(|(index, item)| check(index, item));
    let layers = table.scopes.iter().map(layers);
    let bindings = table.items.iter().map(binding);
    quote! {{
        #errors
        #[allow(unused_imports)]
        use ::server::__private::NoRoute as _;
        #[allow(long_running_const_eval)]
        const __SOURCES: ::server::__private::Sources = ::server::__private::Sources {
            scopes: &[#(#scopes),*],
            items: &[#(#sources),*],
        };
        #[allow(long_running_const_eval)]
        const __SIZES: ::server::__private::Sizes = ::server::__private::Sizes::of(&__SOURCES);
        #[allow(long_running_const_eval)]
        const __TEXT: &[u8] = &::server::__private::join_texts::<{ __SIZES.text }>(&__SOURCES);
        #[allow(long_running_const_eval)]
        const __ROWS: &::server::__private::Rows<
            { __SIZES.routes },
            { __SIZES.rows },
            { __SIZES.segments },
            { __SIZES.layers },
        > = &::server::__private::Rows::gather(&__SOURCES, __TEXT);
        #[allow(long_running_const_eval)]
        const __NODES: usize = __ROWS.gathered().count_nodes();
        #[allow(long_running_const_eval)]
        const __TRIE: &::server::__private::Trie<__NODES, { __SIZES.leaves }> =
            &::server::__private::Trie::build(&__ROWS.gathered());
        const __TABLE: &::server::__private::Table =
            &::server::__private::Table::new(__ROWS.gathered(), __TRIE);
        #[allow(long_running_const_eval)]
        const __CONFLICTS: &::server::__private::Conflicts<#item_count> =
            &::server::__private::Conflicts::find(&__SOURCES, __TABLE);
        #(#checks)*
        ::server::Routes::__new(__TABLE, const {
            &::server::__private::Bindings::<_, { __SIZES.routes }, { __SIZES.layers }>::new(
                &[#(#layers),*],
                &[#(#bindings),*],
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
    let layers = scope.layers.iter().map(on_one_line);
    quote! {
        ::server::__private::Scope { prefix: #prefix, segments: &[#(#segments),*], layers: &[#(#layers),*] }
    }
}

fn source(item: &FlatItem) -> TokenStream {
    let (scope, path) = (item.scope, &item.path);
    let source = match item.kind {
        // In parentheses, so that a function without `#[route]` is not taken for a constant argument too.
        Kind::Handler => quote!(Route(&::server::__private::RouteProbe::<(#path)>::ROUTE)),
        Kind::Table => quote!(Table(#path.__table())),
    };
    quote! {
        ::server::__private::Item { scope: #scope, source: ::server::__private::Source::#source }
    }
}

fn layers(scope: &FlatScope) -> TokenStream {
    let layers = scope.layers.iter().map(|layer| {
        let (first, last) = ends(layer);
        // What is no middleware is told of on this very argument.
        let constant = quote_spanned!(first=> const);
        let value = quote_spanned!(last=> { &#layer });
        quote!(::server::__private::layer(#constant #value))
    });
    quote!(&[#(#layers),*])
}

fn binding(item: &FlatItem) -> TokenStream {
    let (scope, path) = (item.scope, &item.path);
    match item.kind {
        Kind::Handler => quote! {
            (#scope, ::server::__private::Binding::Route(<#path as ::server::Handle<_>>::BOUND))
        },
        Kind::Table => quote!((#scope, ::server::__private::Binding::Table(#path))),
    }
}

/// The conflict of an item stands on its path.
fn check(index: usize, item: &FlatItem) -> TokenStream {
    let function = quote!(::server::__private::Conflicts::check);
    let call = call_on(&item.path, function, quote!(__CONFLICTS, __TABLE, #index));
    quote!(const _: () = #call;)
}
