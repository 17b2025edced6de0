//! What stands in the code for each item of a table: where it comes from, the check of its conflicts, and its binding.
//!
//! A table has hundreds of items, so these are put together sign by sign, which takes a third of what `quote!` does.

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use quote::ToTokens;

use super::check::{FlatItem, Kind};
use crate::spans::write_signs;

/// The code of all items, each of the three ready for the brackets that it stands in.
#[derive(Default)]
pub(super) struct ItemCode {
    /// `__Item { … }`, with commas between.
    pub(super) sources: Vec<TokenTree>,
    /// `__check(0);` and so on: a conflict stands on the item's path.
    pub(super) checks: Vec<TokenTree>,
    /// `(scope, __Binding::Route(…))`, with commas between.
    pub(super) bindings: Vec<TokenTree>,
}

impl ItemCode {
    pub(super) fn of(items: &[FlatItem]) -> Self {
        let mut code = Self::default();
        for (index, item) in items.iter().enumerate() {
            code.push(index, item);
        }
        code
    }

    fn push(&mut self, index: usize, item: &FlatItem) {
        let path = Path::of(item);
        let here = Span::call_site();

        write_signs(here, "__Item", &mut self.sources);
        let mut content = Vec::new();
        write_signs(here, "scope :", &mut content);
        content.push(number(item.scope));
        write_signs(here, ", source :", &mut content);
        path.write_source(item.kind, &mut content);
        self.sources.push(group(Delimiter::Brace, here, content));
        write_signs(here, ",", &mut self.sources);

        write_signs(path.first, "__check", &mut self.checks);
        self.checks.push(group(Delimiter::Parenthesis, path.last, vec![number(index)]));
        write_signs(here, ";", &mut self.checks);

        let mut content = vec![number(item.scope)];
        write_signs(here, ",", &mut content);
        path.write_binding(item.kind, &mut content);
        self.bindings.push(group(Delimiter::Parenthesis, here, content));
        write_signs(here, ",", &mut self.bindings);
    }
}

/// An item's path as it is written.
struct Path {
    tokens: Vec<TokenTree>,
    first: Span,
    last: Span,
}

impl Path {
    fn of(item: &FlatItem) -> Self {
        let tokens: Vec<_> = item.path.to_token_stream().into_iter().collect();
        let span = |token: Option<&TokenTree>| token.map_or_else(Span::call_site, TokenTree::span);
        Self { first: span(tokens.first()), last: span(tokens.last()), tokens }
    }

    fn write_source(&self, kind: Kind, code: &mut Vec<TokenTree>) {
        let here = Span::call_site();
        match kind {
            // In parentheses, so that a function without `#[route]` is not taken for a constant argument too.
            Kind::Handler => {
                write_signs(here, "__Probe :: <", code);
                code.push(group(Delimiter::Parenthesis, here, self.tokens.clone()));
                write_signs(here, "> :: SOURCE", code);
            }
            Kind::Table => {
                write_signs(here, ":: server :: __private :: Source :: Table", code);
                let mut sources = self.tokens.clone();
                write_signs(here, ". __sources", &mut sources);
                sources.push(group(Delimiter::Parenthesis, here, Vec::new()));
                code.push(group(Delimiter::Parenthesis, here, sources));
            }
        }
    }

    fn write_binding(&self, kind: Kind, code: &mut Vec<TokenTree>) {
        let (kind, bound) = match kind {
            Kind::Handler => {
                let mut bound = Vec::new();
                write_signs(self.first, "<", &mut bound);
                bound.extend_from_slice(&self.tokens);
                write_signs(self.last, "as __Handle < _ > > :: BOUND", &mut bound);
                ("__Binding :: Route", bound)
            }
            Kind::Table => ("__Binding :: Table", self.tokens.clone()),
        };
        write_signs(self.first, kind, code);
        code.push(group(Delimiter::Parenthesis, self.last, bound));
    }
}

fn number(number: usize) -> TokenTree {
    Literal::usize_unsuffixed(number).into()
}

fn group(delimiter: Delimiter, span: Span, content: Vec<TokenTree>) -> TokenTree {
    let mut group = Group::new(delimiter, content.into_iter().collect::<TokenStream>());
    group.set_span(span);
    group.into()
}
