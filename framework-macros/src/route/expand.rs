//! From a checked route to code; nothing here can fail.
//!
//! Beside the function stand an empty struct of its name, and what is implemented for it: its place in the table
//! ([`write_endpoint`]), the call ([`write_handle`]) and the URL builder ([`super::url`]). The checks that only the
//! compiler can make, as they ask for a type's traits, are in [`super::proofs`].
//!
//! rustc's time for a route goes with the number of its items and bodies more than with their length. So nothing stands
//! here in a block, an alias or a constant of its own that can stand in another.

use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, ReturnType, Visibility};

use super::check::{OnDisconnect, Policy, Route};
use super::params::Params;
use super::pattern::{Pattern, Segment};
use super::signature::{Argument, Source, Text};
use super::{block, keys, proofs, url};
use crate::code::Code;
use crate::function::Function;
use crate::spans::{ends, place_of_call, private, type_ends};
use crate::waiting::may_wait;
use crate::written::on_one_line;

/// The function, unchanged, and all that makes it a route.
pub(crate) fn route(route: &Route, function: &Function) -> TokenStream {
    let proofs = proofs::items(route);
    let mut code = Code::default();
    code.text(asked_for(function)).tokens(function);
    write_item(function, &mut code);
    let cfgs = cfgs(function);
    if cfgs.is_empty() && proofs.is_empty() {
        write_impls(route, function, &mut code);
        return code.finish();
    }
    let mut content = Code::default();
    content.tokens(&proofs);
    write_impls(route, function, &mut content);
    for cfg in cfgs {
        code.tokens(cfg);
    }
    code.text("const _: () =").group(Delimiter::Brace, content).text(";");
    code.finish()
}

fn write_impls(route: &Route, function: &Function, code: &mut Code) {
    write_endpoint(route, &function.sig.ident, code);
    write_handle(route, function, code);
    url::write(route, function, code);
}

/// An `async` that waits for nothing is no mistake: without it, the function would be run on a thread that may block.
fn asked_for(function: &Function) -> &'static str {
    let waits = function.sig.asyncness.is_none() || function.awaits();
    if waits { "" } else { "#[allow(clippy::unused_async)]" }
}

/// The struct that stands for the function in a table: types and functions have separate namespaces.
pub(super) fn item(function: &Function) -> TokenStream {
    let mut code = Code::default();
    write_item(function, &mut code);
    code.finish()
}

fn write_item(function: &Function, code: &mut Code) {
    let Function { vis, sig, .. } = function;
    for cfg in cfgs(function) {
        code.tokens(cfg);
    }
    code.text(
        "#[doc(hidden)]\
         #[allow(non_camel_case_types, missing_debug_implementations, unreachable_pub)]",
    );
    write_visibility(vis, code);
    code.text("struct").tokens(&sig.ident).text("{}");
}

pub(super) fn write_visibility(vis: &Visibility, code: &mut Code) {
    if !matches!(vis, Visibility::Inherited) {
        code.tokens(vis);
    }
}

/// The conditions under which the function exists at all.
pub(super) fn cfgs(function: &Function) -> Vec<&Attribute> {
    function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}

fn write_endpoint(route: &Route, name: &Ident, code: &mut Code) {
    let body = match (route.methods.as_slice(), route.patterns.as_slice()) {
        ([method], [pattern]) if route.policy.is_none() && route.with.is_empty() => {
            in_parts(route, (method, pattern), name)
        }
        _ => in_full(route, name),
    };
    code.text("#[automatically_derived] impl ::server::Endpoint for").tokens(name);
    code.text("{").text(&body).text("}");
}

/// A constant for each part that tables are made of, most of them literals, which rustc need not evaluate, and one for
/// the rest.
fn in_parts(route: &Route, (method, pattern): (&String, &Pattern), name: &Ident) -> String {
    let (file, line) = place_of_call();
    let name = name.unraw().to_string();
    format!(
        "const __PARTS: ::server::__private::Parts =\
             ({method:?}, {:?}, {}, {name:?}, ::core::module_path!(), {file:?}, {:?}, {line}, {});",
        pattern.text,
        segments(pattern),
        route.summary,
        keys::with(keys::of(&pattern.segments), method),
    )
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
fn write_handle(route: &Route, function: &Function, code: &mut Code) {
    let name = &function.sig.ident;
    let is_plain = is_plain(route, function);
    let (allowed, mutable) = if is_plain {
        ("deprecated", "")
    } else {
        ("unused_mut, unused_variables, deprecated, clippy::unit_arg, clippy::let_unit_value", "mut")
    };
    let generics = if route.state.is_some() { "" } else { "__S: ::core::marker::Sync + 'static" };
    code.text(&format!("#[automatically_derived] #[allow({allowed})] impl<{generics}> ::server::Handle<"));
    write_state(route, code);
    code.text("> for").tokens(name);
    proofs::write_bounds(route, code);
    let mut content = Code::default();
    if !route.with.is_empty() {
        content.tokens(&bound(route));
    }
    let mut arguments = Code::default();
    arguments.text(mutable).text("__request: ::server::Request, __state: &");
    write_state(route, &mut arguments);
    content.text("fn __call").group(Delimiter::Parenthesis, arguments);
    content.text("-> ::server::__private::Reply<'_>");
    let mut body = Code::default();
    if is_plain {
        write_plain(route, function, &mut body);
    } else {
        body.tokens(&block::block(route, function));
    }
    content.group(Delimiter::Brace, body);
    code.group(Delimiter::Brace, content);
}

/// How the handler is called where it has middleware of its own.
fn bound(route: &Route) -> TokenStream {
    let (state, layers) = (state(route), proofs::layers(route));
    quote! {
        const BOUND: ::server::__private::Bound<#state> = ::server::__private::Bound {
            call: ::server::__private::HandlerFn::new(<Self as ::server::Handle<#state>>::__call),
            layers: #layers,
        };
    }
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
fn write_plain(route: &Route, function: &Function, code: &mut Code) {
    let name = &function.sig.ident;
    let params = Params::of(&route.arguments, false);
    let group = proofs::groups(route).into_iter().next().unwrap_or_default();
    // A future that cannot move between threads is told of at the function's name.
    let answer = format!("answer_{}_{}", params.len(), group.len());
    code.tokens(&private(name.span(), name.span(), &answer));
    // Where the attribute names the state there is no bound that has the checks.
    if let Some(state) = &route.state {
        let others = std::iter::repeat_n("_", params.len() + group.len() + 2);
        code.tokens(&quote_spanned!(name.span()=> ::)).text("<").tokens(state).text(",");
        proofs::write_checked(route, code);
        code.text(",").text(&others.collect::<Vec<_>>().join(",")).text(">");
    }
    let mut arguments = Code::default();
    params.write_results(&mut arguments);
    arguments.text("__request, __state,");
    arguments.tokens(&in_order(route, &group, name)).text(",").tokens(&respond(function));
    arguments.text(if may_wait(function) { ", true" } else { ", false" });
    code.parens_at(name.span(), arguments);
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
        return name.to_token_stream();
    }
    let takes = made.iter().map(|(index, argument)| {
        let (arg, ty) = (local("arg", *index), &argument.ty);
        quote!(#arg: #ty)
    });
    let arguments = (0..route.arguments.len()).map(|index| local("arg", index));
    quote_spanned!(name.span()=> |#(#takes),*| #name(#(#arguments),*))
}

/// The state that the handler is called with.
pub(super) fn state(route: &Route) -> TokenStream {
    let mut code = Code::default();
    write_state(route, &mut code);
    code.finish()
}

fn write_state(route: &Route, code: &mut Code) {
    match &route.state {
        Some(state) => code.tokens(state),
        None => code.text("__S"),
    };
}

/// What makes a response of the result, reported where it is written what the function returns.
pub(super) fn respond(function: &Function) -> TokenStream {
    let (first, last) = output_ends(function);
    private(first, last, "respond")
}

/// The spans of the first and of the last token that say what the function returns.
pub(super) fn output_ends(function: &Function) -> (Span, Span) {
    match &function.sig.output {
        ReturnType::Default => ends(&function.sig.ident),
        ReturnType::Type(_, ty) => type_ends(ty),
    }
}
