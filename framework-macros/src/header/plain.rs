//! The header of a function as nearly all handlers have it, read from its tokens at a third of what `syn` takes, which
//! compares each word with each keyword that could stand there. What is written in another way is left to `syn`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{
    AngleBracketedGenericArguments, Attribute, GenericArgument, Generics, Path, PathArguments, PathSegment,
    ReturnType, Token, Type, TypePath, TypeTuple, Visibility,
};

use super::{FnArg, Signature, TypedArg};
use crate::keywords::is_keyword;

/// What stands in front of a function's body; `None` where it is not plain.
pub(crate) fn header(trees: &[TokenTree]) -> Option<(Vec<Attribute>, Visibility, Signature)> {
    let mut trees = Trees(trees);
    let attributes = trees.up_to(|tree| matches!(tree, TokenTree::Ident(_)));
    let attributes = match attributes {
        [] => Vec::new(),
        some => Attribute::parse_outer.parse2(some.iter().cloned().collect()).ok()?,
    };
    let mut word = trees.word()?;
    let mut visibility = Visibility::Inherited;
    if word == "pub" {
        let token = Token![pub](word.span());
        visibility = match trees.group(Delimiter::Parenthesis) {
            Some(group) => {
                let written = [TokenTree::from(word), group.clone().into()];
                syn::parse2(written.into_iter().collect()).ok()?
            }
            None => Visibility::Public(token),
        };
        word = trees.word()?;
    }
    let mut asyncness = None;
    if word == "async" {
        asyncness = Some(Token![async](word.span()));
        word = trees.word()?;
    }
    if word != "fn" {
        return None;
    }
    let fn_token = Token![fn](word.span());
    let ident = trees.name()?;
    let parentheses = trees.group(Delimiter::Parenthesis)?;
    let signature = Signature {
        constness: None,
        asyncness,
        unsafety: None,
        abi: None,
        fn_token,
        ident,
        generics: Generics::default(),
        paren_token: Paren { span: parentheses.delim_span() },
        inputs: arguments(parentheses)?,
        output: output(trees)?,
    };
    Some((attributes, visibility, signature))
}

fn arguments(parentheses: &Group) -> Option<Punctuated<FnArg, Token![,]>> {
    let written: Vec<TokenTree> = parentheses.stream().into_iter().collect();
    let (mut trees, mut arguments) = (Trees(&written), Punctuated::new());
    while !trees.0.is_empty() {
        let pattern = trees.up_to(|tree| matches!(tree, TokenTree::Punct(_)));
        let is_self = |tree: &TokenTree| matches!(tree, TokenTree::Ident(word) if word == "self");
        if pattern.is_empty() || pattern.iter().any(|tree| is_self(tree) || is_invisible(tree)) {
            return None;
        }
        let pattern = pattern.to_vec();
        let colon = Token![:](trees.sign(':')?);
        let ty = trees.plain_type()?;
        arguments.push_value(FnArg::Typed(Box::new(TypedArg { attrs: Vec::new(), pattern, colon, ty })));
        if trees.0.is_empty() {
            break;
        }
        arguments.push_punct(Token![,](trees.sign(',')?));
    }
    Some(arguments)
}

/// Whether the tree is what a `macro_rules!` was given as a pattern, say.
fn is_invisible(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::None)
}

fn output(mut trees: Trees<'_>) -> Option<ReturnType> {
    if trees.0.is_empty() {
        return Some(ReturnType::Default);
    }
    let arrow = Token![->]([trees.sign('-')?, trees.sign('>')?]);
    let ty = match trees.plain_type() {
        Some(ty) if trees.0.is_empty() => ty,
        Some(_) | None => return None,
    };
    Some(ReturnType::Type(arrow, Box::new(ty)))
}

/// Tokens that are still to be read.
#[derive(Clone, Copy)]
struct Trees<'a>(&'a [TokenTree]);

impl<'a> Trees<'a> {
    /// The next one where it is what `is` says.
    fn next_if<T>(&mut self, is: impl FnOnce(&'a TokenTree) -> Option<T>) -> Option<T> {
        let (first, rest) = self.0.split_first()?;
        let found = is(first)?;
        self.0 = rest;
        Some(found)
    }

    fn up_to(&mut self, end: impl Fn(&TokenTree) -> bool) -> &'a [TokenTree] {
        let end = self.0.iter().position(end).unwrap_or(self.0.len());
        let (before, rest) = self.0.split_at(end);
        self.0 = rest;
        before
    }

    fn word(&mut self) -> Option<Ident> {
        self.next_if(|tree| if let TokenTree::Ident(word) = tree { Some(word.clone()) } else { None })
    }

    /// A word that is no keyword.
    fn name(&mut self) -> Option<Ident> {
        self.word().filter(|word| {
            let word = word.to_string();
            word != "_" && !is_keyword(&word)
        })
    }

    fn sign(&mut self, wanted: char) -> Option<Span> {
        self.next_if(|tree| match tree {
            TokenTree::Punct(sign) if sign.as_char() == wanted => Some(sign.span()),
            _ => None,
        })
    }

    fn group(&mut self, delimiter: Delimiter) -> Option<&'a Group> {
        self.next_if(|tree| match tree {
            TokenTree::Group(group) if group.delimiter() == delimiter => Some(group),
            _ => None,
        })
    }

    /// A path of names with such types in its brackets, or a tuple of such types.
    fn plain_type(&mut self) -> Option<Type> {
        if let Some(group) = self.group(Delimiter::Parenthesis) {
            return tuple(group);
        }
        let mut segments = Punctuated::new();
        loop {
            let ident = self.name()?;
            segments.push_value(PathSegment { ident, arguments: self.brackets()? });
            let Some(first) = self.sign(':') else { break };
            segments.push_punct(Token![::]([first, self.sign(':')?]));
        }
        let path = Path { leading_colon: None, segments };
        Some(Type::Path(TypePath { attrs: Vec::new(), qself: None, path }))
    }

    fn brackets(&mut self) -> Option<PathArguments> {
        let Some(open) = self.sign('<') else { return Some(PathArguments::None) };
        let mut args = Punctuated::new();
        let close = loop {
            if let Some(close) = self.sign('>') {
                break close;
            }
            args.push_value(GenericArgument::Type(self.plain_type()?));
            match self.sign(',') {
                Some(comma) => args.push_punct(Token![,](comma)),
                None => break self.sign('>')?,
            }
        };
        Some(PathArguments::AngleBracketed(AngleBracketedGenericArguments {
            colon2_token: None,
            lt_token: Token![<](open),
            args,
            gt_token: Token![>](close),
        }))
    }
}

/// A tuple of plain types; one type in parentheses is none.
fn tuple(group: &Group) -> Option<Type> {
    let written: Vec<TokenTree> = group.stream().into_iter().collect();
    let (mut trees, mut elems) = (Trees(&written), Punctuated::new());
    while !trees.0.is_empty() {
        elems.push_value(trees.plain_type()?);
        match trees.sign(',') {
            Some(comma) => elems.push_punct(Token![,](comma)),
            None if trees.0.is_empty() && elems.len() > 1 => break,
            None => return None,
        }
    }
    Some(Type::Tuple(TypeTuple { attrs: Vec::new(), paren_token: Paren { span: group.delim_span() }, elems }))
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::ToTokens;

    use super::*;
    use crate::function::Function;
    use crate::testing::tokens;

    fn plain(text: &str) -> Option<(Vec<Attribute>, Visibility, Signature)> {
        let trees: Vec<TokenTree> = tokens(text).into_iter().collect();
        header(&trees)
    }

    #[test]
    fn reads_what_syn_reads() {
        for text in [
            "fn f()",
            "async fn r#in(id: u64, mut a: B<C>,)",
            "/// Doc.\n#[allow(x)] pub(crate) async fn f(Json(a): m::Json<Vec<Vec<u8>>>) -> (A, B<(), (C,)>)",
            "pub async fn f(a: A<>, _: B<C, D,>) -> Result<Json<User>, self::ApiError>",
        ] {
            let (attributes, visibility, signature) = plain(text).expect(text);
            let read: Function = syn::parse2(tokens(&format!("{text} {{}}"))).expect(text);
            let expected = (read.attrs, read.vis.to_token_stream(), read.sig.to_token_stream());
            let found = (attributes, visibility.to_token_stream(), signature.to_token_stream());
            let shown = |(attributes, visibility, signature): (Vec<Attribute>, TokenStream, TokenStream)| {
                format!(
                    "{} {visibility} {signature}",
                    attributes.iter().map(ToTokens::to_token_stream).collect::<TokenStream>()
                )
            };
            assert_eq!(shown(found), shown(expected), "{text}");
        }
    }

    #[test]
    fn leaves_the_rest_to_syn() {
        for text in [
            "",
            "pub",
            "async",
            "fn",
            "fn f",
            "fn fn()",
            "const fn f()",
            "unsafe fn f()",
            "extern \"C\" fn f()",
            "fn f<T>()",
            "fn f() where A: B",
            "fn f(self: A)",
            "fn f(&self)",
            "fn f(a)",
            "fn f(a: &str)",
            "fn f(a: impl B)",
            "fn f(a: _)",
            "fn f(a: A<'_>)",
            "fn f(a: A<3>)",
            "fn f(a: A<B = C>)",
            "fn f(a: (A))",
            "fn f(a: A B)",
            "fn f(a: A,, b: B)",
            "fn f(...)",
            "fn f(#[a] b: B)",
            "fn f(a: m!())",
            "fn f() -> A B",
            "fn f() -> &'static str",
            "fn f() -> impl B",
            "fn f() -> A + B",
            "fn f() -> !",
            "fn f() -> [u8; 3]",
            "fn f() -> Fn(A) -> B",
            "fn f() -> A::<B>",
            "fn f() -> ::a::A",
            "fn f() -> <A as B>::C",
            "fn f() ->",
            "pub(in a) const fn f()",
            "fn f(A::B(c): C)",
            "fn f(a: A<B)",
        ] {
            assert!(plain(text).is_none(), "{text}");
        }
    }
}
