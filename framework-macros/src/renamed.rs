//! The library under another name, as in `web = { package = "fingerpost", … }`.
//!
//! What the macros write calls the library `::server`. Where the manifest of the crate that is compiled gives it another
//! name, that is written in its place. A `::server` that the crate wrote itself is something else, and stays.

mod manifest;

use std::env;
use std::ffi::OsString;
use std::mem;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use proc_macro2::{Group, Ident, TokenStream, TokenTree};

/// The manifest's folder and the name that was found there, as a crate has many macros.
static KNOWN: Mutex<Option<(OsString, Option<String>)>> = Mutex::new(None);

/// What a macro wrote, in the names of the crate that it is for.
pub(crate) fn in_its_names(written: TokenStream) -> proc_macro::TokenStream {
    match name() {
        None => written.into(),
        Some(name) => renamed(written, &name).into(),
    }
}

/// The library's name in the crate that is compiled; `None` where it has its own.
fn name() -> Option<String> {
    let folder = env::var_os("CARGO_MANIFEST_DIR")?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, name)) = &*known
        && *of == folder
    {
        return name.clone();
    }
    let name = manifest::name(Path::new(&folder)).filter(|name| syn::parse_str::<Ident>(name).is_ok());
    *known = Some((folder, name.clone()));
    name
}

fn renamed(written: TokenStream, name: &str) -> TokenStream {
    let mut colons = 0;
    let token = |token| match token {
        TokenTree::Group(group) => {
            colons = 0;
            let mut within = Group::new(group.delimiter(), renamed(group.stream(), name));
            within.set_span(group.span());
            TokenTree::Group(within)
        }
        TokenTree::Punct(punct) => {
            colons = if punct.as_char() == ':' { colons + 1 } else { 0 };
            TokenTree::Punct(punct)
        }
        TokenTree::Ident(ident) if mem::take(&mut colons) >= 2 && is_library(&ident) => {
            TokenTree::Ident(Ident::new(name, ident.span()))
        }
        other => {
            colons = 0;
            other
        }
    };
    written.into_iter().map(token).collect()
}

/// Whether this is the library's name as a macro wrote it: in the source something else stands in its place.
fn is_library(ident: &Ident) -> bool {
    ident == "server" && ident.span().source_text().as_deref() != Some("server")
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn only_a_path_of_the_library_gets_the_name() {
        let written = quote! {
            impl ::server::Endpoint for server { fn f(server: u8, next: ::server::Next) -> Vec<::server::Request> { server::x(":: server") } }
        };
        let expected = quote! {
            impl ::web::Endpoint for server { fn f(server: u8, next: ::web::Next) -> Vec<::web::Request> { server::x(":: server") } }
        };
        assert_eq!(renamed(written, "web").to_string(), expected.to_string());
    }
}
