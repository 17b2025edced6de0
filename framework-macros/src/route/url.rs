//! `handler::url(…)`: the URL of a route's first pattern, from values of its parameters' types.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{Ident, Type};

use super::check::Route;
use super::pattern::{Pattern, Segment};
use super::signature::{Argument, Source, Text};
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
        let (param, kind) = (ident(param), kind(index, arguments));
        quote!(#param: impl #kind)
    });
    let mut literal = String::new();
    let mut steps = Vec::new();
    let flush = |literal: &mut String, steps: &mut Vec<TokenStream>| {
        if !literal.is_empty() {
            let text = std::mem::take(literal);
            steps.push(match steps.len() {
                0 => quote!(starting(#text)),
                _ => quote!(.literal(#text)),
            });
        }
    };
    let mut index = 0;
    for segment in &pattern.segments {
        literal.push('/');
        let (param, method) = match segment {
            Segment::Literal(text) => {
                literal.push_str(text);
                continue;
            }
            Segment::Param(param) => (param, quote!(param)),
            Segment::CatchAll(param) => (param, quote!(catch_all)),
        };
        flush(&mut literal, &mut steps);
        let (variable, kind) = (ident(param), kind(index, arguments));
        steps.push(quote!(.#method(#param, #kind::into_param(#variable))));
        index += 1;
    }
    flush(&mut literal, &mut steps);
    let doc = format!("The URL of `{}`, its parameters percent-encoded.", pattern.text);
    quote! {
        #[automatically_derived]
        #[allow(private_bounds, private_interfaces)]
        impl #name {
            #[doc = #doc]
            #[must_use]
            #[track_caller]
            #vis fn url(#(#takes),*) -> ::server::RouteUrl {
                ::server::__private::UrlBuilder::#(#steps)* .finish(<Self as ::server::Endpoint>::ROUTE)
            }
        }
    }
}

/// What can be given for the parameter at `index`: what its argument's type is written from.
fn kind(index: usize, arguments: &[Argument]) -> TokenStream {
    let argument = arguments.iter().find_map(|argument| match &argument.source {
        Source::Param { index: param, text, .. } if *param == index => Some((argument, *text)),
        Source::Param { .. } | Source::Extractor { .. } | Source::Request => None,
    });
    match argument {
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
