//! `handler::url(…)`: the URL of a route's first pattern, from values of its parameters' types.

use proc_macro2::Delimiter;
use syn::Type;

use super::check::Route;
use super::expand::write_visibility;
use super::pattern::Pattern;
use super::signature::{Argument, Source, Text};
use super::types::is_primitive;
use crate::code::Code;
use crate::function::Function;
use crate::keywords::is_keyword;

pub(super) fn write(route: &Route, function: &Function, code: &mut Code) {
    let Some(pattern) = route.patterns.first() else { return };
    let mut content = Code::default();
    content.text(&format!(
        "#[doc = {:?}] #[track_caller]",
        format!("The URL of `{}`, its parameters percent-encoded.", pattern.text)
    ));
    write_visibility(&function.vis, &mut content);
    let (mut takes, mut may_be_private) = (Code::default(), false);
    for (index, param) in pattern.params().enumerate() {
        takes.text(&format!("{}: impl", ident(param)));
        may_be_private |= write_kind(index, &route.arguments, &mut takes);
        takes.text(",");
    }
    content.text("fn url").group(Delimiter::Parenthesis, takes);
    content.text(&format!("-> ::server::RouteUrl {{ {} }}", call(pattern, &route.arguments)));
    code.text("#[automatically_derived]");
    if may_be_private {
        code.text("#[allow(private_bounds, private_interfaces)]");
    }
    code.text("impl").tokens(&function.sig.ident).group(Delimiter::Brace, content);
}

/// What makes the URL of the values.
fn call(pattern: &Pattern, arguments: &[Argument]) -> String {
    let names: Vec<String> = pattern.params().map(ident).collect();
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

/// What can be given for the parameter at `index`: what its argument's type is written from. Whether that is
/// a type that may be private.
fn write_kind(index: usize, arguments: &[Argument], code: &mut Code) -> bool {
    let ty = match source(index, arguments) {
        Some((argument, Text::Owned)) => match wrapped(&argument.ty) {
            Written::Text => None,
            Written::Inside(inner) => Some(inner),
            Written::Itself => Some(&argument.ty),
        },
        Some((_, Text::Borrowed)) => None,
        // `Path<T>` and `Request` do not say which parameter is of which type.
        None => {
            code.text("::server::__private::AnyParam");
            return false;
        }
    };
    match ty {
        Some(ty) => code.text("::server::IntoParam<").tokens(ty).text(">"),
        None => code.text("::server::IntoParam<::core::primitive::str>"),
    };
    let is_primitive =
        |ty: &Type| matches!(ty, Type::Path(path) if path.path.get_ident().is_some_and(is_primitive));
    ty.is_some_and(|ty| !is_primitive(ty))
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
fn ident(name: &str) -> String {
    if is_keyword(name) { format!("r#{name}") } else { name.to_owned() }
}
