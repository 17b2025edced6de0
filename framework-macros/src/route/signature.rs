//! The signature of a handler: what each argument is made from, or why it cannot be a handler.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Ident, Type};

use super::pattern::Pattern;
use super::refusals::{argument_type, path_type, return_type};
use super::types::{borrows, is_named, is_needed, is_primitive, takes_all_params, takes_body};
use super::untaken::explained;
use crate::errors::Errors;
use crate::function::Function;
use crate::header::{FnArg, Signature, TypedArg};
use crate::surroundings::{Place, place_below};

/// An argument of a handler.
pub(crate) struct Argument {
    pub(crate) ty: Type,
    pub(crate) span: Span,
    pub(crate) source: Source,
}

/// What an argument is made from.
pub(crate) enum Source {
    /// The parameter at `index` of the pattern.
    Param { index: usize, name: String, text: Text },
    /// The request, by an extractor.
    Extractor { late: bool },
    /// The request itself, whole.
    Request,
}

/// How an argument holds the text of its parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    /// It is parsed, or copied, before extractors run.
    Owned,
    /// It points into the request, and so is made after all that change the request.
    Borrowed,
}

/// Checks the signature; `patterns` is `None` where they have mistakes of their own.
pub(crate) fn check(
    function: &Function,
    patterns: Option<&[Pattern]>,
    errors: &mut Errors,
) -> Option<Vec<Argument>> {
    if !shape(&function.sig, errors) {
        return None;
    }
    let names: Vec<&str> = patterns.and_then(<[_]>::first).into_iter().flat_map(Pattern::params).collect();
    let mut arguments = Vec::new();
    let mut written = Vec::new();
    for input in &function.sig.inputs {
        let FnArg::Typed(typed) = input else { continue };
        let name = argument_name(typed);
        written.push(Written { name: name.clone(), ty: &typed.ty });
        arguments.push(argument(name.as_ref(), &typed.ty, &names));
    }
    let taken = taken(&arguments, &written, errors);
    let explained = match patterns {
        Some(patterns) => explained(&names, &taken, &arguments, &written, patterns, errors),
        None => Vec::new(),
    };
    for (index, argument) in arguments.iter().enumerate() {
        // Without patterns nobody knows which argument is a parameter.
        if patterns.is_some() && !explained.contains(&index) {
            argument_type(argument, errors);
            path_type(argument, names.len(), errors);
        }
    }
    borrows_beside_request(&arguments, errors);
    return_type(&function.sig, errors);
    errors.is_empty().then_some(arguments)
}

/// An argument as written.
pub(super) struct Written<'a> {
    pub(super) name: Option<Ident>,
    pub(super) ty: &'a Type,
}

/// Refuses what no function under a route can be; whether it was nothing of that kind.
fn shape(sig: &Signature, errors: &mut Errors) -> bool {
    let mut sound = true;
    let mut refuse = |at: TokenStream, message: &str| {
        errors.at(at, message);
        sound = false;
    };
    if let Some(token) = &sig.constness {
        refuse(token.to_token_stream(), "a handler is called at run time: remove `const`");
    }
    if let Some(token) = &sig.unsafety {
        refuse(
            token.to_token_stream(),
            "a client calls a handler with anything it likes, so it cannot be `unsafe`: remove the word",
        );
    }
    if let Some(abi) = &sig.abi {
        refuse(abi.to_token_stream(), "a handler has Rust's own calling convention: remove `extern`");
    }
    if let Some(FnArg::Variadic(dots)) = sig.inputs.last() {
        refuse(dots.clone(), "a handler has a fixed number of arguments: remove `...`");
    }
    if let Some(receiver) = sig.receiver() {
        refuse(
            receiver.self_token.to_token_stream(),
            "a handler is a function, not a method: take what it needs from the state, as in `users: State<Users>`",
        );
    }
    if let Some(message) = no_room(sig) {
        refuse(sig.ident.to_token_stream(), &message);
    }
    if let Some(parameter) = sig.generics.params.first() {
        refuse(
            parameter.to_token_stream(),
            "a handler is one function, without generic parameters and lifetimes: name the types it takes",
        );
    } else if let Some(clause) = &sig.generics.where_clause {
        refuse(
            clause.where_token.to_token_stream(),
            "a handler has no generic types for a `where` clause to speak of: remove it",
        );
    }
    sound
}

/// Why no type of the function's name can stand beside it, and so no route.
fn no_room(sig: &Signature) -> Option<String> {
    let name = &sig.ident;
    if is_primitive(name) {
        return Some(format!(
            "a route is also a type of its name, which would hide Rust's own `{name}`: rename the function"
        ));
    }
    if is_needed(name) {
        return Some(format!(
            "a route is also a type of its name, which would hide the crate `{name}`: rename the function, as in \
             `get_{name}`"
        ));
    }
    match place_below(name) {
        Place::Free | Place::Module | Place::Plain | Place::Unimported | Place::Repeated => None,
        // One with `self` is told of there.
        Place::Associated if sig.receiver().is_some() => None,
        Place::Associated => Some(format!(
            "a handler is a function of a module, found `{name}` in an `impl` or a `trait`: move it out"
        )),
        Place::BesideModule => Some(format!(
            "a route is also a type of its name, and the module `{name}` beside it has that name already: rename the \
             function, as in `get_{name}`"
        )),
    }
}

/// The name under which an argument can be a parameter: its identifier, or the one in `Parsed(name)`.
fn argument_name(argument: &TypedArg) -> Option<Ident> {
    argument.name().or_else(|| if is_named(&argument.ty, "Parsed") { argument.inner_name() } else { None })
}

fn argument(name: Option<&Ident>, ty: &Type, names: &[&str]) -> Argument {
    let span = ty.span();
    let ty = ty.clone();
    if is_named(&ty, "Request") {
        return Argument { ty, span, source: Source::Request };
    }
    let text = name.map(|name| name.to_string()).unwrap_or_default();
    let text = text.strip_prefix("r#").unwrap_or(&text);
    let found = |wanted: &str| names.iter().position(|name| *name == wanted);
    let index = found(text).or_else(|| text.strip_prefix('_').and_then(found));
    match index.and_then(|index| Some((index, names.get(index)?))) {
        Some((index, name)) if !takes_all_params(&ty) => {
            let text = if borrows(&ty) { Text::Borrowed } else { Text::Owned };
            Argument { ty, span, source: Source::Param { index, name: (*name).to_owned(), text } }
        }
        _ => {
            let late = takes_body(&ty);
            Argument { ty, span, source: Source::Extractor { late } }
        }
    }
}

/// The parameters that arguments take; notes those taken twice.
fn taken(arguments: &[Argument], written: &[Written<'_>], errors: &mut Errors) -> Vec<usize> {
    let mut taken = Vec::new();
    for (argument, written) in arguments.iter().zip(written) {
        let Source::Param { index, name, .. } = &argument.source else { continue };
        if taken.contains(index) {
            let at = written.name.as_ref().map(Ident::span).unwrap_or(argument.span);
            errors.at_span(at, format!("another argument takes `:{name}` already: remove one of the two"));
        }
        taken.push(*index);
    }
    taken
}

/// Refuses borrowed text where another argument takes the request that it lies in.
fn borrows_beside_request(arguments: &[Argument], errors: &mut Errors) {
    if !arguments.iter().any(|argument| matches!(argument.source, Source::Request)) {
        return;
    }
    for argument in arguments {
        if let Source::Param { name, text: Text::Borrowed, .. } = &argument.source {
            errors.at(
                &argument.ty,
                format!("the request, from which `{name}` borrows, is given away as a whole: write `{name}: String`"),
            );
        }
    }
}
