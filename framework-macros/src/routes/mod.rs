//! `routes!`.
//!
//! The items are parsed one by one, a faulty one up to its comma; `check` flattens the scopes; what is right is
//! expanded even beside errors, so that the table keeps its type and no second error follows.

mod check;
mod expand;
mod items;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::errors::Errors;

pub(crate) fn routes(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let items = parse::items(input, &mut errors);
    let table = check::flatten(items, &mut errors);
    expand::expand(&table, errors)
}
