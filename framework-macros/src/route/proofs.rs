//! What only the compiler can check of a route, as it asks for the traits of a type: each on the argument at fault.
//!
//! See `server::__private::Probe` for how a type that is no extractor is told of once.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Expr;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::check::Route;
use super::signature::{Argument, Source};

/// All of them.
pub(super) fn all(route: &Route) -> TokenStream {
    let extractors = extractors(route).map(|(index, argument)| extractor(index, argument, route));
    let middleware = unit_structs(route).map(|(index, path)| middleware(index, path));
    let one_body = one_body(route);
    quote!(#(#extractors)* #(#middleware)* #one_body)
}

/// The bounds on a state that the handler can be called with.
pub(super) fn bounds(route: &Route) -> Vec<TokenStream> {
    let arguments = extractors(route).map(|(index, argument)| {
        let (ty, is) = (&argument.ty, is_extractor(index));
        quote!(::server::__private::Argument<{ #is }, #ty>: ::server::__private::Extract<__S, #ty>)
    });
    let layers = unit_structs(route).map(|(index, path)| {
        let is = is_middleware(index);
        quote!(::server::__private::Around<{ #is }, #path>: ::server::Middleware<__S>)
    });
    arguments.chain(layers).collect()
}

/// The constant that says whether the argument's type is an extractor.
pub(super) fn is_extractor(index: usize) -> Ident {
    format_ident!("__IS_{index}")
}

/// A layer of the handler: a reference to the value that the attribute names.
pub(super) fn layer(index: usize, layer: &Expr, route: &Route) -> TokenStream {
    let value = match (unit_struct(layer), &route.state) {
        (Some(path), None) => {
            let is = is_middleware(index);
            quote!(::server::__private::Around::<{ #is }, #path>(#path))
        }
        (Some(_), Some(_)) | (None, _) => quote!(#layer),
    };
    let value = quote_spanned!(layer.span()=> const { &#value });
    let state = route.state.as_ref().map_or_else(|| quote!(__S), |state| quote!(#state));
    quote!(::server::__private::layer::<#state, _>(#value))
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

fn middleware(index: usize, path: &syn::Path) -> TokenStream {
    let is = is_middleware(index);
    quote! {
        const #is: bool = ::server::__private::MiddlewareProbe::<#path>::IS_MIDDLEWARE;
        const _: () = ::server::__private::assert_middleware::<#path>();
    }
}

fn extractors(route: &Route) -> impl Iterator<Item = (usize, &Argument)> {
    let arguments = route.arguments.iter().enumerate();
    arguments.filter(|(_, argument)| matches!(argument.source, Source::Extractor { .. }))
}

fn probe(argument: &Argument, route: &Route) -> TokenStream {
    let ty = &argument.ty;
    match &route.state {
        Some(state) => quote!(::server::__private::StateProbe::<#state, #ty>),
        None => quote!(::server::__private::Probe::<#ty>),
    }
}

fn extractor(index: usize, argument: &Argument, route: &Route) -> TokenStream {
    let (ty, is, probe) = (&argument.ty, is_extractor(index), probe(argument, route));
    let assert = match &route.state {
        Some(state) => quote!(::server::__private::assert_extractor_for::<#state, #ty>()),
        None => quote!(::server::__private::assert_extractor::<#ty>()),
    };
    quote! {
        const #is: bool = #probe::IS_EXTRACTOR;
        const _: () = #assert;
    }
}

/// That at most one argument takes the body, and none where no request has one.
fn one_body(route: &Route) -> TokenStream {
    let takers: Vec<(usize, &Argument)> = route
        .arguments
        .iter()
        .enumerate()
        .filter(|(_, argument)| matches!(argument.source, Source::Extractor { .. } | Source::Request))
        .collect();
    let takes = |argument: &Argument| match argument.source {
        // It takes all there is, and on a GET that is much without the body.
        Source::Request => quote!(true),
        Source::Extractor { .. } | Source::Param { .. } => {
            let probe = probe(argument, route);
            quote!(#probe::TAKES_BODY)
        }
    };
    let mut cases = Vec::new();
    for (position, (_, second)) in takers.iter().enumerate() {
        if route.is_bodyless() && !matches!(second.source, Source::Request) {
            cases.push(case(&takes(second), second, &bodyless(route, second)));
        }
        for (_, first) in takers.iter().take(position) {
            let (a, b) = (takes(first), takes(second));
            cases.push(case(&quote!(#a && #b), second, &twice(first, second)));
        }
    }
    if cases.is_empty() {
        return TokenStream::new();
    }
    quote!(const _: () = { #(#cases)else* };)
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
