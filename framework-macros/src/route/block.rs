//! The call of a handler in an `async` block, for what borrows from the request, takes it whole, or blocks.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::check::Route;
use super::expand::{local, output_ends, respond, state};
use super::params::Params;
use super::proofs;
use super::signature::{Argument, Source};
use crate::code::code;
use crate::function::Function;
use crate::spans::at;
use crate::waiting::may_wait;

/// The block, and the reply that is made of it.
pub(super) fn block(route: &Route, function: &Function) -> TokenStream {
    let steps = steps(route, function);
    let name = function.sig.ident.span();
    // A future that cannot move between threads is told of at the function's name.
    let ready = if function.sig.asyncness.is_none() || may_wait(function) { None } else { ready(route) };
    let answer = code("__answer");
    let reply = match ready {
        Some(ready) => quote_spanned!(name=> ::server::__private::reply_at_once(#ready, #answer)),
        None => quote_spanned!(name=> ::server::__private::reply(#answer)),
    };
    quote!(let #answer = async move { #steps }; #reply)
}

/// Whether all extractors are made at once: a constant expression. `None` where to ask would be to have a type that is
/// no extractor told of twice.
fn ready(route: &Route) -> Option<TokenStream> {
    let groups = proofs::groups(route);
    if groups.is_empty() {
        return Some(quote!(true));
    }
    if route.state.is_some() {
        return None;
    }
    let each = groups.iter().map(|group| {
        let types = proofs::tuple(group);
        quote!(<#types as ::server::__private::ExtractAll<__S, _>>::READY)
    });
    Some(quote!(#(#each)&&*))
}

/// What the block does: owned parameters, extractors, then what takes or borrows from the request, then the call.
fn steps(route: &Route, function: &Function) -> TokenStream {
    let blocking = function.sig.asyncness.is_none();
    let params = Params::of(&route.arguments, blocking);
    let mut steps = params.before_extractors();
    for group in &proofs::groups(route) {
        steps.extend(extract(group, route));
    }
    steps.extend(params.behind_extractors());
    let inside = params.on_its_thread();
    for (index, argument) in route.arguments.iter().enumerate() {
        if matches!(argument.source, Source::Request) {
            let arg = local("arg", index);
            let request = quote_spanned!(argument.span.resolved_at(Span::call_site())=> __request);
            steps.extend(quote!(let #arg = #request;));
        }
    }
    let call = call(route, function);
    if !blocking {
        return quote!(#steps #call);
    }
    quote! {
        #steps
        match ::server::__private::run_blocking(move || { #inside #call }).await {
            ::core::result::Result::Ok(__response) | ::core::result::Result::Err(__response) => __response,
        }
    }
}

/// `let (#args,) = match <(A, B) as ExtractAll<…>>::extract_all(…).await { … };`
fn extract(group: &[(usize, &Argument)], route: &Route) -> TokenStream {
    let (state, types, checked) = (state(route), proofs::tuple(group), proofs::checked_in_call(route));
    let args = group.iter().map(|(index, _)| local("arg", *index));
    quote! {
        let (#(#args,)*) = match
            <#types as ::server::__private::ExtractAll<#state, #checked>>::extract_all(&mut __request, __state).await
        {
            ::core::result::Result::Ok(__value) => __value,
            ::core::result::Result::Err(__response) => return __response,
        };
    }
}

/// Calls the function and makes its result a response; a type that is none is told of where it is written.
fn call(route: &Route, function: &Function) -> TokenStream {
    let name = &function.sig.ident;
    let arguments = (0..route.arguments.len()).map(|index| local("arg", index));
    let wait = function.sig.asyncness.map(|_| quote!(.await));
    let respond = respond(function);
    // A value is told of before the function that it is given to.
    let (result, _) = output_ends(function);
    let result = at(result, quote!(__result));
    quote! {
        let #result = #name(#(#arguments),*) #wait;
        #respond(#result)
    }
}
