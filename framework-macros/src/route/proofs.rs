//! What only the compiler can check of a route, as it asks for the traits of a type: each on the argument at fault.
//!
//! See `server::__private::Probe` for how a type that is no extractor is told of once.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::check::Route;
use super::expand::unit_struct;
use super::signature::{Argument, Source};

/// All of them.
pub(super) fn all(route: &Route) -> TokenStream {
    let extractors = extractors(route).map(|(index, argument)| extractor(index, argument, route));
    let one_body = one_body(route);
    quote!(#(#extractors)* #one_body)
}

/// The bounds on a state that the handler can be called with.
pub(super) fn bounds(route: &Route) -> Vec<TokenStream> {
    let arguments = extractors(route).map(|(index, argument)| {
        let (ty, is) = (&argument.ty, is_extractor(index));
        quote!(::server::__private::Argument<{ #is }, #ty>: ::server::__private::Extract<__S, #ty>)
    });
    let layers = route.with.iter().filter_map(unit_struct);
    let layers = layers.map(|path| quote!(#path: ::server::Middleware<__S>));
    arguments.chain(layers).collect()
}

/// The constant that says whether the argument's type is an extractor.
pub(super) fn is_extractor(index: usize) -> Ident {
    format_ident!("__IS_{index}")
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
