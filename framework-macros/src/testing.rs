//! Expansions as readable code, to be compared with those that were read in review.

use proc_macro2::TokenStream;

/// Parses `source`, which is what a user writes.
pub(crate) fn tokens(source: &str) -> TokenStream {
    source.parse().expect("the case is made of Rust tokens")
}

/// Prints items like rustfmt.
pub(crate) fn pretty(items: TokenStream) -> String {
    let printed = items.to_string();
    let file = syn::parse2(items).unwrap_or_else(|error| panic!("{error} in {printed}"));
    prettyplease::unparse(&file)
}

/// Compares an expansion with the file `snapshots/<name of the test>.snap` beside the test's own.
macro_rules! assert_expansion {
    ($expansion:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($expansion);
        })
    };
}
pub(crate) use assert_expansion;
