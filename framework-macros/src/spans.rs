//! Generated code that rustc reports on the user's tokens.
//!
//! A node that rustc points at reaches from its first token to its last. `Span::join` would be the plain way, but is not
//! stable.

use proc_macro2::{Delimiter, Group, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Ident, PathArguments, Type, TypePath};

/// Calls `function` so that a panic in it is reported on the whole of `place`.
pub(crate) fn call_on(place: &impl ToTokens, function: TokenStream, arguments: TokenStream) -> TokenStream {
    let (first, last) = ends(place);
    let mut parens = Group::new(Delimiter::Parenthesis, arguments);
    parens.set_span(last);
    let function = at(first, function);
    quote!(#function #parens)
}

/// Appends names and signs, which stand between blanks in `text`, all reported at `span`.
pub(crate) fn write_signs(span: Span, text: &str, code: &mut Vec<TokenTree>) {
    for word in text.split(' ') {
        if word.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic()) {
            code.push(Ident::new(word, span).into());
            continue;
        }
        for (index, sign) in word.char_indices() {
            let spacing = if index + 1 == word.len() { Spacing::Alone } else { Spacing::Joint };
            let mut sign = Punct::new(sign, spacing);
            sign.set_span(span);
            code.push(sign.into());
        }
    }
}

/// The path of a function that the library keeps for its macros, reported from `first` to `last`.
pub(crate) fn private(first: Span, last: Span, name: &str) -> TokenStream {
    let mut path = Vec::with_capacity(9);
    write_signs(first, ":: server :: __private ::", &mut path);
    path.push(Ident::new(name, last).into());
    path.into_iter().collect()
}

/// `const { &value }`, reported on the whole of `place`.
pub(crate) fn constant(place: &impl ToTokens, value: TokenStream) -> TokenStream {
    let (first, last) = ends(place);
    let mut block = Group::new(Delimiter::Brace, quote!(&#value));
    block.set_span(last);
    let word = at(first, quote!(const));
    quote!(#word #block)
}

/// A reference to the layers once their order is known to be right; where it is not, that is reported on the last `own` of
/// them, as they are written.
pub(crate) fn ordered(
    written: &[Expr],
    function: TokenStream,
    layers: &[TokenStream],
    own: usize,
) -> TokenStream {
    let list = written.iter().skip(written.len().saturating_sub(own));
    let count = Literal::usize_unsuffixed(own);
    let ordered = call_on(&quote!(#(#list)*), function, quote!([#(#layers),*], #count));
    quote!(&#ordered)
}

/// `before`, `place` and `after`, all reported on `place`.
pub(crate) fn around(before: TokenStream, place: &impl ToTokens, after: TokenStream) -> TokenStream {
    let (first, last) = ends(place);
    let (before, after) = (at(first, before), at(last, after));
    quote!(#before #place #after)
}

/// `tokens`, reported at `span`.
pub(crate) fn at(span: Span, tokens: TokenStream) -> TokenStream {
    let respanned = tokens.into_iter().map(|mut tree| {
        if let TokenTree::Group(group) = &tree {
            tree = Group::new(group.delimiter(), at(span, group.stream())).into();
        }
        tree.set_span(span);
        tree
    });
    respanned.collect()
}

/// The same for code that lints must know as generated.
pub(crate) fn at_generated(span: Span, tokens: TokenStream) -> TokenStream {
    at(Span::call_site().located_at(span), tokens)
}

/// The word `impl` of an implementation for the type called `name`, of a trait that is said for `field`, the type of one of
/// its fields.
///
/// For what it does not know inside of another's brackets, rustc advises to declare a parameter of its name: behind `name`,
/// and behind the word `impl` where that names it again. At one place, both are told as one. Where the field's type has no
/// brackets there is no advice, and none here, as it would stand behind a word of a macro.
pub(crate) fn impl_for(name: &Ident, field: &impl ToTokens) -> TokenStream {
    if has_brackets(field) { quote_spanned!(name.span()=> impl) } else { quote!(impl) }
}

/// Whether a type has others in its brackets.
pub(crate) fn has_brackets(ty: &impl ToTokens) -> bool {
    fn search(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|tree| match tree {
            TokenTree::Group(group) => search(group.stream()),
            TokenTree::Punct(sign) => sign.as_char() == '<',
            TokenTree::Ident(_) | TokenTree::Literal(_) => false,
        })
    }
    search(ty.to_token_stream())
}

/// The spans of the first and of the last token.
pub(crate) fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut spans = tokens.to_token_stream().into_iter().map(|tree| tree.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// The same of a type, of which the tokens are not needed where it is a path.
pub(crate) fn type_ends(ty: &Type) -> (Span, Span) {
    if let Type::Path(TypePath { qself: None, path, .. }) = ty
        && path.leading_colon.is_none()
        && let (Some(first), Some(last)) = (path.segments.first(), path.segments.last())
    {
        let first = first.ident.span();
        match &last.arguments {
            PathArguments::None => return (first, last.ident.span()),
            PathArguments::AngleBracketed(list) => return (first, list.gt_token.span),
            PathArguments::Parenthesized(_) => {}
        }
    }
    ends(ty)
}

/// The file and the line of the attribute that is being expanded, as `file!()` and `line!()` would tell: two macros less
/// for rustc to expand for each route.
pub(crate) fn place_of_call() -> (String, u32) {
    if !proc_macro::is_available() {
        // A test of this crate, where nothing has a place.
        return ("src/main.rs".to_owned(), 1);
    }
    let span = proc_macro::Span::call_site();
    (span.file(), u32::try_from(span.line()).unwrap_or(u32::MAX))
}
