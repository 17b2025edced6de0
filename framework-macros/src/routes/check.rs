//! Flattens the scopes of `routes!`: each item then names the one scope it stands in, with all that is around it.

use std::collections::HashMap;

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Expr, Ident, LitStr, Path};

use super::parse::{Content, Item, Scope, text};
use crate::errors::Errors;
use crate::route::{Pattern, Segment, is_needed};
use crate::surroundings::{Place, place_of};
use crate::unimported;

/// The items of a table in the order written.
pub(crate) struct FlatTable {
    /// The first is the table itself.
    pub(crate) scopes: Vec<FlatScope>,
    pub(crate) items: Vec<FlatItem>,
    /// Functions that are no routes, as a route is a type of its name.
    pub(crate) unroutable: Vec<Ident>,
}

/// A scope with everything of the scopes around it.
#[derive(Clone, Default)]
pub(crate) struct FlatScope {
    pub(crate) prefix: String,
    /// The prefix's, which are literals.
    pub(crate) segments: Vec<Segment>,
    pub(crate) layers: Vec<Expr>,
    /// How many of them, the last, are written in its own brackets.
    pub(crate) own: usize,
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
    let table = FlatTable { scopes: vec![FlatScope::default()], items: Vec::new(), unroutable: Vec::new() };
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
        match scope.prefix.as_ref().map(|prefix| check_prefix(prefix, self.errors)) {
            None => {}
            Some(Some(prefix)) => {
                flat.prefix.push_str(&prefix.text);
                flat.segments.extend(prefix.segments);
            }
            // No text that a prefix can have: the items conflict with nothing else, as that would be a second error.
            Some(None) => {
                let stand_in = format!("\0{}", self.table.scopes.len());
                flat.prefix.push_str(&format!("/{stand_in}"));
                flat.segments.push(Segment::Literal(stand_in));
            }
        }
        let layers = unimported::without(scope.layers, self.errors);
        flat.own = layers.len();
        flat.layers.extend(layers);
        let index = self.table.scopes.len();
        self.table.scopes.push(flat);
        match scope.content {
            Content::Items(items) => self.items(items, index),
            Content::Table(path) => self.item(path, index, Kind::Table),
        }
    }

    fn item(&mut self, path: Path, scope: usize, kind: Kind) {
        let prefix = self.table.scopes.get(scope).map(|scope| scope.prefix.clone()).unwrap_or_default();
        if let Some(name) = path.get_ident()
            && kind == Kind::Handler
            && self.is_unroutable(name)
        {
            return;
        }
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

impl Flattener<'_> {
    /// Whether a function of this name in this file cannot be in a table. Where it has no error of its own, it gets one.
    fn is_unroutable(&mut self, name: &Ident) -> bool {
        match place_of(name) {
            Place::BesideModule => return true,
            Place::Plain => {
                let message =
                    format!("`{name}` is a function without a route: write `#[get(\"/...\")]` over it");
                self.errors.at(name, message);
            }
            Place::Module => {
                let message = format!(
                    "`{name}` is a module: list its handlers, as in `{name}::index`, or its table, as in \
                     `..{name}::ROUTES`"
                );
                self.errors.at(name, message);
                return true;
            }
            Place::Unimported => {
                unimported::told(name, self.errors);
                return true;
            }
            Place::Free | Place::Associated | Place::Repeated if is_needed(name) => {}
            Place::Free | Place::Associated | Place::Repeated => return false,
        }
        self.table.unroutable.push(name.clone());
        true
    }
}

fn line_of(span: Span) -> usize {
    span.unwrap().line()
}

/// The prefix where it can stand in a table: literal, as the handlers' arguments cannot know of its parameters.
fn check_prefix(prefix: &LitStr, errors: &mut Errors) -> Option<Pattern> {
    if matches!(prefix.value().as_str(), "" | "/") {
        errors.at(
            prefix,
            "a scope at the root needs no prefix: list its items without one, or write `with [...] => [...]`",
        );
        return None;
    }
    if !prefix.value().starts_with('/') {
        errors.at(prefix, format!("a prefix begins with a slash: write `\"/{}\"`", prefix.value()));
        return None;
    }
    let pattern = Pattern::parse_prefix(prefix, errors)?;
    if let Some(name) = pattern.params().next() {
        let message = format!(
            "a prefix in `routes!` is literal, found the parameter `:{name}`: write it in the pattern of each route, \
             or put the routes in a module with `#[server::scope(prefix = {:?})]`",
            prefix.value()
        );
        errors.at(prefix, message);
        return None;
    }
    Some(pattern)
}
