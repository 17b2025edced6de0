//! Questions about a type as it is written; an alias hides the answers.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, Ident, PathArguments, PathSegment, Type};

/// Whether a type of this name would hide one that the language has.
pub(crate) fn is_primitive(name: &Ident) -> bool {
    const PRIMITIVES: &[&str] = &[
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64",
        "bool", "char", "str",
    ];
    is_one_of(name, PRIMITIVES)
}

/// Whether a type of this name would hide one that the language has, or the framework that the code beside it names.
pub(crate) fn is_needed(name: &Ident) -> bool {
    is_primitive(name) || name == "server"
}

/// Extractors of the box that take the body; they run after all others, so that a request is known to be wanted
/// before its body is read.
const BODY_TAKERS: &[&str] =
    &["Json", "Form", "Multipart", "MultipartForm", "String", "Bytes", "Body", "Request"];

/// Whether the name is one of `known`: to compare an identifier is to write it out first, which is done once here.
pub(crate) fn is_one_of(name: &Ident, known: &[&str]) -> bool {
    known.contains(&name.to_string().as_str())
}

/// Whether the type is a path whose last segment is `name`.
pub(super) fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// Whether the type is, or wraps in `Option`, `Result` or `Valid`, one of the box that takes the body.
pub(super) fn takes_body(ty: &Type) -> bool {
    last_segment(unwrapped(ty)).is_some_and(|segment| is_one_of(&segment.ident, BODY_TAKERS))
}

/// Whether the type is, or wraps, the `Path` that takes all params.
pub(super) fn takes_all_params(ty: &Type) -> bool {
    is_named(unwrapped(ty), "Path")
}

/// `T` of `Option<T>`, `Result<T, E>` and `Valid<T>`, however deep.
pub(super) fn unwrapped(ty: &Type) -> &Type {
    let Some(segment) = last_segment(ty) else { return ty };
    let PathArguments::AngleBracketed(list) = &segment.arguments else { return ty };
    match list.args.first() {
        Some(GenericArgument::Type(inner)) if is_one_of(&segment.ident, &["Option", "Result", "Valid"]) => {
            unwrapped(inner)
        }
        _ => ty,
    }
}

/// Whether the type is a path of names, with such types in its brackets, as nearly all are: in it is no lifetime, no
/// reference, no `impl` and nothing left out. It is seen without a look at its tokens, of which each costs a call to
/// rustc.
pub(crate) fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.qself.is_none() && path.path.segments.iter().all(is_plain_segment),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_plain),
        _ => false,
    }
}

fn is_plain_segment(segment: &PathSegment) -> bool {
    match &segment.arguments {
        PathArguments::None => true,
        PathArguments::AngleBracketed(list) => {
            list.args.iter().all(|argument| matches!(argument, GenericArgument::Type(ty) if is_plain(ty)))
        }
        PathArguments::Parenthesized(_) => false,
    }
}

/// Whether the type points into what it is made from.
pub(super) fn borrows(ty: &Type) -> bool {
    matches!(ty, Type::Reference(_))
        || is_named(ty, "Cow")
        || (!is_plain(ty) && find_lifetime(ty.to_token_stream()).is_some())
}

pub(super) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// The first keyword or name that reads `word`, however deep.
pub(super) fn find_word(tokens: TokenStream, word: &str) -> Option<TokenTree> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ref ident) if ident == word => Some(token),
        TokenTree::Group(group) => find_word(group.stream(), word),
        _ => None,
    })
}

/// The first lifetime but `'static`, however deep.
pub(super) fn find_lifetime(tokens: TokenStream) -> Option<TokenTree> {
    let mut after_quote = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if after_quote && ident != "static" => return Some(token),
            TokenTree::Group(group) => {
                if let Some(found) = find_lifetime(group.stream()) {
                    return Some(found);
                }
            }
            _ => {}
        }
        after_quote = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
    }
    None
}

/// The first reference that says no lifetime, however deep.
pub(super) fn find_reference(tokens: TokenStream) -> Option<TokenTree> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(sign) if sign.as_char() == '&' => {
                let named = matches!(tokens.peek(), Some(TokenTree::Punct(tick)) if tick.as_char() == '\'');
                if !named {
                    return Some(token);
                }
            }
            TokenTree::Group(group) => {
                if let Some(found) = find_reference(group.stream()) {
                    return Some(found);
                }
            }
            TokenTree::Punct(_) | TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
    }
    None
}
