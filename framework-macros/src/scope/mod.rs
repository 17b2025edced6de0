//! `#[scope]` on an inline module: its handlers become the table `ROUTES`, under a prefix that they know.

mod content;
mod expand;
mod file;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use self::content::{Content, Told};
use self::parse::{Module, Options};
use crate::errors::Errors;
use crate::route::Pattern;

/// `#[server::scope(prefix = "/users", state = App)]`.
pub(crate) fn scope(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = parse::options(args, &mut errors);
    let item = file::inlined(&item).unwrap_or(item);
    let module = match syn::parse2::<Module>(item.clone()) {
        Ok(module) => module,
        Err(error) => {
            errors.push(error);
            let errors = errors.into_tokens();
            return quote!(#item #errors);
        }
    };
    let prefix = prefix(&options, &mut errors);
    let silent = options.silent || !errors.is_empty();
    let told = Told { prefix: prefix.as_ref(), state: options.state.as_ref(), silent };
    let content = Content::of(&module.braces, &told);
    let module = expand::module(&module, &options, &content);
    let errors = if options.silent { TokenStream::new() } else { errors.into_tokens() };
    quote!(#module #errors)
}

/// The whole prefix: that of the scope around this one, then its own.
fn prefix(options: &Options, errors: &mut Errors) -> Option<LitStr> {
    let Some(own) = &options.prefix else { return options.outer_prefix.clone() };
    let pattern = Pattern::parse_prefix(own, errors)?;
    let Some(outer) = &options.outer_prefix else { return Some(own.clone()) };
    let outer = Pattern::parse_prefix(outer, &mut Errors::default())?;
    let whole = pattern.under(&outer).map_err(|message| errors.at(own, message)).ok()?;
    Some(LitStr::new(&whole.text, own.span()))
}
