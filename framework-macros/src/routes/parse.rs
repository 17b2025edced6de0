//! The items of `routes!` as written, and what people write who come from elsewhere.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, ExprPath, Ident, LitStr, Path, Result, Token, bracketed, token};

use crate::errors::Errors;
use crate::exprs;
use crate::route::in_quotes;

/// An item of `routes!`.
pub(crate) enum Item {
    /// `users::get_user`
    Handler(Path),
    /// `..users::ROUTES`
    Splice(Path),
    /// `"/admin" with [auth] => ...`
    Scope(Scope),
}

/// A prefix, layers, or both, and what is inside of them.
pub(crate) struct Scope {
    pub(crate) prefix: Option<LitStr>,
    pub(crate) layers: Vec<Expr>,
    pub(crate) content: Content,
}

/// What stands behind the arrow.
pub(crate) enum Content {
    Items(Vec<Item>),
    Table(Path),
}

/// Parses items up to the end, each of which is separated from the next by a comma.
pub(crate) fn items(input: TokenStream, errors: &mut Errors) -> Vec<Item> {
    let mut items = Vec::new();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            match item(input, errors) {
                Ok(item) => items.extend(item),
                Err(error) => {
                    errors.push(error);
                    skip_item(input);
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(input) {
        errors.push(error);
    }
    items
}

/// Skips to the next comma, so that the items behind it are read too.
fn skip_item(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _: Result<TokenTree> = input.parse();
    }
}

/// Parses one item up to its comma; `None` where its error is noted already.
fn item(input: ParseStream<'_>, errors: &mut Errors) -> Result<Option<Item>> {
    let item = if input.peek(Token![..]) {
        splice(input)?
    } else if input.peek(LitStr) || (peek_with(input) && input.peek2(token::Bracket)) {
        Some(Item::Scope(scope(input, errors)?))
    } else {
        handler(input)?
    };
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error("expected `,` between two items"));
    }
    Ok(item)
}

fn splice(input: ParseStream<'_>) -> Result<Option<Item>> {
    if input.peek(Token![...]) {
        let dots = input.parse::<Token![...]>()?;
        let message = format!("a table is taken in with two dots: write `..{}`", text(&path(input)?));
        return Err(Error::new_spanned(dots, message));
    }
    input.parse::<Token![..]>()?;
    let path = path(input)?;
    if !is_constant(&path) {
        let message = format!(
            "expected a table such as `users::ROUTES` after `..`, found `{0}`: a handler is listed without the \
             dots, as `{0}`",
            text(&path)
        );
        return Err(Error::new_spanned(path, message));
    }
    Ok(Some(Item::Splice(path)))
}

fn handler(input: ParseStream<'_>) -> Result<Option<Item>> {
    if let Some(message) = habit(input) {
        return Err(input.error(message));
    }
    let path = path(input)?;
    if input.peek(token::Paren) {
        return Err(call(input, &path)?);
    }
    if input.peek(Token![=>]) {
        let message = format!(
            "expected a prefix in quotes before `=>`, found `{0}`: write `\"/prefix\" => [...]`; a handler is \
             listed without an arrow, as its pattern stands in its `#[route]`",
            text(&path)
        );
        return Err(Error::new_spanned(path, message));
    }
    if is_constant(&path) {
        let message = format!(
            "`{0}` is named like a table: write `..{0}` to take its routes as they are, or \
             `\"/prefix\" => {0}` to put them under a prefix",
            text(&path)
        );
        return Err(Error::new_spanned(path, message));
    }
    Ok(Some(Item::Handler(path)))
}

/// What stands in place of a handler's name, where it cannot begin a path.
fn habit(input: ParseStream<'_>) -> Option<&'static str> {
    if input.peek(Token![|])
        || input.peek(Token![||])
        || input.peek(Token![move])
        || input.peek(Token![async])
    {
        return Some(
            "expected the name of a handler, found a closure: write a function with `#[get(\"/...\")]` and list \
             its name",
        );
    }
    if input.peek(token::Paren) {
        return Some(
            "expected the name of a handler, found a tuple: its method and pattern stand in its `#[route]`, so \
             list the name alone",
        );
    }
    if input.peek(token::Bracket) {
        return Some("expected a prefix or `with [...]` in front of a list: write `\"/prefix\" => [...]`");
    }
    if input.peek(Token![&]) {
        return Some("expected the name of a handler, found a reference: list the name alone, without `&`");
    }
    if input.peek(Token![#]) {
        return Some(
            "an item cannot have attributes: put what depends on a `#[cfg]` in a table of its own, and splice it \
             with `..TABLE`",
        );
    }
    if input.peek(Token![=>]) {
        return Some("expected a prefix in front of `=>`: write `\"/prefix\" => [...]`");
    }
    None
}

/// The error for `get(index)`, `users::index()` and the like.
fn call(input: ParseStream<'_>, path: &Path) -> Result<Error> {
    let group: Group = input.parse()?;
    skip_item(input);
    let name = text(path);
    let inside = group.stream().to_string();
    let message = match path.segments.last().map(|last| last.ident.to_string()).as_deref() {
        Some(method @ ("get" | "post" | "put" | "patch" | "delete" | "head" | "options" | "any"))
            if !inside.is_empty() =>
        {
            let attribute = if method == "any" { "route(GET | POST" } else { method };
            let open = if method == "any" { ", \"/...\")" } else { "(\"/...\")" };
            format!(
                "expected the name of a handler, found `{name}(...)`: write `#[{attribute}{open}]` over the \
                 function, and list it as `{inside}`"
            )
        }
        _ => format!("expected the name of a handler, found a call: list it as `{name}`"),
    };
    let mut tokens = path.to_token_stream();
    tokens.extend(quote!(#group));
    Ok(Error::new_spanned(tokens, message))
}

fn scope(input: ParseStream<'_>, errors: &mut Errors) -> Result<Scope> {
    let prefix: Option<LitStr> = input.parse()?;
    let layers = if peek_with(input) { with(input)? } else { Vec::new() };
    if !input.peek(Token![=>]) {
        return Err(no_arrow(input, prefix.as_ref()));
    }
    input.parse::<Token![=>]>()?;
    if input.peek(token::Bracket) {
        let content;
        bracketed!(content in input);
        let content = Content::Items(items(content.parse()?, errors));
        return Ok(Scope { prefix, layers, content });
    }
    if let Some(message) = habit(input) {
        return Err(input.error(message));
    }
    let path = path(input)?;
    if input.peek(token::Paren) {
        return Err(call(input, &path)?);
    }
    if !is_constant(&path) {
        let message = format!(
            "expected a list in brackets or a table such as `users::ROUTES` after `=>`, found `{0}`: a handler's \
             pattern stands in its `#[route]`, so list it as `{0}`, or under a prefix as `\"/prefix\" => [{0}]`",
            text(&path)
        );
        return Err(Error::new_spanned(path, message));
    }
    Ok(Scope { prefix, layers, content: Content::Table(path) })
}

/// Parses `with [auth, log]`.
fn with(input: ParseStream<'_>) -> Result<Vec<Expr>> {
    input.call(Ident::parse_any)?;
    if !input.peek(token::Bracket) {
        return Err(input.error("expected a list of middleware in brackets: write `with [auth, log]`"));
    }
    let layers = exprs::list(input)?;
    if let Some((layer, message)) = layers.iter().find_map(|layer| Some((layer, in_quotes(layer)?))) {
        return Err(Error::new_spanned(layer, message));
    }
    Ok(layers)
}

fn no_arrow(input: ParseStream<'_>, prefix: Option<&LitStr>) -> Error {
    let Some(prefix) = prefix else {
        return input.error("expected `=>` after the middleware: write `with [...] => [...]`");
    };
    let text = prefix.value();
    if (input.is_empty() || input.peek(Token![,])) && !text.starts_with('/') {
        return Error::new(
            prefix.span(),
            format!("a handler is listed by its name, without quotes: write `{text}`"),
        );
    }
    if input.is_empty() || input.peek(Token![,]) {
        let message = format!(
            "a prefix alone routes nothing: write `\"{text}\" => [...]`; the pattern of a handler stands in its \
             `#[route]`"
        );
        return Error::new(prefix.span(), message);
    }
    input.error(format!("expected `=>` after the prefix: write `\"{text}\" => [...]`"))
}

/// Parses a plain path; generics and `<T as Trait>` have no place in a table.
fn path(input: ParseStream<'_>) -> Result<Path> {
    if let Some(star) = star(input) {
        return Err(Error::new_spanned(
            star,
            "a table lists each handler by its own name: write it in place of `*`",
        ));
    }
    if !input.peek(Token![<]) && !input.peek(Token![::]) && !input.peek(Ident::peek_any) {
        return Err(input.error(
            "expected the name of a handler, a prefix such as `\"/admin\" => [...]`, `with [...] => [...]`, or a \
             table such as `..users::ROUTES`",
        ));
    }
    let ExprPath { qself, path, .. } = input.parse()?;
    if qself.is_some() {
        return Err(Error::new_spanned(path, "expected a plain path such as `users::get_user`"));
    }
    let generic = path.segments.iter().find(|segment| !segment.arguments.is_none());
    if generic.is_some() || input.peek(Token![<]) {
        let message = "a handler in a table has no type arguments: write a function with `#[route]` for each type, \
                       which calls the generic one";
        return Err(Error::new_spanned(path, message));
    }
    if input.peek(Token![!]) {
        return Err(Error::new_spanned(
            path,
            "expected a plain path such as `users::get_user`, found a macro",
        ));
    }
    Ok(path)
}

/// The star of `users::*`.
fn star(input: ParseStream<'_>) -> Option<Token![*]> {
    let ahead = input.fork();
    while ahead.call(Ident::parse_any).is_ok() && ahead.parse::<Token![::]>().is_ok() {}
    ahead.parse().ok()
}

fn peek_with(input: ParseStream<'_>) -> bool {
    let fork = input.fork();
    fork.call(Ident::parse_any).is_ok_and(|ident| ident == "with")
}

/// Whether the path's last name is in capitals, as rustc wants constants to be.
fn is_constant(path: &Path) -> bool {
    let name = path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default();
    name.contains(char::is_uppercase) && !name.contains(char::is_lowercase)
}

/// The path as written.
pub(crate) fn text(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}
