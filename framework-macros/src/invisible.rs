//! Delimiters that nobody sees: a `macro_rules!` of the user's puts them around what it was given as a `$type:ty`, a
//! `$body:block`, a `$pattern:pat` or a `$status:literal`. Here is what stands inside of them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Expr, Type};

/// The one tree inside of `tree`; itself where there are more.
pub(crate) fn tree(tree: TokenTree) -> TokenTree {
    let TokenTree::Group(group) = &tree else { return tree };
    let mut inside = group.stream().into_iter();
    match (group.delimiter(), inside.next(), inside.next()) {
        (Delimiter::None, Some(only), None) => self::tree(only),
        _ => tree,
    }
}

/// All trees inside of `tree`; itself where nothing is around it.
pub(crate) fn trees(tree: TokenTree) -> TokenStream {
    match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            group.stream().into_iter().flat_map(trees).collect()
        }
        other => other.into(),
    }
}

/// The type inside.
pub(crate) fn ty(ty: Type) -> Type {
    match ty {
        Type::Group(group) => self::ty(*group.elem),
        other => other,
    }
}

/// The expression inside.
pub(crate) fn expr(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => self::expr(*group.expr),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Group;
    use quote::{ToTokens, quote};

    use super::*;

    fn around(inside: TokenStream) -> TokenTree {
        Group::new(Delimiter::None, inside).into()
    }

    #[test]
    fn sees_what_is_inside() {
        let twice = around(around(quote!({ 1 })).into());
        assert_eq!(tree(twice).to_string(), "{ 1 }");
        let two = around(quote!(a b));
        assert!(matches!(tree(two), TokenTree::Group(_)));
        assert_eq!(trees(around(quote!(P(a) b))).into_iter().count(), 3);
        assert_eq!(trees(quote!((a b)).into_iter().next().unwrap()).to_string(), "(a b)");
    }

    #[test]
    fn sees_types_and_expressions() {
        let written = syn::parse2(around(quote!(&'static str)).into()).unwrap();
        assert!(matches!(&written, Type::Group(_)) && matches!(ty(written), Type::Reference(_)));
        let written = syn::parse2::<Expr>(around(quote!(404)).into()).unwrap();
        assert_eq!(expr(written).to_token_stream().to_string(), "404");
    }
}
