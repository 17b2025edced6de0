//! Lists of expressions in brackets, such as the middleware in `with = [auth, Timeout::after("5s")]`.
//!
//! `syn` reads paths, calls and literals without the part of it that knows the whole language. What is none of these is
//! taken up to the next comma as it stands, and rustc says what it has to say of it.

use proc_macro2::{Punct, TokenStream, TokenTree};
use quote::TokenStreamExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Token, bracketed};

/// Parses the brackets with what is between them.
pub(crate) fn list(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    let list;
    bracketed!(list in input);
    Ok(list.parse_terminated(expression, Token![,])?.into_iter().collect())
}

fn expression(input: ParseStream<'_>) -> syn::Result<Expr> {
    let ahead = input.fork();
    match Expr::parse(&ahead) {
        Ok(expression) => {
            input.advance_to(&ahead);
            Ok(expression)
        }
        Err(error) if input.is_empty() || input.peek(Token![,]) => Err(error),
        Err(_) => verbatim(input).map(Expr::Verbatim),
    }
}

/// The tokens up to a comma that is neither between the bars of a closure nor in a list of type arguments.
fn verbatim(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let mut inside = Inside { bars: false, angles: 0, before: ' ' };
    while !(input.is_empty() || input.peek(Token![,]) && inside.nothing()) {
        let tree = input.parse::<TokenTree>()?;
        match &tree {
            TokenTree::Punct(punct) => inside.see(punct, tokens.is_empty()),
            TokenTree::Ident(_) | TokenTree::Group(_) | TokenTree::Literal(_) => inside.before = ' ',
        }
        tokens.append(tree);
    }
    Ok(tokens)
}

/// What is open at a place among tokens.
struct Inside {
    /// The arguments of a closure with which the expression begins.
    bars: bool,
    /// Lists of type arguments.
    angles: usize,
    /// The punctuation before.
    before: char,
}

impl Inside {
    fn nothing(&self) -> bool {
        !self.bars && self.angles == 0
    }

    fn see(&mut self, punct: &Punct, first: bool) {
        let found = punct.as_char();
        match (self.before, found) {
            (_, '|') => self.bars = first,
            (':', '<') => self.angles += 1,
            (_, '<') if self.angles > 0 => self.angles += 1,
            ('-' | '=', '>') => {}
            (_, '>') => self.angles = self.angles.saturating_sub(1),
            _ => {}
        }
        self.before = found;
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use syn::parse::Parser;

    use super::*;
    use crate::testing::tokens;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let read = list.parse2(tokens(text)).expect("the case is a list");
        let read: Vec<_> =
            read.iter().map(|each| each.to_token_stream().to_string().replace(' ', "")).collect();
        let expected: Vec<_> = expected.iter().map(|each| each.replace(' ', "")).collect();
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn reads_each_expression() {
        check("[]", &[]);
        check("[a]", &["a"]);
        check("[a, b::C, D(1, 2).e(\"f\"),]", &["a", "b::C", "D(1, 2).e(\"f\")"]);
        check("[f::<A, B>(1), &G, H { i: 1, j: k }]", &["f::<A, B>(1)", "&G", "H { i: 1, j: k }"]);
    }

    #[test]
    fn takes_others_as_they_stand() {
        check("[f([1, 2]), a]", &["f([1, 2])", "a"]);
        check("[f::<A<u8>, B>(|x, y| x), a]", &["f::<A<u8>, B>(|x, y| x)", "a"]);
        check("[|x, y| x + y, a]", &["|x, y| x + y", "a"]);
        check("[{ a; b }, const { c }]", &["{ a; b }", "const { c }"]);
        check("[f(|x| -> u8 { x }) | [1], a]", &["f(|x| -> u8 { x }) | [1]", "a"]);
    }

    #[test]
    fn refuses_what_is_no_list() {
        for text in ["a", "[,]", "[a b]", "[a,,b]"] {
            assert!(list.parse2(tokens(text)).is_err(), "{text}");
        }
    }
}
