//! Errors of one item, collected so that all are reported at once.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};

/// The mistakes found in an item so far.
#[derive(Default)]
pub(crate) struct Errors {
    own: Vec<syn::Error>,
    /// Those that rustc tells of by itself.
    known: Vec<syn::Error>,
}

impl Errors {
    /// Notes a mistake at `tokens`: what is wrong, then what to write.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.own.push(syn::Error::new_spanned(tokens, message));
    }

    /// Notes a mistake at `span`.
    pub(crate) fn at_span(&mut self, span: Span, message: impl std::fmt::Display) {
        self.own.push(syn::Error::new(span, message));
    }

    /// Notes a mistake that a parser found.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.own.push(error);
    }

    /// Notes a mistake that should be told of elsewhere too: it is told of here where the program has no other error.
    pub(crate) fn told_elsewhere(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.known.push(syn::Error::new_spanned(tokens, message));
    }

    /// Whether nothing was found so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.own.is_empty() && self.known.is_empty()
    }

    /// The `compile_error!`s, one for each mistake; nothing where there is none.
    pub(crate) fn into_tokens(self) -> TokenStream {
        if self.own.is_empty() {
            return self.known.iter().map(last).collect();
        }
        self.own.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// Stops the compiler where nothing else has: rustc comes to its lints when all the rest was right.
fn last(error: &syn::Error) -> TokenStream {
    let message = error.to_string();
    quote_spanned! {error.span()=>
        const _: () = {
            #[must_use = #message]
            const fn a_mistake() -> bool {
                true
            }
            #[deny(unused_must_use)]
            const _: () = {
                a_mistake();
            };
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_of_what_is_told_elsewhere_where_there_is_nothing_else() {
        let mut errors = Errors::default();
        assert!(errors.is_empty());
        errors.told_elsewhere(TokenStream::new(), "known");
        assert!(!errors.is_empty());
        let mut both = Errors::default();
        both.told_elsewhere(TokenStream::new(), "known");
        both.at(TokenStream::new(), "own");
        let (known, both) = (errors.into_tokens().to_string(), both.into_tokens().to_string());
        assert!(known.contains("must_use = \"known\"") && !known.contains("compile_error"), "{known}");
        assert!(both.contains("compile_error ! { \"own\" }") && !both.contains("known"), "{both}");
    }
}
