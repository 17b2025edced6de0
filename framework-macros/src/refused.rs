//! Types that an `#[extractor]` was refused for.
//!
//! A handler above which such a function stands asks for what nothing makes: the same mistake, and so it is told of
//! once. Kept for one compilation, in the thread that expands; where nothing is known, as in a handler that stands in
//! front of its extractor, rustc tells of the argument too.

use std::cell::RefCell;
use std::collections::HashSet;

use quote::ToTokens;
use syn::Type;

thread_local! {
    static TYPES: RefCell<HashSet<String>> = RefCell::default();
}

/// Notes a type that no other extractor can make.
pub(crate) fn note(ty: &Type) {
    // An editor expands again and again in one process, and its types may have been mended since.
    if proc_macro::is_available() && proc_macro::Span::call_site().local_file().is_some() {
        TYPES.with_borrow_mut(|types| types.insert(text(ty)));
    }
}

/// Whether the type, as it is written, was refused.
pub(crate) fn is_noted(ty: &Type) -> bool {
    TYPES.with_borrow(|types| !types.is_empty() && types.contains(&text(ty)))
}

fn text(ty: &Type) -> String {
    ty.to_token_stream().to_string()
}
