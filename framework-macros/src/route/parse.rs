//! The arguments of `#[route]`: methods, patterns, then options in any order.
//!
//! ```text
//! arguments = [ methods "," ] pattern *( "," pattern ) *( "," option )
//! methods   = method *( "|" method )          ; the shorthands have none
//! method    = IDENT / STRING                  ; a string for one that no RFC names
//! pattern   = STRING
//! option    = IDENT "=" value
//! ```

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Ident, Lit, LitStr, Token, Type};

use super::check::METHODS;
use crate::errors::Errors;
use crate::exprs;
use crate::nearest::nearest;

/// What stands between the parentheses, each piece with its span.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) methods: Vec<Method>,
    pub(crate) patterns: Vec<LitStr>,
    pub(crate) options: Options,
}

/// A method as written.
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) span: Span,
    /// Whether it stood in quotes, as a method that no RFC names does.
    pub(crate) quoted: bool,
}

/// The options as written; each is `None` or empty where it was left out.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) body_limit: Option<Lit>,
    pub(crate) timeout: Option<Lit>,
    pub(crate) on_disconnect: Option<Ident>,
    pub(crate) with: Vec<Expr>,
    pub(crate) tag: Option<LitStr>,
    pub(crate) state: Option<Type>,
    /// The prefix of the scope around the function; `#[scope]` writes it.
    pub(crate) prefix: Option<LitStr>,
    /// `#[scope]` has reported a mistake of its own: say nothing, route nothing.
    pub(crate) silent: bool,
}

const NAMES: &[&str] = &["body_limit", "timeout", "on_disconnect", "with", "tag", "state"];

/// Parses the arguments; notes what is wrong and goes on behind the next comma.
pub(crate) fn arguments(args: TokenStream, shorthand: Option<&str>, errors: &mut Errors) -> Arguments {
    let parser = |input: ParseStream<'_>| {
        let mut found = Arguments::default();
        if let Some(method) = shorthand {
            let span = Span::call_site();
            found.methods.push(Method { name: method.to_owned(), span, quoted: false });
            skip_method(input, method, errors)?;
        } else {
            methods(input, &mut found, errors)?;
        }
        while input.peek(LitStr) {
            found.patterns.push(input.parse()?);
            comma(input)?;
        }
        options(input, &mut found, errors)?;
        if found.patterns.is_empty() && errors.is_empty() {
            errors.at_span(input.span(), pattern_missing(shorthand, &found.methods));
        }
        Ok(found)
    };
    parser.parse2(args).unwrap_or_else(|error| {
        errors.push(error);
        Arguments::default()
    })
}

/// Refuses a method in a shorthand: `#[get(GET, "/")]`.
fn skip_method(input: ParseStream<'_>, method: &str, errors: &mut Errors) -> syn::Result<()> {
    if !input.peek(Ident) || input.peek2(Token![=]) {
        return Ok(());
    }
    let attribute = method.to_lowercase();
    let word = input.fork().call(Ident::parse_any)?.to_string();
    let message = if METHODS.contains(&word.to_uppercase().as_str()) {
        format!("`#[{attribute}]` has its method already: write `#[{attribute}(\"/\")]`, or `#[route(...)]`")
    } else {
        pattern_in_quotes(&format!("{attribute}("))
    };
    errors.push(input.error(message));
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    comma(input)
}

fn methods(input: ParseStream<'_>, found: &mut Arguments, errors: &mut Errors) -> syn::Result<()> {
    if input.is_empty() {
        errors.at_span(input.span(), "the method and the pattern are missing: write `#[route(GET, \"/\")]`");
        return Ok(());
    }
    if input.peek(Ident) && input.peek2(Token![=]) {
        let message =
            "the methods and the pattern come first, by themselves: write `#[route(GET, \"/...\")]`";
        errors.push(input.error(message));
        input.parse::<TokenStream>()?;
        return Ok(());
    }
    if let Some(literal) =
        input.fork().parse::<LitStr>().ok().filter(|literal| literal.value().starts_with('/'))
    {
        let text = literal.value();
        match method_behind(input) {
            Some(method) => {
                errors.at(&method, format!("the method comes first: write `#[route({method}, {text:?})]`"));
                found.patterns.push(input.parse()?);
                comma(input)?;
                input.call(Ident::parse_any)?;
                comma(input)?;
            }
            None => errors.at(&literal, format!("the method is missing: write `#[route(GET, {text:?})]`")),
        }
        return Ok(());
    }
    loop {
        found.methods.push(method(input)?);
        // Commas between methods are a mistake, but one that is understood.
        let another = input.peek(Token![,]) && input.peek2(Ident) && !input.peek3(Token![=]);
        if another && is_no_method(input) {
            input.parse::<Token![,]>()?;
            let first = found.methods.first().map(|method| format!("route({}, ", method.name));
            errors.push(input.error(pattern_in_quotes(&first.unwrap_or_default())));
            return skip_value(input);
        } else if another {
            let comma = input.parse::<Token![,]>()?;
            errors.at(comma, "several methods are joined by `|`: write `GET | POST`");
        } else if input.peek(Token![|]) {
            input.parse::<Token![|]>()?;
        } else {
            return comma(input);
        }
    }
}

/// The method in `"/", GET`.
fn method_behind(input: ParseStream<'_>) -> Option<Ident> {
    let ahead = input.fork();
    ahead.parse::<LitStr>().ok()?;
    ahead.parse::<Token![,]>().ok()?;
    let method = ahead.call(Ident::parse_any).ok()?;
    METHODS.contains(&method.to_string().as_str()).then_some(method)
}

/// Whether what stands behind the comma is surely a name of something else.
fn is_no_method(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let _: syn::Result<Token![,]> = ahead.parse();
    let name = ahead.call(Ident::parse_any).map(|name| name.to_string().to_uppercase()).unwrap_or_default();
    nearest(&name, METHODS.iter().copied()).is_none()
}

fn method(input: ParseStream<'_>) -> syn::Result<Method> {
    if let Ok(literal) = input.fork().parse::<LitStr>() {
        input.parse::<LitStr>()?;
        return Ok(Method { name: literal.value(), span: literal.span(), quoted: true });
    }
    let ident = input.call(Ident::parse_any).map_err(|error| {
        syn::Error::new(error.span(), "expected a method: write `GET`, `GET | POST`, or `\"PURGE\"`")
    })?;
    if input.peek(Token![::]) {
        return Err(syn::Error::new(ident.span(), "a method is written by its name alone: write `GET`, say"));
    }
    if input.peek(LitStr) {
        return Err(input.error(format!("a comma stands behind the method: write `{ident}, \"/...\"`")));
    }
    Ok(Method { name: ident.to_string(), span: ident.span(), quoted: false })
}

fn pattern_missing(shorthand: Option<&str>, methods: &[Method]) -> String {
    let example = match (shorthand, methods.first()) {
        (Some(method), _) => format!("#[{}(\"/\")]", method.to_lowercase()),
        (None, Some(method)) if method.quoted => format!("#[route({:?}, \"/\")]", method.name),
        (None, Some(method)) => format!("#[route({}, \"/\")]", method.name),
        (None, None) => "#[route(GET, \"/\")]".to_owned(),
    };
    format!("the pattern is missing: write `{example}`")
}

/// What is said of a name that stands where a pattern should.
fn pattern_in_quotes(attribute: &str) -> String {
    format!(
        "a pattern is a text in quotes, as no macro sees what a name stands for: write `#[{attribute}\"/...\")]`"
    )
}

fn options(input: ParseStream<'_>, found: &mut Arguments, errors: &mut Errors) -> syn::Result<()> {
    let mut seen: Vec<String> = Vec::new();
    while !input.is_empty() {
        if input.peek(LitStr) {
            let late = input.parse::<LitStr>()?;
            errors.at(&late, format!("patterns stand before the options: move `{:?}` there", late.value()));
            found.patterns.push(late);
            comma(input)?;
            continue;
        }
        let key = input.call(Ident::parse_any).map_err(|error| {
            let message = match found.patterns.is_empty() {
                true if input.peek(syn::token::Bracket) => {
                    "several patterns stand side by side: write them without brackets, as in `\"/\", \"/index\"`".to_owned()
                }
                true => "a pattern is a text in double quotes: write `\"/...\"`".to_owned(),
                false => format!("expected an option: one of {}", listed()),
            };
            syn::Error::new(error.span(), message)
        })?;
        if !input.peek(Token![=]) || input.peek(Token![==]) {
            errors.at(&key, no_value(&key.to_string()));
            skip_value(input)?;
            continue;
        }
        input.parse::<Token![=]>()?;
        let name = key.to_string();
        if seen.contains(&name) {
            errors.at(&key, format!("`{name}` is given twice: leave one out"));
            skip_value(input)?;
            continue;
        }
        if let Err(error) = option(&key, input, &mut found.options) {
            errors.push(error);
            skip_value(input)?;
        } else {
            comma(input)?;
        }
        seen.push(name);
    }
    Ok(())
}

/// Parses the value of the option `key`.
fn option(key: &Ident, input: ParseStream<'_>, options: &mut Options) -> syn::Result<()> {
    match key.to_string().as_str() {
        "body_limit" => {
            options.body_limit = Some(value(input, "a size in quotes: `body_limit = \"100MiB\"`")?);
        }
        "timeout" => options.timeout = Some(value(input, "a time in quotes: `timeout = \"5s\"`")?),
        "on_disconnect" => {
            options.on_disconnect =
                Some(value(input, "`finish` or `cancel`, without quotes: `on_disconnect = finish`")?);
        }
        "tag" => options.tag = Some(value(input, "a text in quotes: `tag = \"users\"`")?),
        "state" => options.state = Some(value(input, "the state's type: `state = App`")?),
        "with" => options.with = middleware_list(input)?,
        "__prefix" => options.prefix = Some(input.parse()?),
        "__silent" => options.silent = input.parse::<syn::LitBool>()?.value(),
        other => {
            let message = match (habit(other), nearest(other, NAMES.iter().copied())) {
                (Some(instead), _) => format!("`{other}` is no option of a route: {instead}"),
                (None, Some(name)) => format!("`{other}` is no option of a route: did you mean `{name}`?"),
                (None, None) => format!("`{other}` is no option of a route: the options are {}", listed()),
            };
            return Err(syn::Error::new(key.span(), message));
        }
    }
    Ok(())
}

/// What stands in place of an option that another framework has.
fn habit(option: &str) -> Option<&'static str> {
    Some(match option {
        "path" | "uri" | "pattern" => "write the pattern alone, as in `\"/users\"`",
        "method" => "write the methods in front of the pattern, as in `#[route(GET, \"/users\")]`",
        "middleware" | "wrap" | "layer" | "guard" => "write `with = [auth]`",
        "data" | "body" | "format" | "consumes" => {
            "take the body as an argument, such as `Json<T>` or `Form<T>`"
        }
        "status" => "return it in front of the body, as in `(StatusCode::CREATED, Json(value))`",
        "content_type" | "produces" => "return what has it, such as `Json(value)` or `Html(text)`",
        "name" | "operation_id" => "a route is called as its function is",
        _ => return None,
    })
}

fn value<T: Parse>(input: ParseStream<'_>, expected: &str) -> syn::Result<T> {
    let span = input.span();
    let parsed = input.fork().parse::<T>();
    let whole = parsed.is_ok() && {
        let ahead = input.fork();
        ahead.parse::<T>().is_ok() && (ahead.is_empty() || ahead.peek(Token![,]))
    };
    if whole { input.parse() } else { Err(syn::Error::new(span, format!("expected {expected}"))) }
}

fn middleware_list(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    if !input.peek(syn::token::Bracket) {
        return Err(input.error("middleware stands in brackets: write `with = [auth]`"));
    }
    exprs::list(input)
}

/// What to write for an option without `=`.
fn no_value(name: &str) -> String {
    let example = match nearest(name, NAMES.iter().copied()) {
        Some("body_limit") => "body_limit = \"100MiB\"",
        Some("timeout") => "timeout = \"5s\"",
        Some("on_disconnect") => "on_disconnect = finish",
        Some("tag") => "tag = \"users\"",
        Some("state") => "state = App",
        Some("with") => "with = [auth]",
        Some(_) | None => {
            return format!("`{name}` is no option of a route: the options are {}", listed());
        }
    };
    format!("the option `{name}` has no value: write `{example}`")
}

fn listed() -> String {
    NAMES.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Skips to behind the next comma.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    comma(input)
}

fn comma(input: ParseStream<'_>) -> syn::Result<()> {
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}
