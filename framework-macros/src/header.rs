//! The header of a function: what stands between its visibility and its body (the Rust Reference, "Functions").
//!
//! `syn` has the same, but with all the rest of the language, which every program would compile that needs the macros. A
//! pattern is kept as tokens: only a name in it says anything to a macro.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{Abi, Attribute, Generics, Ident, ReturnType, Token, Type, parenthesized};

use crate::invisible;
use crate::spans::has_brackets;

/// A function's header.
#[derive(Clone)]
pub(crate) struct Signature {
    pub(crate) constness: Option<Token![const]>,
    pub(crate) asyncness: Option<Token![async]>,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) abi: Option<Abi>,
    pub(crate) fn_token: Token![fn],
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) paren_token: Paren,
    pub(crate) inputs: Punctuated<FnArg, Token![,]>,
    pub(crate) output: ReturnType,
}

/// An argument of a function.
#[derive(Clone)]
pub(crate) enum FnArg {
    /// `self`, in any of its forms.
    Receiver(Receiver),
    /// `pattern: Type`.
    Typed(Box<TypedArg>),
    /// `...`, the last of a function of C.
    Variadic(TokenStream),
}

/// `&mut self` and the like.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) self_token: Token![self],
    before: TokenStream,
    after: TokenStream,
}

/// An argument with a type.
#[derive(Clone)]
pub(crate) struct TypedArg {
    attrs: Vec<Attribute>,
    pattern: TokenStream,
    colon: Token![:],
    pub(crate) ty: Type,
}

impl Signature {
    /// The `self` among the arguments.
    pub(crate) fn receiver(&self) -> Option<&Receiver> {
        match self.inputs.first() {
            Some(FnArg::Receiver(receiver)) => Some(receiver),
            Some(FnArg::Typed(_) | FnArg::Variadic(_)) | None => None,
        }
    }

    /// Whether a type has others in its brackets.
    fn has_type_arguments(&self) -> bool {
        self.inputs.iter().any(|input| matches!(input, FnArg::Typed(typed) if has_brackets(&typed.ty)))
            || matches!(&self.output, ReturnType::Type(_, ty) if has_brackets(ty))
    }
}

impl TypedArg {
    /// The name that the pattern is: `name`, `mut name`.
    pub(crate) fn name(&self) -> Option<Ident> {
        lone_name(self.pattern.clone())
    }

    /// The name in a pattern such as `Parsed(name)`, whatever stands in front of the parentheses.
    pub(crate) fn inner_name(&self) -> Option<Ident> {
        let mut trees = self.pattern.clone().into_iter().peekable();
        if !matches!(trees.peek(), Some(TokenTree::Ident(_))) {
            return None;
        }
        match trees.last() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                lone_name(group.stream())
            }
            _ => None,
        }
    }
}

/// The name that a pattern consists of, but for `mut` and `ref`, and a comma behind it.
fn lone_name(pattern: TokenStream) -> Option<Ident> {
    let mut name = None;
    for tree in pattern {
        match tree {
            TokenTree::Ident(word) if name.is_none() => {
                if word != "mut" && word != "ref" && word != "_" {
                    name = Some(word);
                }
            }
            TokenTree::Punct(comma) if comma.as_char() == ',' && name.is_some() => {}
            _ => return None,
        }
    }
    name
}

impl Parse for Signature {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let constness = input.parse()?;
        let asyncness = input.parse()?;
        let unsafety = input.parse()?;
        let abi = input.parse()?;
        let fn_token = input.parse()?;
        let ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let content;
        let paren_token = parenthesized!(content in input);
        let inputs = content.parse_terminated(FnArg::parse, Token![,])?;
        let output = match input.parse()? {
            ReturnType::Type(arrow, ty) => ReturnType::Type(arrow, Box::new(invisible::ty(*ty))),
            ReturnType::Default => ReturnType::Default,
        };
        generics.where_clause = input.parse()?;
        Ok(Self {
            constness,
            asyncness,
            unsafety,
            abi,
            fn_token,
            ident,
            generics,
            paren_token,
            inputs,
            output,
        })
    }
}

impl Parse for FnArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        if input.peek(Token![...]) {
            return Ok(Self::Variadic(input.parse::<Token![...]>()?.into_token_stream()));
        }
        let mut pattern = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            if input.peek(Token![self]) && !input.peek2(Token![::]) {
                let self_token = input.parse()?;
                let before = attrs.iter().map(ToTokens::to_token_stream).chain([pattern]).collect();
                return Ok(Self::Receiver(Receiver { self_token, before, after: up_to_comma(input)? }));
            }
            if input.peek(Token![::]) {
                input.parse::<Token![::]>()?.to_tokens(&mut pattern);
            } else if input.peek(Token![:]) && !pattern.is_empty() {
                let colon = input.parse()?;
                let ty = invisible::ty(input.parse()?);
                return Ok(Self::Typed(Box::new(TypedArg { attrs, pattern, colon, ty })));
            } else {
                pattern.extend(invisible::trees(input.parse::<TokenTree>()?));
            }
        }
        Err(input.error("expected `:` and the argument's type"))
    }
}

fn up_to_comma(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.append(input.parse::<TokenTree>()?);
    }
    Ok(tokens)
}

impl ToTokens for Signature {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.constness.to_tokens(tokens);
        self.asyncness.to_tokens(tokens);
        self.unsafety.to_tokens(tokens);
        self.abi.to_tokens(tokens);
        self.fn_token.to_tokens(tokens);
        self.ident.to_tokens(tokens);
        self.generics.to_tokens(tokens);
        if self.generics.params.is_empty() && self.has_type_arguments() {
            // For a type that it does not know in another's brackets, rustc would advise to declare a parameter of its name
            // here, and tell of it again, without the advice, where generated code names the type. Said alike, both are
            // told as one.
            tokens.extend(quote!(<>));
        }
        self.paren_token.surround(tokens, |tokens| self.inputs.to_tokens(tokens));
        self.output.to_tokens(tokens);
        self.generics.where_clause.to_tokens(tokens);
    }
}

impl ToTokens for FnArg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Receiver(receiver) => receiver.to_tokens(tokens),
            Self::Typed(typed) => {
                tokens.append_all(&typed.attrs);
                typed.pattern.to_tokens(tokens);
                typed.colon.to_tokens(tokens);
                typed.ty.to_tokens(tokens);
            }
            Self::Variadic(dots) => dots.to_tokens(tokens),
        }
    }
}

impl ToTokens for Receiver {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.before.to_tokens(tokens);
        self.self_token.to_tokens(tokens);
        self.after.to_tokens(tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tokens;

    fn parsed(text: &str) -> Signature {
        syn::parse2(tokens(text)).expect("the case is a function's header")
    }

    #[test]
    fn keeps_every_token() {
        for header in [
            "fn f()",
            "const async unsafe extern \"C\" fn f<'a, T: Copy>(a: &'a T, ...) -> T where T: Send",
            "async fn f(mut a: u8, Parsed(b): Parsed<u8>, #[cfg(x)] S { c, .. }: m::S<u8, u16>,) -> impl Fn(u8) -> u8",
            "fn f(&'a mut self, (a, b): (u8, u8), m::K: u8, _: ())",
            "fn f(self: Box<Self>)",
            "fn f(#[x] mut self, a: u8)",
        ] {
            let kept = parsed(header).to_token_stream().to_string();
            assert_eq!(kept.replace(' ', "").replace("f<>", "f"), header.replace(' ', ""));
        }
    }

    #[test]
    fn finds_the_names_of_arguments() {
        for (argument, name, inner) in [
            ("a", Some("a"), None),
            ("mut r#in", Some("r#in"), None),
            ("ref mut a", Some("a"), None),
            ("_", None, None),
            ("Parsed(a)", None, Some("a")),
            ("server::Parsed(mut a,)", None, Some("a")),
            ("Parsed(_)", None, None),
            ("P(a, b)", None, None),
            ("(a, b)", None, None),
            ("(a)", None, None),
            ("a @ 1", None, None),
            ("&a", None, None),
            ("S { a }", None, None),
        ] {
            let header = parsed(&format!("fn f({argument}: T)"));
            let Some(FnArg::Typed(typed)) = header.inputs.first() else { panic!("{argument} has a type") };
            let told = |name: Option<Ident>| name.map(|name| name.to_string());
            assert_eq!((told(typed.name()).as_deref(), told(typed.inner_name()).as_deref()), (name, inner));
        }
    }

    #[test]
    fn finds_self() {
        for (header, expected) in
            [("fn f(&self)", true), ("fn f(mut self: Box<Self>, a: u8)", true), ("fn f(a: u8)", false)]
        {
            assert_eq!(parsed(header).receiver().is_some(), expected, "{header}");
        }
    }

    #[test]
    fn refuses_what_is_no_header() {
        for text in ["fn", "fn f", "fn f(a)", "fn f(: u8)", "fn f(a:)", "fn f(a: u8 b: u8)", "fn f() ->"] {
            assert!(syn::parse2::<Signature>(tokens(text)).is_err(), "{text}");
        }
    }
}
