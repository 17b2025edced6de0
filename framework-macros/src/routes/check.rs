//! Flattens the scopes of `routes!`: each item then names the one scope it stands in, with all that is around it.

use std::collections::HashMap;

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Expr, LitStr, Path};

use super::parse::{Content, Item, Scope, text};
use crate::errors::Errors;

/// The items of a table in the order written.
pub(crate) struct FlatTable {
    /// The first is the table itself.
    pub(crate) scopes: Vec<FlatScope>,
    pub(crate) items: Vec<FlatItem>,
}

/// A scope with everything of the scopes around it.
#[derive(Clone, Default)]
pub(crate) struct FlatScope {
    pub(crate) prefix: String,
    pub(crate) layers: Vec<Expr>,
}

/// An item with the index of its scope.
pub(crate) struct FlatItem {
    pub(crate) scope: usize,
    pub(crate) path: Path,
    pub(crate) kind: Kind,
}

/// What an item's path names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Handler,
    Table,
}

/// Checks prefixes and repetitions and flattens; an item with a fault is left out.
pub(crate) fn flatten(items: Vec<Item>, errors: &mut Errors) -> FlatTable {
    let table = FlatTable { scopes: vec![FlatScope::default()], items: Vec::new() };
    let mut flattener = Flattener { table, seen: HashMap::new(), errors };
    flattener.items(items, 0);
    flattener.table
}

struct Flattener<'a> {
    table: FlatTable,
    /// Where a path under a prefix was listed first.
    seen: HashMap<(String, String), Span>,
    errors: &'a mut Errors,
}

impl Flattener<'_> {
    fn items(&mut self, items: Vec<Item>, scope: usize) {
        for item in items {
            match item {
                Item::Handler(path) => self.item(path, scope, Kind::Handler),
                Item::Splice(path) => self.item(path, scope, Kind::Table),
                Item::Scope(inner) => self.scope(inner, scope),
            }
        }
    }

    fn scope(&mut self, scope: Scope, outer: usize) {
        let mut flat = self.table.scopes.get(outer).cloned().unwrap_or_default();
        if let Some(prefix) = &scope.prefix {
            match check_prefix(prefix) {
                Ok(text) => flat.prefix.push_str(&text),
                Err(error) => self.errors.push(error),
            }
        }
        flat.layers.extend(scope.layers);
        let index = self.table.scopes.len();
        self.table.scopes.push(flat);
        match scope.content {
            Content::Items(items) => self.items(items, index),
            Content::Table(path) => self.item(path, index, Kind::Table),
        }
    }

    fn item(&mut self, path: Path, scope: usize, kind: Kind) {
        let prefix = self.table.scopes.get(scope).map(|scope| scope.prefix.clone()).unwrap_or_default();
        let name = text(&path);
        let span = path.segments.first().map_or_else(Span::call_site, |first| first.ident.span());
        if let Some(first) = self.seen.get(&(prefix.clone(), name.clone())) {
            let message =
                format!("`{name}` is listed twice here, first on line {}; remove one", line_of(*first));
            self.errors.at(path.to_token_stream(), message);
            return;
        }
        self.seen.insert((prefix, name), span);
        self.table.items.push(FlatItem { scope, path, kind });
    }
}

fn line_of(span: Span) -> usize {
    span.unwrap().line()
}

/// The prefix's text, where it is one.
fn check_prefix(prefix: &LitStr) -> syn::Result<String> {
    let text = prefix.value();
    let refuse = |message: String| Err(syn::Error::new(prefix.span(), message));
    if text.is_empty() || text == "/" {
        return refuse(
            "a scope at the root needs no prefix: list its items without one, or write `with [...] => [...]`"
                .to_owned(),
        );
    }
    let Some(rest) = text.strip_prefix('/') else {
        return refuse(format!("a prefix starts with a slash: write `\"/{text}\"`"));
    };
    if let Some(start) = text.strip_suffix('/') {
        let start = start.trim_end_matches('/');
        return refuse(format!("a prefix ends without a slash: write `\"{start}\"`"));
    }
    for segment in rest.split('/') {
        if segment.is_empty() {
            return refuse("a prefix has no empty segment: write one slash in place of `//`".to_owned());
        }
        if segment.starts_with([':', '*']) {
            return refuse(format!(
                "a prefix here is literal, found `{segment}`: write the parameter in the pattern of each route, or \
                 put the routes in a module with `#[server::scope(prefix = \"{text}\")]`"
            ));
        }
        if let Some(odd) = segment.chars().find(|&odd| !is_path_char(odd)) {
            let mut bytes = [0; 4];
            let encoded: String =
                odd.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect();
            return refuse(format!(
                "`{odd}` cannot stand in a path: write `{encoded}`, as it stands in a request target"
            ));
        }
    }
    Ok(text)
}

/// `pchar` of RFC 3986 §3.3, whose percent sign begins an encoded byte.
fn is_path_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@%".contains(char)
}
