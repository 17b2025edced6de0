//! Generated code out of text.
//!
//! Cargo compiles macros without optimization, and `quote!` calls several functions for each token. rustc's own reader
//! takes a hundredth of that. So what is the same for every route, and has no place in the user's file, is written as text.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The tokens of `text`, all at the place of the macro's call.
pub(crate) fn code(text: &str) -> TokenStream {
    if proc_macro::is_available() {
        // proc-macro2 would read the text itself first, to see whether it is Rust.
        let read = text.parse::<proc_macro::TokenStream>().map(TokenStream::from);
        read.unwrap_or_else(|_| no_rust(text))
    } else {
        text.parse().unwrap_or_else(|_| no_rust(text))
    }
}

/// `{ … }`.
pub(crate) fn braces(content: TokenStream) -> TokenStream {
    TokenTree::from(Group::new(Delimiter::Brace, content)).into()
}

/// `( … )`.
pub(crate) fn parens(content: TokenStream) -> TokenStream {
    TokenTree::from(Group::new(Delimiter::Parenthesis, content)).into()
}

/// All of them, one after the other.
pub(crate) fn join<const N: usize>(parts: [TokenStream; N]) -> TokenStream {
    parts.into_iter().collect()
}

fn no_rust(text: &str) -> TokenStream {
    let message = format!("a macro of the server wrote what is no Rust: {text}");
    quote::quote!(::core::compile_error!(#message);)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_text() {
        let made = join([code("impl A for"), code("b"), braces(join([code("fn c"), parens(code("d: u8"))]))]);
        assert_eq!(made.to_string(), "impl A for b { fn c (d : u8) }");
    }

    #[test]
    fn tells_of_what_is_no_rust() {
        assert!(code("fn f( {").to_string().contains("compile_error"));
    }
}
