//! From a checked route to code; nothing here can fail.
//!
//! Beside the function stand an empty struct of its name, and what is implemented for it: [`endpoint`], its place in the
//! table; [`handle`], the call; [`super::url`], the URL builder. The checks that only the compiler can make, as they ask
//! for a type's traits, are in [`super::proofs`].
//!
//! rustc's time for a route goes with the number of its items and bodies more than with their length. So nothing stands
//! here in a block, an alias or a constant of its own that can stand in another.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, ReturnType};

use super::check::{OnDisconnect, Policy, Route};
use super::params::Params;
use super::pattern::{Pattern, Segment};
use super::signature::{Argument, Source, Text};
use super::{keys, proofs, url};
use crate::code::{braces, code, join, parens};
use crate::function::Function;
use crate::spans::{at, ends, place_of_call};
use crate::waiting::may_wait;
use crate::written::on_one_line;

/// The function, unchanged, and all that makes it a route.
pub(crate) fn route(route: &Route, function: &Function) -> TokenStream {
    let (item, cfgs) = (item(function), cfgs(function));
    let asked_for = asked_for(function);
    let endpoint = endpoint(route, &function.sig.ident);
    let proofs = proofs::items(route);
    let handle = handle(route, function);
    let url = url::builder(route, function);
    if cfgs.is_empty() && proofs.is_empty() {
        return join([asked_for, function.to_token_stream(), item, endpoint, handle, url]);
    }
    quote! {
        #asked_for
        #function
        #item
        #(#cfgs)*
        const _: () = {
            #endpoint
            #proofs
            #handle
            #url
        };
    }
}

/// An `async` that waits for nothing is no mistake: without it, the function would be run on a thread that may block.
fn asked_for(function: &Function) -> TokenStream {
    let waits = function.sig.asyncness.is_none() || function.awaits();
    if waits { TokenStream::new() } else { code("#[allow(clippy::unused_async)]") }
}

/// The struct that stands for the function in a table: types and functions have separate namespaces.
pub(super) fn item(function: &Function) -> TokenStream {
    let Function { vis, sig, .. } = function;
    let (name, cfgs) = (&sig.ident, cfgs(function));
    let attributes = code(
        "#[doc(hidden)]\
         #[allow(non_camel_case_types, missing_debug_implementations, unreachable_pub)]",
    );
    let item = join([attributes, vis.to_token_stream(), code("struct"), name.to_token_stream(), code("{}")]);
    if cfgs.is_empty() { item } else { quote!(#(#cfgs)* #item) }
}

/// The conditions under which the function exists at all.
pub(super) fn cfgs(function: &Function) -> Vec<&Attribute> {
    function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}

fn endpoint(route: &Route, name: &Ident) -> TokenStream {
    let body = match (route.methods.as_slice(), route.patterns.as_slice()) {
        ([method], [pattern]) if route.policy.is_none() && route.with.is_empty() => {
            in_parts(route, (method, pattern), name)
        }
        _ => in_full(route, name),
    };
    join([
        code("#[automatically_derived] impl ::server::Endpoint for"),
        name.to_token_stream(),
        braces(code(&body)),
    ])
}

/// A constant for each part: most of them literals, which cost rustc next to nothing.
fn in_parts(route: &Route, (method, pattern): (&String, &Pattern), name: &Ident) -> String {
    let (file, line) = place_of_call();
    let name = name.unraw().to_string();
    let texts = [
        ("METHOD", method),
        ("PATTERN", &pattern.text),
        ("NAME", &name),
        ("FILE", &file),
        ("SUMMARY", &route.summary),
    ];
    let mut parts = format!(
        "const __SEGMENTS: &'static [::server::__private::Segment] = {};\
         const __MODULE: &'static ::core::primitive::str = ::core::module_path!();\
         const __KEY_AND_LINE: ::core::primitive::u128 = {};",
        segments(pattern),
        u128::from(keys::with(keys::of(&pattern.segments), method)) << 32 | u128::from(line),
    );
    for (part, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        parts.push_str(&format!("const __{part}: &'static ::core::primitive::str = {text:?};"));
    }
    parts
}

/// The route as one value.
fn in_full(route: &Route, name: &Ident) -> String {
    let methods: Vec<String> = route.methods.iter().map(|method| format!("{method:?},")).collect();
    let pattern = |pattern: &Pattern| {
        let (text, segments) = (&pattern.text, segments(pattern));
        format!("::server::__private::Pattern {{ text: {text:?}, segments: {segments} }},")
    };
    let patterns: Vec<String> = route.patterns.iter().map(pattern).collect();
    let with: Vec<String> = route.with.iter().map(|layer| format!("{:?},", on_one_line(layer))).collect();
    let keys = route.patterns.iter().flat_map(|pattern| {
        let key = keys::of(&pattern.segments);
        route.methods.iter().map(move |method| format!("{}u64,", keys::with(key, method)))
    });
    let keys: Vec<_> = keys.collect();
    let (file, line) = place_of_call();
    format!(
        "const ROUTE: &'static ::server::RouteInfo = &::server::RouteInfo {{\
             methods: &[{}], patterns: &[{}], name: {:?}, module: ::core::module_path!(), file: {file:?}, line: {line}u32,\
             summary: {:?}, policy: {}, middleware: &[{}], __keys: &[{}],\
         }};",
        methods.concat(),
        patterns.concat(),
        name.unraw().to_string(),
        route.summary,
        policy(&route.policy),
        with.concat(),
        keys.concat(),
    )
}

fn segments(pattern: &Pattern) -> String {
    let segments = pattern.segments.iter().map(|segment| {
        let (kind, text) = match segment {
            Segment::Literal(text) => ("Literal", text),
            Segment::Param(name) => ("Param", name),
            Segment::CatchAll(name) => ("CatchAll", name),
        };
        format!("::server::__private::Segment::{kind}({text:?}),")
    });
    format!("&[{}]", segments.collect::<Vec<_>>().concat())
}

fn policy(policy: &Policy) -> String {
    let Policy { body_limit, timeout_millis, on_disconnect, tag } = policy;
    if policy.is_none() {
        return "::server::__private::Policy::NONE".to_owned();
    }
    let some = |value: Option<String>| match value {
        Some(value) => format!("::core::option::Option::Some({value})"),
        None => "::core::option::Option::None".to_owned(),
    };
    let body_limit = some(body_limit.map(|bytes| format!("{bytes}u64")));
    let timeout =
        some(timeout_millis.map(|millis| format!("::core::time::Duration::from_millis({millis}u64)")));
    let on_disconnect = some(on_disconnect.map(|word| {
        let word = match word {
            OnDisconnect::Finish => "Finish",
            OnDisconnect::Cancel => "Cancel",
        };
        format!("::server::__private::OnDisconnect::{word}")
    }));
    let tag = some(tag.as_ref().map(|tag| format!("{tag:?}")));
    format!(
        "::server::__private::Policy {{\
             body_limit: {body_limit}, timeout: {timeout}, on_disconnect: {on_disconnect}, tag: {tag},\
         }}"
    )
}

/// `impl Handle`: for any state that the arguments can be made from, or for the one that the attribute names.
fn handle(route: &Route, function: &Function) -> TokenStream {
    let name = &function.sig.ident;
    let is_plain = is_plain(route, function);
    let body = if is_plain { plain(route, function) } else { block(route, function) };
    let (allowed, mutable) = if is_plain {
        ("deprecated", "")
    } else {
        ("unused_mut, unused_variables, deprecated, clippy::unit_arg, clippy::let_unit_value", "mut")
    };
    let (generics, state) = match &route.state {
        Some(state) => ("", quote!(#state)),
        None => ("__S: ::core::marker::Sync + 'static", code("__S")),
    };
    let bounds = proofs::bounds(route);
    let bounds = (!bounds.is_empty()).then(|| quote!(where #(#bounds),*));
    let layers = (!route.with.is_empty()).then(|| {
        let layers = proofs::layers(route);
        quote! {
            const BOUND: ::server::__private::Bound<#state> = ::server::__private::Bound {
                call: ::server::__private::HandlerFn::new(<Self as ::server::Handle<#state>>::__call),
                layers: #layers,
            };
        }
    });
    let start =
        code(&format!("#[automatically_derived] #[allow({allowed})] impl<{generics}> ::server::Handle<"));
    let arguments = code(&format!("{mutable} __request: ::server::Request, __state: &"));
    let call = join([
        code("fn __call"),
        parens(join([arguments, state.clone()])),
        code("-> ::server::__private::Reply<'_>"),
        braces(body),
    ]);
    let body = braces(join([layers.unwrap_or_default(), call]));
    let bounds = bounds.unwrap_or_default();
    join([start, state, code("> for"), name.to_token_stream(), bounds, body])
}

/// The names of an argument's value, and of the text it borrows from.
pub(super) fn local(kind: &str, index: usize) -> Ident {
    format_ident!("__{kind}_{index}")
}

/// How many parameters and extractors the functions of the framework take.
const MOST_PARAMS: usize = 3;
const MOST_EXTRACTORS: usize = 4;

/// Whether the call is put together of functions of the framework, which rustc need not check again.
fn is_plain(route: &Route, function: &Function) -> bool {
    let (mut params, mut extractors) = (0, 0);
    let owned = route.arguments.iter().all(|argument| match &argument.source {
        Source::Param { text, .. } => {
            params += 1;
            *text == Text::Owned
        }
        Source::Extractor { .. } => {
            extractors += 1;
            true
        }
        Source::Request => false,
    });
    owned && params <= MOST_PARAMS && extractors <= MOST_EXTRACTORS && function.sig.asyncness.is_some()
}

/// One call with all that the answer is made of: parameters, then extractors, then the function.
fn plain(route: &Route, function: &Function) -> TokenStream {
    let name = &function.sig.ident;
    let params = Params::of(&route.arguments, false).results();
    let group = proofs::groups(route).into_iter().next().unwrap_or_default();
    // Where the attribute names the state there is no bound that has the checks.
    let types = route.state.as_ref().map(|state| {
        let (checked, others) = (proofs::checked_in_call(route), params.len() + group.len() + 2);
        let others = std::iter::repeat_n(quote!(_), others);
        quote!(::<#state, #checked, #(#others),*>)
    });
    let (handler, respond, awaits) = (in_order(route, &group, name), respond(function), may_wait(function));
    // A future that cannot move between threads is told of at the function's name.
    let answer = format_ident!("answer_{}_{}", params.len(), group.len(), span = name.span());
    // Where a macro gave the name, that macro's span has other locals than this one's.
    let (request, state) = (code("__request"), code("__state"));
    quote_spanned! {name.span()=>
        ::server::__private::#answer #types (#(#params,)* #request, #state, #handler, #respond, #awaits)
    }
}

/// The function, or a closure around it where its arguments are not written in the order that they are made in.
fn in_order(route: &Route, group: &[(usize, &Argument)], name: &Ident) -> TokenStream {
    let params = route
        .arguments
        .iter()
        .enumerate()
        .filter(|(_, argument)| matches!(argument.source, Source::Param { .. }));
    let made: Vec<(usize, &Argument)> = params.chain(group.iter().copied()).collect();
    if made.is_sorted_by_key(|(index, _)| *index) {
        return quote!(#name);
    }
    let takes = made.iter().map(|(index, argument)| {
        let (arg, ty) = (local("arg", *index), &argument.ty);
        quote!(#arg: #ty)
    });
    let arguments = (0..route.arguments.len()).map(|index| local("arg", index));
    quote_spanned!(name.span()=> |#(#takes),*| #name(#(#arguments),*))
}

/// The same in an `async` block, for what borrows from the request, takes it whole, or blocks.
fn block(route: &Route, function: &Function) -> TokenStream {
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

/// The state that the handler is called with.
fn state(route: &Route) -> TokenStream {
    route.state.as_ref().map_or_else(|| quote!(__S), |state| quote!(#state))
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

/// What makes a response of the result, reported where it is written what the function returns.
fn respond(function: &Function) -> TokenStream {
    let (first, last) = output_ends(function);
    let (path, name) = (at(first, quote!(::server::__private)), Ident::new("respond", last));
    quote!(#path::#name)
}

/// The spans of the first and of the last token that say what the function returns.
fn output_ends(function: &Function) -> (Span, Span) {
    match &function.sig.output {
        ReturnType::Default => ends(&function.sig.ident),
        ReturnType::Type(_, ty) => ends(ty),
    }
}
