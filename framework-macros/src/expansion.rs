//! Expansions as readable code, to be kept beside the tests and compared.

use proc_macro2::TokenStream;

/// Formats an expansion as `rustfmt` would.
#[track_caller]
pub(crate) fn pretty(expansion: &TokenStream) -> String {
    let file = syn::parse2(expansion.clone());
    prettyplease::unparse(&file.unwrap_or_else(|error| panic!("{error}:\n{expansion}")))
}

/// Compares an expansion with the one kept as `snapshots/<name>.snap` beside the test;
/// `INSTA_UPDATE=always cargo test -p fingerpost-macros` writes them anew.
macro_rules! assert_expansion {
    ($name:literal, $expansion:expr $(,)?) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, crate::expansion::pretty(&$expansion));
        });
    };
}

pub(crate) use assert_expansion;
