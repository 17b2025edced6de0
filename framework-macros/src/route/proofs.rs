//! What only the compiler can check of a route, as it asks for the traits of a type: each on the argument at fault.
//!
//! See `server::__private::Checked` for how a type that is no extractor is told of once.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Expr, Type};

use super::check::Route;
use super::signature::{Argument, Source};
use crate::code::Code;
use crate::spans::{call_on, constant, ordered, private, type_ends};

/// How many extractors a tuple of `server::__private::ExtractAll` holds.
const MOST_AT_ONCE: usize = 8;

/// Those that are items of their own; the others are in [`write_bounds`].
pub(super) fn items(route: &Route) -> TokenStream {
    let mut items = Code::default();
    if groups(route).is_empty() {
        let mut arguments = Code::default();
        write_arguments(route, &mut arguments);
        let arguments = arguments.finish();
        if !arguments.is_empty() {
            items.tokens(&quote!(const _: () = { #arguments };));
        }
    }
    for (index, path) in unit_structs(route) {
        items.tokens(&middleware(index, path));
    }
    items.finish()
}

/// The bounds on a state that the handler can be called with: none where the attribute names it.
pub(super) fn write_bounds(route: &Route, code: &mut Code) {
    if route.state.is_some() {
        return;
    }
    let mut word = "where";
    for group in groups(route) {
        code.text(std::mem::take(&mut word));
        write_tuple(&group, code);
        code.text(": ::server::__private::ExtractAll<__S,");
        write_checked(route, code);
        code.text(">,");
    }
    for (index, _) in unit_structs(route) {
        let (is, alias) = (is_middleware(index), alias(index));
        code.text(std::mem::take(&mut word));
        code.text(&format!("::server::__private::Around<{{ {is} }}, {alias}>: ::server::Middleware<__S>,"));
    }
}

/// The extractors in the order they run, as many to a group as are made at once.
pub(super) fn groups(route: &Route) -> Vec<Vec<(usize, &Argument)>> {
    let mut all: Vec<_> = extractors(route).collect();
    // Those that take the body run last; the others as they are written.
    all.sort_by_key(|(_, argument)| matches!(argument.source, Source::Extractor { late: true }));
    all.chunks(MOST_AT_ONCE).map(<[_]>::to_vec).collect()
}

/// The second argument of `ExtractAll` where the handler is called: of a bound on any state it is known.
pub(super) fn checked_in_call(route: &Route) -> TokenStream {
    if route.state.is_none() {
        return quote!(_);
    }
    let mut code = Code::default();
    write_checked(route, &mut code);
    code.finish()
}

/// What is asked of all arguments: each group has it, as the bound of one that holds a type that is no extractor
/// holds by it alone. What it says twice, rustc tells once.
pub(super) fn write_checked(route: &Route, code: &mut Code) {
    let mut content = Code::default();
    write_arguments(route, &mut content);
    content.text("true");
    code.text("::server::__private::Checked<").group(Delimiter::Brace, content).text(">");
}

/// The types of a group.
pub(super) fn tuple(group: &[(usize, &Argument)]) -> TokenStream {
    let mut code = Code::default();
    write_tuple(group, &mut code);
    code.finish()
}

fn write_tuple(group: &[(usize, &Argument)], code: &mut Code) {
    let mut types = Code::default();
    for (_, argument) in group {
        types.tokens(&argument.ty).text(",");
    }
    code.group(Delimiter::Parenthesis, types);
}

/// The layers of the handler, in an order that was looked at.
pub(super) fn layers(route: &Route) -> TokenStream {
    let layers: Vec<_> =
        route.with.iter().enumerate().map(|(index, value)| layer(index, value, route)).collect();
    ordered(&route.with, quote!(::server::__private::ordered), &layers, layers.len())
}

/// A layer of the handler: a reference to the value that the attribute names.
fn layer(index: usize, layer: &Expr, route: &Route) -> TokenStream {
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

/// The proof that each extractor is one, that at most one argument takes the body, and none where no request has one.
fn write_arguments(route: &Route, code: &mut Code) {
    if route.is_bodyless() {
        for (_, argument) in extractors(route) {
            let (first, last) = type_ends(&argument.ty);
            code.tokens(&private(first, first, "takes_no_body")).text("::<");
            write_asked(route, &argument.ty, code);
            code.text(">").parens_at(last, literal(&bodyless(route, argument))).text(";");
        }
        return;
    }
    let takers: Vec<_> =
        route.arguments.iter().enumerate().filter(|(_, argument)| may_take(argument)).collect();
    if let [(_, Argument { source: Source::Request, .. })] = *takers {
        return;
    }
    // What is asked once needs no name, which rustc takes a while to check.
    if let [(_, first), (_, second)] = *takers {
        let mut refused = Code::default();
        write_takes(route, first, &mut refused);
        refused.text("&&");
        write_takes(route, second, &mut refused);
        write_refusal(refused, first, second, code);
        return;
    }
    for (position, (index, second)) in takers.iter().enumerate() {
        code.text(&format!("let __takes_{index} ="));
        write_takes(route, second, code);
        code.text(";");
        for (first_index, first) in takers.iter().take(position) {
            let mut refused = Code::default();
            refused.text(&format!("__takes_{first_index} && __takes_{index}"));
            write_refusal(refused, first, second, code);
        }
    }
}

/// Whether the argument may take the body.
fn may_take(argument: &Argument) -> bool {
    !matches!(argument.source, Source::Param { .. })
}

/// Whether the argument takes the body: an expression.
fn write_takes(route: &Route, argument: &Argument, code: &mut Code) {
    if matches!(argument.source, Source::Request) {
        code.text("true");
        return;
    }
    code.text("::server::__private::takes_body::<");
    write_asked(route, &argument.ty, code);
    code.text(">()");
}

/// Refuses two arguments that both take the body, where they do.
fn write_refusal(mut both: Code, first: &Argument, second: &Argument, code: &mut Code) {
    both.text(&format!(", {:?}", twice(first, second)));
    let (begin, end) = type_ends(&second.ty);
    code.tokens(&private(begin, begin, "refuse_if")).parens_at(end, both).text(";");
}

/// The state that an argument is asked about, and its type.
fn write_asked(route: &Route, ty: &Type, code: &mut Code) {
    match &route.state {
        Some(state) => code.tokens(state),
        None => code.text("::server::__private::AnyState"),
    };
    code.text(",");
    match in_parentheses(ty) {
        Some(name) => code.tokens(&name),
        None => code.tokens(ty),
    };
}

fn literal(text: &str) -> Code {
    let mut code = Code::default();
    code.text(&format!("{text:?}"));
    code
}

/// A name in parentheses, so that a function's is not taken for a constant argument as well.
fn in_parentheses(ty: &Type) -> Option<Group> {
    let Type::Path(path) = ty else { return None };
    let name = path.path.get_ident().filter(|_| path.qself.is_none())?;
    let mut group = Group::new(Delimiter::Parenthesis, name.to_token_stream());
    group.set_span(Span::call_site().located_at(name.span()));
    Some(group)
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
