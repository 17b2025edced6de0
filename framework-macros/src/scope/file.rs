//! `#[scope]` over `mod users;`.
//!
//! rustc refuses that before it comes here (E0658, "file modules in proc macro input are unstable"). So that no second
//! error follows, such as that there is no `users::ROUTES`, the file is read and stands in its place.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

/// The module with its file's content in braces; `None` where it is no such module, or nothing is known of its file.
pub(super) fn inlined(item: &TokenStream) -> Option<TokenStream> {
    if !proc_macro::is_available() {
        return None;
    }
    let mut trees: Vec<TokenTree> = item.clone().into_iter().collect();
    let (Some(TokenTree::Punct(end)), Some(TokenTree::Ident(name))) = (trees.pop(), trees.last()) else {
        return None;
    };
    if end.as_char() != ';' {
        return None;
    }
    let around = name.span().unwrap().local_file()?;
    let text = candidates(&around, name).into_iter().find_map(|file| fs::read_to_string(file).ok())?;
    let content: TokenStream = text.parse().ok()?;
    Some(quote!(#(#trees)* { #content }))
}

/// Where the module's file may lie: beside the file around it, where that is a crate's or a folder's root, else in the
/// folder of its name.
fn candidates(around: &Path, name: &Ident) -> Vec<PathBuf> {
    let beside = around.with_file_name("");
    let inside = around.with_extension("");
    [inside, beside]
        .iter()
        .flat_map(|folder| [folder.join(format!("{name}.rs")), folder.join(format!("{name}/mod.rs"))])
        .collect()
}
