//! The module with its table at the end.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Token, Visibility};

use super::content::{Content, Entry, Kind, conditional_table};
use super::parse::{Module, Options};

pub(crate) fn module(module: &Module, options: &Options, content: &Content) -> TokenStream {
    let Module { attrs, vis, mod_token, ident, .. } = module;
    let tokens = &content.tokens;
    let state = options.state.as_ref().map_or_else(|| quote!(()), |state| quote!(#state));
    let lent = content.lends_state.then(|| quote!(type __State = #state;));
    let always = content.entries.iter().filter(|entry| entry.conditions.is_empty()).map(item);
    let conditional = content.entries.iter().enumerate().filter(|(_, entry)| !entry.conditions.is_empty());
    let tables = conditional.clone().map(|(index, entry)| table_under_condition(index, entry, &state));
    let spliced = conditional.map(|(index, entry)| {
        let table = conditional_table(index, entry.name.span());
        quote!(..#table)
    });
    let mut items = quote!(#(#always,)* #(#spliced,)*);
    if !options.with.is_empty() {
        let with = &options.with;
        items = quote!(with [#(#with),*] => [#items],);
    }
    let table_vis = table_visibility(vis, module.mod_token.span);
    quote! {
        #(#attrs)*
        #vis #mod_token #ident {
            #tokens
            #lent
            #(#tables)*
            /// The routes of this module.
            #table_vis const ROUTES: ::server::Routes<#state> = ::server::routes![#items];
        }
    }
}

fn item(entry: &Entry) -> TokenStream {
    let name = &entry.name;
    match entry.kind {
        Kind::Handler => quote!(#name),
        Kind::Scope => quote!(..#name::ROUTES),
    }
}

/// A table of one entry, or of none where its condition does not hold.
fn table_under_condition(index: usize, entry: &Entry, state: &TokenStream) -> TokenStream {
    let conditions = &entry.conditions;
    let item = item(entry);
    let name = conditional_table(index, entry.name.span());
    quote! {
        #[cfg(all(#(#conditions),*))]
        const #name: ::server::Routes<#state> = ::server::routes![#item];
        #[cfg(not(all(#(#conditions),*)))]
        const #name: ::server::Routes<#state> = ::server::routes![];
    }
}

/// Where the module can be seen, its table can: one step further in, the same place is one step further up.
fn table_visibility(vis: &Visibility, span: Span) -> TokenStream {
    match vis {
        Visibility::Public(_) => quote!(pub),
        Visibility::Inherited => quote_spanned!(span=> pub(super)),
        Visibility::Restricted(restricted) => {
            let path = &restricted.path;
            if path.is_ident("self") {
                quote!(pub(super))
            } else if path.segments.first().is_some_and(|first| first.ident == "super") {
                let deeper: Token![super] = Token![super](span);
                quote!(pub(in #deeper::#path))
            } else {
                quote!(pub(in #path))
            }
        }
    }
}
