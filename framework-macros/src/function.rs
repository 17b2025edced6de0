//! A function as the macros read it: attributes, visibility and signature in full, its body as tokens.
//!
//! The body is passed through unparsed, so that a half-typed one still compiles as far as it can and every message in
//! it is rustc's own.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Token, Visibility};

use crate::header::Signature;

/// A function item.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    /// The braces with what is between them.
    pub(crate) body: TokenTree,
}

impl Function {
    /// Parses the item under `#[attribute]`; what is no function is refused in the attribute's name.
    pub(crate) fn parse_annotated(item: TokenStream, attribute: &str) -> syn::Result<Self> {
        let is_function =
            item.clone().into_iter().any(|tree| matches!(&tree, TokenTree::Ident(word) if word == "fn"));
        if is_function {
            return syn::parse2(item);
        }
        let word = item.into_iter().find(|tree| matches!(tree, TokenTree::Ident(word) if word != "pub"));
        let message = format!("`#[{attribute}]` stands over an `async fn`: remove it here");
        Err(syn::Error::new_spanned(word, message))
    }
}

impl Function {
    /// The function without the words that were refused, and `async` where its body needs it: what is emitted beside
    /// the errors, so that rustc adds none of its own.
    pub(crate) fn mended(&self) -> Self {
        let mut mended = self.clone();
        mended.sig.constness = None;
        mended.sig.unsafety = None;
        mended.sig.abi = None;
        if self.awaits() {
            mended.sig.asyncness.get_or_insert_default();
        }
        mended
    }

    /// Whether `.await` stands anywhere in the body.
    pub(crate) fn awaits(&self) -> bool {
        fn search(tokens: TokenStream) -> bool {
            tokens.into_iter().any(|tree| match tree {
                TokenTree::Ident(word) => word == "await",
                TokenTree::Group(group) => search(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => false,
            })
        }
        search(self.body.to_token_stream())
    }

    /// Whether it stands in an `impl`, as its first argument says.
    pub(crate) fn is_method(&self) -> bool {
        self.sig.receiver().is_some()
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        if input.peek(Token![;]) {
            return Err(input.error("expected a function with a body, found `;`: write `{ ... }`"));
        }
        let body = input.parse::<TokenTree>()?;
        match &body {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {}
            other => return Err(syn::Error::new_spanned(other, "expected the function's body in braces")),
        }
        Ok(Self { attrs, vis, sig, body })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attrs);
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}
