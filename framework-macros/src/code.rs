//! Generated code out of text.
//!
//! Cargo compiles macros without optimization, and `quote!` calls several functions for each token. rustc's own reader
//! takes a hundredth of that. So what is the same for every route, and has no place in the user's file, is written as text.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::ToTokens;

/// Code in the making: text, gathered until tokens of the user's come between, as rustc is asked for each piece of it.
#[derive(Default)]
pub(crate) struct Code {
    done: Vec<TokenStream>,
    /// What stands behind them.
    text: String,
}

impl Code {
    /// Appends text, all at the place of the macro's call; what opens in it may be closed by text alone.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        if !text.is_empty() {
            self.text.push_str(text);
            self.text.push(' ');
        }
        self
    }

    /// Appends tokens as they are.
    pub(crate) fn tokens(&mut self, tokens: &impl ToTokens) -> &mut Self {
        self.read();
        self.done.push(tokens.to_token_stream());
        self
    }

    /// Appends a group that is told of at the place of the macro's call.
    pub(crate) fn group(&mut self, delimiter: Delimiter, content: Self) -> &mut Self {
        if content.done.is_empty() {
            let (open, close) = match delimiter {
                Delimiter::Parenthesis => ("(", ")"),
                Delimiter::Brace => ("{", "}"),
                Delimiter::Bracket => ("[", "]"),
                Delimiter::None => ("", ""),
            };
            return self.text(open).text(&content.text).text(close);
        }
        self.tokens(&Group::new(delimiter, content.finish()))
    }

    /// The same for parentheses that are told of at `span`.
    pub(crate) fn parens_at(&mut self, span: Span, content: Self) -> &mut Self {
        let mut group = Group::new(Delimiter::Parenthesis, content.finish());
        group.set_span(span);
        self.tokens(&group)
    }

    /// All of it.
    pub(crate) fn finish(mut self) -> TokenStream {
        self.read();
        self.done.into_iter().collect()
    }

    fn read(&mut self) {
        if !self.text.is_empty() {
            self.done.push(code(&self.text));
            self.text.clear();
        }
    }
}

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

fn no_rust(text: &str) -> TokenStream {
    let message = format!("a macro of the server wrote what is no Rust: {text}");
    quote::quote!(::core::compile_error!(#message);)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn joins_text_and_tokens() {
        let mut inside = Code::default();
        inside.text("d:").tokens(&quote!(u8));
        let mut made = Code::default();
        made.text("impl A for")
            .tokens(&quote!(b))
            .text("{ fn c")
            .group(Delimiter::Parenthesis, Code::default());
        made.text("{} }").text("fn e").parens_at(Span::call_site(), inside);
        assert_eq!(made.finish().to_string(), "impl A for b { fn c () { } } fn e (d : u8)");
    }

    #[test]
    fn tells_of_what_is_no_rust() {
        assert!(code("fn f( {").to_string().contains("compile_error"));
    }
}
