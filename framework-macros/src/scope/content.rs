//! The content of a module: its handlers and inner scopes are found, and their attributes told of the scope.

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, LitStr, Type};

use crate::route::route_attribute;

/// What every attribute inside is told.
pub(crate) struct Told<'a> {
    pub(crate) prefix: Option<&'a LitStr>,
    /// The one state of the table, where the scope names one: an argument that it cannot make is then told of where it
    /// stands, not in the table.
    pub(crate) state: Option<&'a Type>,
    /// A mistake was reported: routes say nothing of their own.
    pub(crate) silent: bool,
}

/// What was found, in order, and the content with its attributes changed.
pub(crate) struct Content {
    pub(crate) tokens: TokenStream,
    pub(crate) entries: Vec<Entry>,
    /// Whether an inner scope takes the state of this one.
    pub(crate) lends_state: bool,
}

/// An entry of the module's table.
pub(crate) struct Entry {
    pub(crate) name: Ident,
    pub(crate) kind: Kind,
    /// The conditions of its `#[cfg]`s.
    pub(crate) conditions: Vec<TokenStream>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Handler,
    Scope,
}

impl Content {
    pub(crate) fn of(braces: &Group, told: &Told<'_>) -> Self {
        let mut content = Self { tokens: TokenStream::new(), entries: Vec::new(), lends_state: false };
        let trees: Vec<TokenTree> = braces.stream().into_iter().collect();
        let mut rest = trees.as_slice();
        while !rest.is_empty() {
            let (attributes, behind) = attributes(rest);
            if attributes.is_empty() {
                let [first, behind @ ..] = rest else { return content };
                content.tokens.extend([first.clone()]);
                rest = behind;
            } else {
                content.item(&attributes, behind, told);
                rest = behind;
            }
        }
        content
    }

    /// Takes in the attributes of one item, and the item's name where it is an entry of the table.
    fn item(&mut self, attributes: &[Attribute], item: &[TokenTree], told: &Told<'_>) {
        let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        let conditions =
            conditions.filter_map(|attribute| Some(attribute.meta.require_list().ok()?.tokens.clone()));
        let conditions: Vec<TokenStream> = conditions.collect();
        let route = attributes.iter().any(|attribute| route_attribute(attribute).is_some());
        let scope = attributes.iter().any(is_scope);
        let entry = match named(item) {
            Some((word, name)) if route && word == "fn" => Some((name, Kind::Handler)),
            Some((word, name)) if scope && word == "mod" => Some((name, Kind::Scope)),
            Some(_) | None => None,
        };
        for attribute in attributes {
            let inner_scope = is_scope(attribute);
            if entry.is_some() && (inner_scope || route_attribute(attribute).is_some()) {
                self.tokens.extend(self::told(attribute, told, inner_scope, &mut self.lends_state));
            } else {
                attribute.to_tokens(&mut self.tokens);
            }
        }
        if let Some((name, kind)) = entry {
            self.entries.push(Entry { name, kind, conditions });
        }
    }
}

/// The attributes in front of an item, and what comes behind them.
fn attributes(mut trees: &[TokenTree]) -> (Vec<Attribute>, &[TokenTree]) {
    let mut attributes = Vec::new();
    while let [TokenTree::Punct(hash), TokenTree::Group(group), behind @ ..] = trees {
        if hash.as_char() != '#' || group.delimiter() != Delimiter::Bracket {
            break;
        }
        let tokens = quote!(#hash #group);
        let parsed = syn::parse::Parser::parse2(Attribute::parse_outer, tokens);
        let Ok(parsed) = parsed else { break };
        attributes.extend(parsed);
        trees = behind;
    }
    (attributes, trees)
}

/// `fn` or `mod` with the name behind it, where the item is one of the two.
fn named(item: &[TokenTree]) -> Option<(&'static str, Ident)> {
    let mut trees = item.iter();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Ident(word) if word == "fn" || word == "mod" => {
                let Some(TokenTree::Ident(name)) = trees.next() else { return None };
                return Some((if word == "fn" { "fn" } else { "mod" }, name.clone()));
            }
            // The parentheses of `pub(crate)`, and the text of `extern "C"`.
            TokenTree::Ident(_) | TokenTree::Literal(_) => {}
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {}
            TokenTree::Group(_) | TokenTree::Punct(_) => return None,
        }
    }
    None
}

/// Whether this is `#[scope]` or `#[server::scope]`.
fn is_scope(attribute: &Attribute) -> bool {
    let mut segments = attribute.path().segments.iter();
    let last = segments.next_back().is_some_and(|last| last.ident == "scope");
    last && segments.all(|segment| segment.ident == "server")
}

/// The attribute with what its item must know of the scope around it.
fn told(attribute: &Attribute, told: &Told<'_>, inner_scope: bool, lends_state: &mut bool) -> TokenStream {
    let mut arguments = crate::route::arguments_of(attribute);
    let mut add = |more: TokenStream| {
        let last = arguments.clone().into_iter().last();
        let comma = matches!(&last, Some(TokenTree::Punct(punct)) if punct.as_char() == ',');
        let comma = (last.is_some() && !comma).then(|| quote!(,));
        arguments.extend(quote!(#comma #more));
    };
    if let Some(prefix) = told.prefix {
        add(quote!(__prefix = #prefix));
    }
    if told.silent {
        add(quote!(__silent = true));
    }
    if let Some(state) = told.state.filter(|_| !has_option(&crate::route::arguments_of(attribute), "state")) {
        if inner_scope {
            add(quote!(state = super::__State));
            *lends_state = true;
        } else {
            add(quote!(state = #state));
        }
    }
    let path = attribute.path();
    let list = Group::new(Delimiter::Parenthesis, arguments);
    let mut brackets = Group::new(Delimiter::Bracket, quote!(#path #list));
    brackets.set_span(attribute.bracket_token.span.join());
    let pound = attribute.pound_token;
    quote!(#pound #brackets)
}

fn has_option(arguments: &TokenStream, name: &str) -> bool {
    let trees: Vec<TokenTree> = arguments.clone().into_iter().collect();
    trees.windows(2).any(|pair| match pair {
        [TokenTree::Ident(word), TokenTree::Punct(equals)] => {
            word == name && equals.as_char() == '=' && equals.spacing() == Spacing::Alone
        }
        _ => false,
    })
}

/// A name for the table of an entry that stands under a condition.
pub(crate) fn conditional_table(index: usize, span: Span) -> Ident {
    Ident::new(&format!("__ROUTES_{index}"), span)
}
