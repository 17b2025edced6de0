//! `embed!`: the files of a folder, in the program.
//!
//! `read` finds them, `compress` makes what is sent to clients that take a coding, and the expansion is one constant. The
//! bytes of a file stand in it as `include_bytes!`, so that the program is built anew when one changes.

mod compress;
mod read;

use std::hash::{DefaultHasher, Hasher};
use std::path::PathBuf;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::LitStr;

use read::Found;

pub(crate) fn embed(input: TokenStream) -> TokenStream {
    expand(input).unwrap_or_else(|error| error.to_compile_error())
}

fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let folder: LitStr = syn::parse2(input.clone()).map_err(|_| {
        syn::Error::new_spanned(input, "expected the folder between quotes, as in `embed!(\"public\")`")
    })?;
    // Where the package lies that the macro is used in.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let found = read::folder(&package.join(folder.value()));
    let found = found.map_err(|fault| syn::Error::new_spanned(&folder, fault))?;
    let files = found.iter().map(file);
    Ok(quote! {
        const {
            static FILES: &[::server::__private::EmbeddedFile] = &[#(#files),*];
            ::server::__private::embedded(FILES)
        }
    })
}

/// The constant of one file.
fn file(found: &Found) -> TokenStream {
    let Found { name, path, content } = found;
    let hash = hash(content);
    let variant = |compressed: Option<Vec<u8>>| match compressed {
        Some(bytes) => {
            let bytes = Literal::byte_string(&bytes);
            quote!(::core::option::Option::Some(#bytes))
        }
        None => quote!(::core::option::Option::None),
    };
    let (brotli, gzip) = (variant(compress::brotli(content)), variant(compress::gzip(content)));
    quote! {
        ::server::__private::EmbeddedFile {
            name: #name,
            hash: #hash,
            content: ::core::include_bytes!(#path),
            brotli: #brotli,
            gzip: #gzip,
        }
    }
}

/// A hash of 128 bits, which tells one version from another.
fn hash(content: &[u8]) -> String {
    let half = |first: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(first);
        hasher.write(content);
        hasher.finish()
    };
    format!("{:016x}{:016x}", half(1), half(2))
}

#[cfg(test)]
mod tests;
