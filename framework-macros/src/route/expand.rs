//! From a checked route to code; nothing here can fail.
//!
//! Beside the function stands an empty struct of its name, and in a `const` block of no name what is implemented for
//! it: [`endpoint`], its place in the table; [`handle`], the call; [`super::url`], the URL builder. The checks that only
//! the compiler can make, as they ask for a type's traits, are in [`super::proofs`].

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, ReturnType, Type};

use super::check::{OnDisconnect, Policy, Route};
use super::pattern::{Pattern, Segment};
use super::signature::{Argument, Source, Text};
use super::{proofs, url};
use crate::function::Function;
use crate::written::on_one_line;

/// The function, unchanged, and all that makes it a route.
pub(crate) fn route(route: &Route, function: &Function) -> TokenStream {
    let (item, cfgs) = (item(function), cfgs(function));
    let endpoint = endpoint(route, &function.sig.ident);
    let proofs = proofs::all(route);
    let handle = handle(route, function);
    let url = url::builder(route, function);
    quote! {
        #function
        #item
        #(#cfgs)*
        const _: () = {
            #[allow(unused_imports)]
            use ::server::__private::{NoExtractor as _, NoMiddleware as _};
            #endpoint
            #proofs
            #handle
            #url
        };
    }
}

/// The struct that stands for the function in a table: types and functions have separate namespaces.
pub(super) fn item(function: &Function) -> TokenStream {
    let Function { vis, sig, .. } = function;
    let (name, cfgs) = (&sig.ident, cfgs(function));
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(non_camel_case_types, missing_debug_implementations, unreachable_pub)]
        #vis struct #name {}
    }
}

/// The conditions under which the function exists at all.
pub(super) fn cfgs(function: &Function) -> Vec<&Attribute> {
    function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}

fn endpoint(route: &Route, name: &Ident) -> TokenStream {
    let Route { methods, summary, .. } = route;
    let patterns = route.patterns.iter().map(pattern);
    let policy = policy(&route.policy);
    let with = route.with.iter().map(on_one_line);
    let path = format!("::{}", name.unraw());
    quote! {
        #[automatically_derived]
        impl ::server::Endpoint for #name {
            const ROUTE: ::server::RouteInfo = ::server::RouteInfo::__new(
                &[#(#methods),*],
                &[#(#patterns),*],
                (
                    ::core::concat!(::core::module_path!(), #path),
                    ::core::file!(),
                    ::core::line!(),
                ),
                #summary,
                #policy,
                &[#(#with),*],
            );
        }
    }
}

fn pattern(pattern: &Pattern) -> TokenStream {
    let text = &pattern.text;
    let segments = pattern.segments.iter().map(|segment| match segment {
        Segment::Literal(text) => quote!(::server::__private::Segment::Literal(#text)),
        Segment::Param(name) => quote!(::server::__private::Segment::Param(#name)),
        Segment::CatchAll(name) => quote!(::server::__private::Segment::CatchAll(#name)),
    });
    quote!(::server::__private::Pattern { text: #text, segments: &[#(#segments),*] })
}

fn policy(policy: &Policy) -> TokenStream {
    let Policy { body_limit, timeout_millis, on_disconnect, tag } = policy;
    if body_limit.is_none() && timeout_millis.is_none() && on_disconnect.is_none() && tag.is_none() {
        return quote!(::server::__private::Policy::NONE);
    }
    let some = |value: Option<TokenStream>| match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    };
    let body_limit = some(body_limit.map(|bytes| quote!(#bytes)));
    let timeout = some(timeout_millis.map(|millis| quote!(::core::time::Duration::from_millis(#millis))));
    let on_disconnect = some(on_disconnect.map(|word| match word {
        OnDisconnect::Finish => quote!(::server::__private::OnDisconnect::Finish),
        OnDisconnect::Cancel => quote!(::server::__private::OnDisconnect::Cancel),
    }));
    let tag = some(tag.as_ref().map(|tag| quote!(#tag)));
    quote! {
        ::server::__private::Policy {
            body_limit: #body_limit,
            timeout: #timeout,
            on_disconnect: #on_disconnect,
            tag: #tag,
        }
    }
}

/// `impl Handle`: for any state that the arguments can be made from, or for the one that the attribute names.
fn handle(route: &Route, function: &Function) -> TokenStream {
    let name = &function.sig.ident;
    let layers = route.with.iter().enumerate().map(|(index, layer)| proofs::layer(index, layer, route));
    let body = body(route, function);
    let (generics, state, bounds) = match &route.state {
        Some(state) => (quote!(), quote!(#state), quote!()),
        None => {
            let bounds = proofs::bounds(route);
            (quote!(__S: ::core::marker::Sync + 'static), quote!(__S), quote!(where #(#bounds),*))
        }
    };
    let turbofish = if route.state.is_some() { quote!() } else { quote!(::<__S>) };
    // A future that cannot move between threads is told of at the function's name.
    let reply = quote_spanned!(name.span()=> ::server::__private::reply(__answer));
    quote! {
        #[automatically_derived]
        impl<#generics> ::server::Handle<#state> for #name #bounds {
            const BOUND: ::server::__private::Bound<#state> = ::server::__private::Bound {
                call: ::server::__private::HandlerFn::new(__call #turbofish),
                layers: &[#(#layers),*],
            };
        }

        #[allow(unused_mut, unused_variables, deprecated, clippy::unit_arg, clippy::let_unit_value)]
        fn __call<'__a, #generics>(
            mut __request: ::server::Request,
            __state: &'__a #state,
        ) -> ::server::__private::Reply<'__a>
        #bounds
        {
            let __answer = async move { #body };
            #reply
        }
    }
}

/// The names of an argument's value, and of the text it borrows from.
fn local(kind: &str, index: usize) -> Ident {
    format_ident!("__{kind}_{index}")
}

/// What the future does: owned parameters, extractors, then what takes or borrows from the request, then the call.
fn body(route: &Route, function: &Function) -> TokenStream {
    let blocking = function.sig.asyncness.is_none();
    let arguments = || route.arguments.iter().enumerate();
    let mut steps = TokenStream::new();
    let mut inside = TokenStream::new();
    for (index, argument) in arguments() {
        if let Source::Param { index: param, name, text: Text::Owned } = &argument.source {
            steps.extend(owned_param(&local("arg", index), argument, *param, name));
        }
    }
    for now_late in [false, true] {
        for (index, argument) in arguments() {
            match &argument.source {
                Source::Extractor { late } if *late == now_late => {
                    steps.extend(extract(&local("arg", index), index, argument, route.state.as_ref()));
                }
                Source::Param { .. } | Source::Extractor { .. } | Source::Request => {}
            }
        }
    }
    for (index, argument) in arguments() {
        if let Source::Param { index: param, name, text: Text::Borrowed } = &argument.source {
            let (text, arg) = (local("text", index), local("arg", index));
            steps.extend(borrowed_text(&text, *param, name, blocking));
            let parse = borrowed_param(&arg, &text, argument, name);
            if blocking { inside.extend(parse) } else { steps.extend(parse) }
        }
    }
    for (index, argument) in arguments() {
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

/// What a step's refusal is made of.
#[derive(Clone, Copy)]
enum Refusal {
    Response,
    /// What is not awaited has it in a box, as it would make every result as large as a response.
    Boxed,
}

/// `let #arg = match #result { Ok(value) => value, Err(response) => return response };`
fn or_return(arg: &Ident, result: &TokenStream, refusal: Refusal) -> TokenStream {
    let star = match refusal {
        Refusal::Response => None,
        Refusal::Boxed => Some(quote!(*)),
    };
    quote! {
        let #arg = match #result {
            ::core::result::Result::Ok(__value) => __value,
            ::core::result::Result::Err(__response) => return #star __response,
        };
    }
}

fn owned_param(arg: &Ident, argument: &Argument, param: usize, name: &str) -> TokenStream {
    let (ty, param) = (&argument.ty, Literal::usize_unsuffixed(param));
    or_return(
        arg,
        &quote!(::server::__private::owned_param::<#ty>(&__request, #param, #name)),
        Refusal::Boxed,
    )
}

fn borrowed_text(text: &Ident, param: usize, name: &str, blocking: bool) -> TokenStream {
    let param = Literal::usize_unsuffixed(param);
    let made =
        or_return(text, &quote!(::server::__private::param_text(&__request, #param, #name)), Refusal::Boxed);
    // What runs on another thread cannot point into the request, which stays here.
    let owned = blocking.then(|| quote!(let #text = ::std::borrow::Cow::into_owned(#text);));
    quote!(#made #owned)
}

fn borrowed_param(arg: &Ident, text: &Ident, argument: &Argument, name: &str) -> TokenStream {
    let ty = &argument.ty;
    or_return(arg, &quote!(::server::__private::borrowed_param::<#ty>(&#text, #name)), Refusal::Boxed)
}

fn extract(arg: &Ident, index: usize, argument: &Argument, state: Option<&Type>) -> TokenStream {
    let ty = &argument.ty;
    let is = proofs::is_extractor(index);
    let state = state.map_or_else(|| quote!(__S), |state| quote!(#state));
    or_return(
        arg,
        &quote! {
            ::server::__private::extract::<{ #is }, #state, #ty>(&mut __request, __state).await
        },
        Refusal::Response,
    )
}

/// Calls the function and makes its result a response; a type that is none is told of where it is written.
fn call(route: &Route, function: &Function) -> TokenStream {
    let name = &function.sig.ident;
    let arguments = (0..route.arguments.len()).map(|index| local("arg", index));
    let wait = function.sig.asyncness.map(|_| quote!(.await));
    let span = match &function.sig.output {
        ReturnType::Default => name.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let respond = quote_spanned!(span=> ::server::__private::respond(__result));
    quote! {
        let __result = #name(#(#arguments),*) #wait;
        #respond
    }
}
