//! A function as the macros read it: attributes, visibility and signature in full, its body as tokens.
//!
//! The body is passed through unparsed, so that a half-typed one still compiles as far as it can and every message in
//! it is rustc's own.

use std::cell::OnceCell;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Type, Visibility, parse_quote};

use crate::header::{FnArg, Signature, plain_header};
use crate::invisible;
use crate::route::is_plain;
use crate::signature::typed_arguments;
use crate::surroundings::{Place, place_below};

/// A function item.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    /// The braces with what is between them.
    pub(crate) body: TokenTree,
    text: OnceCell<String>,
}

impl Function {
    /// Parses a function, without a copy of its body for the parser to stand in.
    pub(crate) fn read(item: TokenStream) -> syn::Result<Self> {
        let mut trees: Vec<TokenTree> = item.clone().into_iter().collect();
        let body = trees
            .pop_if(|last| matches!(last, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace));
        let Some(body) = body else { return syn::parse2(item) };
        if let Some((attrs, vis, sig)) = plain_header(&trees) {
            return Ok(Self { attrs, vis, sig, body, text: OnceCell::new() });
        }
        match syn::parse2::<Header>(trees.into_iter().collect()) {
            Ok(Header { attrs, vis, sig }) => Ok(Self { attrs, vis, sig, body, text: OnceCell::new() }),
            // What is wrong may be told of the body.
            Err(_) => syn::parse2(item),
        }
    }

    /// A function that ends before its body, with one that never returns, and what is wrong with it.
    pub(crate) fn without_body(item: &TokenStream) -> Option<(TokenStream, syn::Error)> {
        let mut trees: Vec<TokenTree> = item.clone().into_iter().collect();
        let end = trees.pop_if(|end| matches!(end, TokenTree::Punct(sign) if sign.as_char() == ';'))?;
        if !trees.iter().any(|tree| matches!(tree, TokenTree::Ident(word) if word == "fn")) {
            return None;
        }
        let error =
            syn::Error::new(end.span(), "expected a function with a body, found `;`: write `{ ... }`");
        Some((quote!(#[allow(unused)] #(#trees)* { loop {} }), error))
    }

    /// Parses the item under `#[attribute]`; what is no function is refused in the attribute's name.
    pub(crate) fn parse_annotated(item: TokenStream, attribute: &str) -> syn::Result<Self> {
        let is_function =
            item.clone().into_iter().any(|tree| matches!(&tree, TokenTree::Ident(word) if word == "fn"));
        if is_function {
            return Self::read(item);
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

    /// The function with arguments that rustc takes as they are: what has no size is borrowed, and lifetimes are left out
    /// that nobody declares.
    pub(crate) fn with_arguments_mended(&self) -> Self {
        let mut mended = self.clone();
        if let Some(FnArg::Variadic(_)) = mended.sig.inputs.last() {
            mended.sig.inputs.pop();
        }
        for input in &mut mended.sig.inputs {
            let FnArg::Typed(argument) = input else { continue };
            let ty = &mut argument.ty;
            let is_str = matches!(ty, Type::Path(path) if path.path.is_ident("str"));
            if is_str || matches!(ty, Type::Slice(_) | Type::TraitObject(_)) {
                *ty = parse_quote!(&#ty);
            }
            if self.sig.generics.params.is_empty()
                && let Ok(elided) = syn::parse2(elided(ty.to_token_stream()))
            {
                *ty = elided;
            }
        }
        mended
    }

    /// Whether a type is left to the compiler that a signature has to say: rustc tells of that.
    pub(crate) fn leaves_a_type_out(&self) -> bool {
        fn search(tokens: TokenStream) -> bool {
            let mut behind_tick = false;
            tokens.into_iter().any(|tree| {
                let found = match &tree {
                    TokenTree::Ident(word) => word == "_" && !behind_tick,
                    TokenTree::Group(group) => search(group.stream()),
                    TokenTree::Punct(_) | TokenTree::Literal(_) => false,
                };
                behind_tick = matches!(&tree, TokenTree::Punct(tick) if tick.as_char() == '\'');
                found
            })
        }
        typed_arguments(&self.sig).any(|(_, ty)| !is_plain(ty) && search(ty.to_token_stream()))
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
        self.text().contains("await") && search(self.body.to_token_stream())
    }

    /// The body written out, of which most show what is not in them: it takes less than a look at each of their tokens.
    pub(crate) fn text(&self) -> &str {
        self.text.get_or_init(|| self.body.to_string())
    }

    /// What a function without a body is told of, unless it has no place for an attribute at all, as in a trait.
    pub(crate) fn lacks_its_body(whole: &TokenStream, error: &syn::Error) -> TokenStream {
        let is_method = syn::parse2::<Self>(whole.clone()).is_ok_and(|function| function.is_method());
        if is_method { TokenStream::new() } else { error.to_compile_error() }
    }

    /// Whether it stands in an `impl`, as its first argument says, or its file.
    pub(crate) fn is_method(&self) -> bool {
        self.sig.receiver().is_some() || place_below(&self.sig.ident) == Place::Associated
    }
}

/// The tokens of a type, with `'_` for each lifetime but `'static`.
fn elided(tokens: TokenStream) -> TokenStream {
    let mut behind_tick = false;
    let trees = tokens.into_iter().map(|tree| {
        let tree = match tree {
            TokenTree::Ident(name) if behind_tick && name != "static" => Ident::new("_", name.span()).into(),
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), elided(group.stream()));
                inside.set_span(group.span());
                inside.into()
            }
            other => other,
        };
        behind_tick = matches!(&tree, TokenTree::Punct(tick) if tick.as_char() == '\'');
        tree
    });
    trees.collect()
}

/// What stands in front of a function's body.
struct Header {
    attrs: Vec<Attribute>,
    vis: Visibility,
    sig: Signature,
}

impl Parse for Header {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        Ok(Self { attrs, vis: input.parse()?, sig: input.parse()? })
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let Header { attrs, vis, sig } = input.parse()?;
        let body = invisible::tree(input.parse::<TokenTree>()?);
        match &body {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {}
            other => return Err(syn::Error::new_spanned(other, "expected the function's body in braces")),
        }
        Ok(Self { attrs, vis, sig, body, text: OnceCell::new() })
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
