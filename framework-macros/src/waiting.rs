//! Whether an `async` function can be seen to await nothing, so that one poll runs it to its end.
//!
//! Only `.await` suspends an `async fn`. What could hide one is looked for as well: another attribute, which may write
//! the function anew, and a macro, unless it is called like one of the standard library. Where it cannot be told, the
//! function is taken to wait, which is never wrong.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Attribute;

use crate::function::Function;
use crate::route::is_one_of;

/// Attributes after which the function is still what is written.
const HARMLESS: &[&str] =
    &["allow", "cfg", "cold", "deny", "deprecated", "doc", "expect", "forbid", "inline", "must_use", "warn"];

/// Macros of the standard library; what they are given is searched like everything else.
const STANDARD: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "include_bytes",
    "include_str",
    "matches",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// Keywords behind which `!` is a negation.
const BEFORE_NEGATION: &[&str] = &["break", "else", "if", "in", "match", "return", "while"];

/// Whether the function, which is `async`, may have to be polled more than once.
pub(crate) fn may_wait(function: &Function) -> bool {
    if function.attrs.iter().any(is_harmful) {
        return true;
    }
    let text = function.text();
    (text.contains("await") || text.contains('!')) && awaits(function.body.to_token_stream())
}

fn is_harmful(attribute: &Attribute) -> bool {
    !attribute.path().get_ident().is_some_and(|name| is_one_of(name, HARMLESS))
}

/// Whether `.await` stands among the tokens, or could come out of them.
fn awaits(tokens: TokenStream) -> bool {
    let mut trees = tokens.into_iter().peekable();
    let mut word: Option<Ident> = None;
    while let Some(tree) = trees.next() {
        let before = word.take();
        match tree {
            TokenTree::Ident(found) if found == "await" => return true,
            TokenTree::Ident(found) => word = Some(found),
            TokenTree::Group(group) if awaits(group.stream()) => return true,
            TokenTree::Punct(punct) if punct.as_char() == '!' => {
                let is_call = matches!(trees.peek(), Some(TokenTree::Group(_) | TokenTree::Ident(_)));
                if is_call && before.is_some_and(|word| is_foreign_macro(&word)) {
                    return true;
                }
            }
            TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    false
}

/// Whether the word before a `!` is the name of a macro of which nothing is known.
fn is_foreign_macro(word: &Ident) -> bool {
    !is_one_of(word, STANDARD) && !is_one_of(word, BEFORE_NEGATION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tokens;

    #[track_caller]
    fn check(function: &str, expected: bool) {
        let parsed = syn::parse2(tokens(function)).expect("the case is a function");
        assert_eq!(may_wait(&parsed), expected, "{function}");
    }

    #[test]
    fn sees_what_awaits_nothing() {
        check("async fn f() {}", false);
        check("/// Doc.\n#[allow(dead_code)] async fn f() -> u8 { if !(true) { 1 } else { !2 } }", false);
        check("async fn f() -> String { format!(\"{} {}\", 1, vec![2].len()) }", false);
        check("async fn f(x: u8) -> bool { x != (3) && matches!(x, 1 | 2) }", false);
        check("async fn f() -> bool { return !(false) }", false);
        check("async fn f() -> Body { Body::stream(|out| async move { out.finish() }) }", false);
    }

    #[test]
    fn finds_what_awaits() {
        check("async fn f() { g().await }", true);
        check("async fn f() { loop { if x { { g(h().await) } } } }", true);
        check("async fn f() -> String { format!(\"{}\", g().await) }", true);
        // One that another future awaits is not told from one of the function's own.
        check("async fn f() -> Body { Body::stream(|out| async move { out.finish().await }) }", true);
    }

    #[test]
    fn takes_what_could_hide_an_await_for_one() {
        check("async fn f() { select! { } }", true);
        check("async fn f() { tokio::join!(a, b) }", true);
        check("async fn f() { info![\"told\"]; }", true);
        check("async fn f() { macro_rules! wait { () => { g() } } }", true);
        check("#[instrument] async fn f() {}", true);
        check("#[cfg_attr(all(), instrument)] async fn f() {}", true);
        check("#[tracing::instrument] async fn f() {}", true);
    }
}
