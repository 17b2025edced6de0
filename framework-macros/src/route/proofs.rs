//! What only the compiler can check of a route, as it asks for the traits of a type: each on the argument at fault.
//!
//! See `server::__private::Arguments` for how a type that is no extractor is told of once.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Expr;
use syn::ext::IdentExt;

use super::check::Route;
use super::signature::{Argument, Source};
use crate::spans::{call_on, constant};

/// How many extractors `server::__private::Arguments` holds.
const MOST_AT_ONCE: usize = 8;

/// All of them.
pub(super) fn all(route: &Route) -> TokenStream {
    let arguments = arguments(route);
    let middleware = unit_structs(route).map(|(index, path)| middleware(index, path));
    quote!(#arguments #(#middleware)*)
}

/// The bounds on a state that the handler can be called with.
pub(super) fn bounds(route: &Route) -> Vec<TokenStream> {
    let arguments = groups(route).into_iter().enumerate().map(|(index, group)| {
        let (alias, values) = (group_alias(index), tuple(&group));
        quote!(#alias: ::server::__private::ExtractAll<__S, Values = #values>)
    });
    let layers = unit_structs(route).map(|(index, _)| {
        let (is, alias) = (is_middleware(index), alias(index));
        quote!(::server::__private::Around<{ #is }, #alias>: ::server::Middleware<__S>)
    });
    arguments.chain(layers).collect()
}

/// The extractors in the order they run, as many to a group as are made at once.
pub(super) fn groups(route: &Route) -> Vec<Vec<(usize, &Argument)>> {
    let mut all: Vec<_> = extractors(route).collect();
    // Those that take the body run last; the others as they are written.
    all.sort_by_key(|(_, argument)| matches!(argument.source, Source::Extractor { late: true }));
    all.chunks(MOST_AT_ONCE).map(<[_]>::to_vec).collect()
}

/// The alias of the `Arguments` that make a group.
pub(super) fn group_alias(index: usize) -> Ident {
    format_ident!("__Arguments{index}")
}

/// The types of a group.
fn tuple(group: &[(usize, &Argument)]) -> TokenStream {
    let types = group.iter().map(|(_, argument)| &argument.ty);
    quote!((#(#types,)*))
}

/// A layer of the handler: a reference to the value that the attribute names.
pub(super) fn layer(index: usize, layer: &Expr, route: &Route) -> TokenStream {
    let value = match (unit_struct(layer), &route.state) {
        (Some(_), None) => {
            let (is, alias) = (is_middleware(index), alias(index));
            quote!(::server::__private::Around::<{ #is }, #alias>(#alias {}))
        }
        (Some(_), Some(_)) | (None, _) => quote!(#layer),
    };
    let state = route.state.as_ref().map_or_else(|| quote!(__S), |state| quote!(#state));
    call_on(layer, quote!(::server::__private::layer::<#state, _>), constant(layer, value))
}

/// The middleware that are types, and so can be asked what they ask of the state.
fn unit_structs(route: &Route) -> impl Iterator<Item = (usize, &syn::Path)> {
    let any_state = route.state.is_none();
    let layers = route.with.iter().enumerate().filter(move |_| any_state);
    layers.filter_map(|(index, layer)| Some((index, unit_struct(layer)?)))
}

fn is_middleware(index: usize) -> Ident {
    format_ident!("__IS_MIDDLEWARE_{index}")
}

/// The alias of a middleware's type, which its value is made of as well, so that a name that is not known, or is no
/// type's, is told of once.
fn alias(index: usize) -> Ident {
    format_ident!("__Middleware{index}")
}

fn middleware(index: usize, path: &syn::Path) -> TokenStream {
    let (is, alias) = (is_middleware(index), alias(index));
    let assert = call_on(path, quote!(::server::__private::assert_middleware::<#alias>), TokenStream::new());
    quote! {
        type #alias = #path;
        #[allow(unused_imports)]
        use ::server::__private::NoMiddleware as _;
        const #is: bool = ::server::__private::MiddlewareProbe::<#alias>::IS_MIDDLEWARE;
        const _: () = #assert;
    }
}

fn extractors(route: &Route) -> impl Iterator<Item = (usize, &Argument)> {
    let arguments = route.arguments.iter().enumerate();
    arguments.filter(|(_, argument)| matches!(argument.source, Source::Extractor { .. }))
}

/// The groups of extractors, and the proof that each is one, that at most one argument takes the body, and none where
/// no request has one.
fn arguments(route: &Route) -> TokenStream {
    let mut takers: Vec<(TokenStream, &Argument)> = Vec::new();
    let (mut steps, mut cases) = (TokenStream::new(), Vec::new());
    let state = route.state.as_ref().map_or_else(|| quote!(::server::__private::AnyState), |ty| quote!(#ty));
    for (index, second) in route.arguments.iter().enumerate() {
        let takes = match second.source {
            Source::Param { .. } => continue,
            // It takes all there is, and on a GET that is much without the body.
            Source::Request => quote!(true),
            Source::Extractor { .. } => {
                let (takes, ty) = (format_ident!("__takes_{index}"), &second.ty);
                steps.extend(quote!(let #takes = ::server::__private::takes_body::<#state, #ty>();));
                if route.is_bodyless() {
                    cases.push(case(&quote!(#takes), second, &bodyless(route, second)));
                }
                quote!(#takes)
            }
        };
        for (first_takes, first) in &takers {
            cases.push(case(&quote!(#first_takes && #takes), second, &twice(first, second)));
        }
        takers.push((takes, second));
    }
    let panics = (!cases.is_empty()).then(|| quote!(#(#cases)else*));
    let groups = groups(route);
    if groups.is_empty() {
        return panics.map(|panics| quote!(const _: () = { #panics };)).unwrap_or_default();
    }
    let groups = groups.iter().enumerate().map(|(index, group)| {
        let (alias, types) = (group_alias(index), tuple(group));
        let checked = if index == 0 { quote!({ #steps #panics true }) } else { quote!(true) };
        quote!(type #alias = ::server::__private::Arguments<#checked, #types>;)
    });
    quote!(#(#groups)*)
}

fn case(condition: &TokenStream, argument: &Argument, message: &str) -> TokenStream {
    let panic = quote_spanned!(argument.span=> ::core::panic!("{}", #message));
    quote!(if #condition { #panic })
}

fn bodyless(route: &Route, argument: &Argument) -> String {
    let methods = route.methods.join(" or ");
    format!(
        "`{}` takes the request's body, and a {methods} request has none: route another method here, such as POST, or \
         take the values from the path or with `Query<T>`",
        shown(argument)
    )
}

fn twice(first: &Argument, second: &Argument) -> String {
    let (first, second) = (shown(first), shown(second));
    format!(
        "`{first}` and `{second}` both take the request's body, of which there is one: remove one of them, or take \
         `Bytes` and make both from it"
    )
}

/// The argument's type as one would write it.
fn shown(argument: &Argument) -> String {
    let text = argument.ty.to_token_stream().to_string();
    text.replace(" < ", "<").replace(" >", ">").replace(" :: ", "::").replace(" ,", ",").replace("& ", "&")
}

/// A middleware that is a type's name alone, so that what it asks of the state can be written as a bound.
fn unit_struct(layer: &Expr) -> Option<&syn::Path> {
    let Expr::Path(path) = layer else { return None };
    let constant = |ident: &Ident| {
        let text = ident.unraw().to_string();
        text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_lowercase)
    };
    let value = path.path.segments.last().is_some_and(|segment| constant(&segment.ident));
    (path.qself.is_none() && !value).then_some(&path.path)
}
