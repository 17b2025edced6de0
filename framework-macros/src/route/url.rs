//! `handler::url(…)`: the URL of a route's first pattern, from values of its parameters' types.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{Ident, Type};

use super::check::Route;
use super::pattern::Pattern;
use super::signature::{Argument, Source, Text};
use crate::code::{braces, code, join, parens};
use crate::function::Function;

pub(super) fn builder(route: &Route, function: &Function) -> TokenStream {
    match route.patterns.first() {
        Some(pattern) => for_pattern(pattern, &route.arguments, function),
        None => TokenStream::new(),
    }
}

pub(super) fn for_pattern(pattern: &Pattern, arguments: &[Argument], function: &Function) -> TokenStream {
    let (name, vis) = (&function.sig.ident, &function.vis);
    let takes = pattern.params().enumerate().map(|(index, param)| {
        let (start, kind) = (code(&format!("{}: impl", ident(param))), kind(index, arguments));
        quote!(#start #kind,)
    });
    let attributes = code(&format!(
        "#[doc = {:?}] #[track_caller]",
        format!("The URL of `{}`, its parameters percent-encoded.", pattern.text)
    ));
    let body = code(&format!("-> ::server::RouteUrl {{ {} }}", call(pattern, arguments)));
    join([
        code("#[automatically_derived] #[allow(private_bounds, private_interfaces)] impl"),
        name.to_token_stream(),
        braces(join([attributes, vis.to_token_stream(), code("fn url"), parens(takes.collect()), body])),
    ])
}

/// What makes the URL of the values.
fn call(pattern: &Pattern, arguments: &[Argument]) -> String {
    let names: Vec<Ident> = pattern.params().map(ident).collect();
    let typed = (0..names.len()).all(|index| source(index, arguments).is_some());
    match names.as_slice() {
        [] => "::server::__private::url_0::<Self>()".to_owned(),
        [a] if typed => format!("::server::__private::url_1::<Self, _>({a})"),
        [a, b] if typed => format!("::server::__private::url_2::<Self, _, _>({a}, {b})"),
        _ => {
            let values = names.iter().enumerate().map(|(index, name)| {
                let of = if source(index, arguments).is_some() { "IntoParam" } else { "__private::AnyParam" };
                format!("&::server::{of}::into_param({name}),")
            });
            let values: Vec<String> = values.collect();
            format!("::server::__private::url(<Self as ::server::Endpoint>::ROUTE, &[{}])", values.concat())
        }
    }
}

/// What can be given for the parameter at `index`: what its argument's type is written from.
fn kind(index: usize, arguments: &[Argument]) -> TokenStream {
    match source(index, arguments) {
        Some((argument, Text::Owned)) => {
            let ty = &argument.ty;
            match wrapped(ty) {
                Written::Text => quote!(::server::IntoParam::<::core::primitive::str>),
                Written::Inside(inner) => quote!(::server::IntoParam::<#inner>),
                Written::Itself => quote!(::server::IntoParam::<#ty>),
            }
        }
        Some((_, Text::Borrowed)) => quote!(::server::IntoParam::<::core::primitive::str>),
        // `Path<T>` and `Request` do not say which parameter is of which type.
        None => quote!(::server::__private::AnyParam),
    }
}

/// The argument that is made from the parameter at `index`.
fn source(index: usize, arguments: &[Argument]) -> Option<(&Argument, Text)> {
    arguments.iter().find_map(|argument| match &argument.source {
        Source::Param { index: param, text, .. } if *param == index => Some((argument, *text)),
        Source::Param { .. } | Source::Extractor { .. } | Source::Request => None,
    })
}

/// What a parameter's type is written from in a URL.
enum Written<'a> {
    Text,
    Inside(&'a Type),
    Itself,
}

fn wrapped(ty: &Type) -> Written<'_> {
    let Type::Path(path) = ty else { return Written::Itself };
    let Some(last) = path.path.segments.last() else { return Written::Itself };
    if last.ident == "String" {
        return Written::Text;
    }
    match &last.arguments {
        syn::PathArguments::AngleBracketed(list) if last.ident == "Parsed" => match list.args.first() {
            Some(syn::GenericArgument::Type(inner)) => Written::Inside(inner),
            _ => Written::Itself,
        },
        _ => Written::Itself,
    }
}

/// The parameter as an argument's name; a keyword becomes a raw identifier.
fn ident(name: &str) -> Ident {
    syn::parse_str::<Ident>(name).unwrap_or_else(|_| {
        let any = Ident::parse_any.parse_str(name);
        any.map_or_else(
            |_| Ident::new_raw("param", Span::call_site()),
            |ident| Ident::new_raw(&ident.to_string(), Span::call_site()),
        )
    })
}
