//! From syntax to a route that only valid input can make.

use syn::{Expr, ExprLit, Lit, Meta, Type};

use super::attributes::{arguments_of, route_attribute};
use super::parse::{self, Arguments, Method, Options};
use super::pattern::Pattern;
use super::signature::{self, Argument};
use super::units;
use crate::errors::Errors;
use crate::function::Function;
use crate::nearest::nearest;
use crate::surroundings::{Place, place_of};
use crate::unimported;

/// A handler with all that its attribute says of it.
pub(crate) struct Route {
    pub(crate) methods: Vec<String>,
    /// One at least; all have the same parameters in the same order.
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) policy: Policy,
    pub(crate) with: Vec<Expr>,
    /// The one state it can be called with; `None` where any will do that its arguments can be made from.
    pub(crate) state: Option<Type>,
    pub(crate) arguments: Vec<Argument>,
    /// The first line of its documentation.
    pub(crate) summary: String,
}

/// What stands in the table beside the pattern.
#[derive(Default)]
pub(crate) struct Policy {
    pub(crate) body_limit: Option<u64>,
    pub(crate) timeout_millis: Option<u64>,
    pub(crate) on_disconnect: Option<OnDisconnect>,
    pub(crate) tag: Option<String>,
}

impl Policy {
    /// Whether there are no rules of its own.
    pub(crate) fn is_none(&self) -> bool {
        let Self { body_limit, timeout_millis, on_disconnect, tag } = self;
        body_limit.is_none() && timeout_millis.is_none() && on_disconnect.is_none() && tag.is_none()
    }
}

#[derive(Clone, Copy)]
pub(crate) enum OnDisconnect {
    Finish,
    Cancel,
}

/// The methods that the `http` crate names.
pub(super) const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

/// Methods whose requests have no content of any meaning (RFC 9110 §9.3).
const BODYLESS: &[&str] = &["GET", "HEAD", "OPTIONS", "TRACE", "CONNECT"];

impl Route {
    /// Whether no request that it answers has a body.
    pub(crate) fn is_bodyless(&self) -> bool {
        self.methods.iter().all(|method| BODYLESS.contains(&method.as_str()))
    }
}

/// Checks the whole item; `None`, with each mistake noted, where it is no route.
pub(crate) fn route(arguments: Arguments, function: &Function, errors: &mut Errors) -> Option<Route> {
    lone_attribute(function, &arguments, errors);
    let methods = methods(&arguments.methods, errors);
    let patterns = patterns(&arguments, errors);
    let policy = policy(&arguments.options, errors);
    let known = patterns.as_deref().filter(|patterns| !patterns.is_empty());
    let fn_arguments = signature::check(function, known, errors);
    let Options { with, state, .. } = arguments.options;
    let with = unimported::without(with, errors);
    plain_functions(&with, errors);
    let (patterns, arguments) = (patterns?, fn_arguments?);
    errors.is_empty().then(|| Route {
        methods,
        patterns,
        policy,
        with,
        state,
        arguments,
        summary: summary(function),
    })
}

/// Refuses what is named as middleware and is known to be none.
fn plain_functions(with: &[Expr], errors: &mut Errors) {
    for layer in with {
        if let Some(message) = in_quotes(layer) {
            errors.at(layer, message);
        }
    }
    let names = with.iter().filter_map(|layer| match layer {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    });
    for name in names.filter(|name| place_of(name) == Place::Plain) {
        errors.at(
            name,
            format!(
                "`{name}` is a function and no middleware: write `#[middleware]` over it, which takes \
                 `request: Request, next: Next<'_>`"
            ),
        );
    }
}

/// What is said of a middleware that stands in quotes.
pub(crate) fn in_quotes(layer: &Expr) -> Option<String> {
    match layer {
        Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => {
            Some(format!("middleware is named without quotes: write `{}`", name.value()))
        }
        _ => None,
    }
}

/// Refuses a second route attribute, and says how to write both as one where they can be one.
fn lone_attribute(function: &Function, first: &Arguments, errors: &mut Errors) {
    let mut methods: Vec<String> = Vec::new();
    let mut patterns: Vec<String> = Vec::new();
    let mut add = |arguments: &Arguments| {
        for method in &arguments.methods {
            let text = if method.quoted { format!("{:?}", method.name) } else { method.name.clone() };
            if !methods.contains(&text) {
                methods.push(text);
            }
        }
        for pattern in &arguments.patterns {
            let text = format!("{:?}", pattern.value());
            if !patterns.contains(&text) {
                patterns.push(text);
            }
        }
    };
    add(first);
    let mut second = None;
    for attribute in &function.attrs {
        let Some(name) = route_attribute(attribute) else { continue };
        let method = (name != "route").then(|| name.to_uppercase());
        add(&parse::arguments(arguments_of(attribute), method.as_deref(), &mut Errors::default()));
        second = second.or(Some(attribute));
    }
    if let Some(second) = second {
        errors.at(
            second,
            format!(
                "a function has one route attribute: write `#[route({}, {})]`, which answers each method on each pattern",
                methods.join(" | "),
                patterns.join(", ")
            ),
        );
    }
}

fn methods(written: &[Method], errors: &mut Errors) -> Vec<String> {
    let mut methods: Vec<String> = Vec::new();
    for method in written {
        let name = &method.name;
        if methods.contains(name) {
            errors.at_span(method.span, format!("the method `{name}` stands twice: leave one out"));
        } else if let Some(message) = method_fault(method) {
            errors.at_span(method.span, message);
        } else {
            methods.push(name.clone());
        }
    }
    methods
}

fn method_fault(method: &Method) -> Option<String> {
    let name = &method.name;
    if method.quoted {
        let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let token = !name.is_empty() && name.bytes().all(is_tchar);
        return (!token).then(|| {
            format!(
                "`{name:?}` is no method: a method is a word of letters, digits and `-`, as in `\"PURGE\"`"
            )
        });
    }
    if METHODS.contains(&name.as_str()) {
        return None;
    }
    let upper = name.to_uppercase();
    Some(match nearest(name, METHODS.iter().copied()) {
        Some(known) if known == upper => format!("methods are written in upper case: write `{known}`"),
        Some(known) => format!("unknown method `{name}`: did you mean `{known}`?"),
        None => format!("unknown method `{name}`: write one of your own in quotes, `\"{name}\"`"),
    })
}

fn patterns(arguments: &Arguments, errors: &mut Errors) -> Option<Vec<Pattern>> {
    let prefix = match &arguments.options.prefix {
        Some(literal) => Some(Pattern::parse_prefix(literal, errors)?),
        None => None,
    };
    let mut patterns: Vec<Pattern> = Vec::new();
    let mut whole = !arguments.patterns.is_empty();
    for literal in &arguments.patterns {
        let parsed = Pattern::parse(literal, errors).and_then(|pattern| match &prefix {
            None => Some(pattern),
            Some(prefix) => pattern.under(prefix).map_err(|message| errors.at(literal, message)).ok(),
        });
        let Some(pattern) = parsed else {
            whole = false;
            continue;
        };
        if patterns.iter().any(|other| other.segments == pattern.segments) {
            errors.at(literal, format!("the pattern `{}` stands twice: leave one out", pattern.text));
            whole = false;
        }
        patterns.push(pattern);
    }
    if let Some(first) = patterns.first().filter(|_| whole) {
        for (pattern, literal) in patterns.iter().zip(&arguments.patterns).skip(1) {
            if !pattern.params().eq(first.params()) {
                errors.at(literal, differing(pattern, first));
                whole = false;
            }
        }
    }
    whole.then_some(patterns)
}

fn differing(pattern: &Pattern, first: &Pattern) -> String {
    let list = |pattern: &Pattern| {
        let names: Vec<String> = pattern.params().map(|name| format!("`{name}`")).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    format!(
        "the patterns of one function have the same parameters in the same order: `{}` has {}, `{}` has {}; write a \
         function for each",
        first.text,
        list(first),
        pattern.text,
        list(pattern)
    )
}

fn policy(options: &Options, errors: &mut Errors) -> Policy {
    let body_limit = options
        .body_limit
        .as_ref()
        .and_then(|literal| measure(literal, units::parse_size, "body_limit = \"100MiB\"", errors));
    let timeout_millis = options
        .timeout
        .as_ref()
        .and_then(|literal| measure(literal, units::parse_time, "timeout = \"5s\"", errors));
    let on_disconnect = options.on_disconnect.as_ref().and_then(|word| match word.to_string().as_str() {
        "finish" => Some(OnDisconnect::Finish),
        "cancel" => Some(OnDisconnect::Cancel),
        other => {
            errors.at(
                word,
                match nearest(other, ["finish", "cancel"]) {
                    Some(meant) => {
                        format!("`{other}` is neither `finish` nor `cancel`: did you mean `{meant}`?")
                    }
                    None => format!("`{other}` is neither `finish` nor `cancel`: write one of them"),
                },
            );
            None
        }
    });
    if let Some(tag) = options.tag.as_ref().filter(|tag| tag.value().trim().is_empty()) {
        errors.at(tag, "a tag is a text: write `tag = \"users\"`, or leave it out");
    }
    let tag = options.tag.as_ref().map(syn::LitStr::value);
    Policy { body_limit, timeout_millis, on_disconnect, tag }
}

/// Reads a size or a time; anything but text has no unit.
fn measure(
    literal: &Lit,
    parse: fn(&str) -> Result<u64, String>,
    example: &str,
    errors: &mut Errors,
) -> Option<u64> {
    let Lit::Str(text) = literal else {
        errors.at(literal, format!("expected a number and its unit in quotes: write `{example}`"));
        return None;
    };
    parse(&text.value()).map_err(|message| errors.at(literal, message)).ok()
}

/// The first line of the function's documentation; empty where it has none.
fn summary(function: &Function) -> String {
    let lines = function.attrs.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let lines: Vec<String> = lines.collect();
    let mut lines = lines.iter().flat_map(|text| text.lines()).map(str::trim);
    lines.find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}
