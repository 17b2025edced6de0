//! The macros of `fingerpost`: doors only, a folder each.
//!
//! They are documented where users meet them, on their re-exports in the `server` library.

#![expect(missing_docs, reason = "documented on the re-exports")]

mod code;
#[cfg(feature = "embed")]
mod embed;
mod entry;
mod errors;
mod exprs;
mod extracted;
mod extractor;
mod function;
#[cfg(test)]
mod half_typed;
mod header;
mod http_error;
mod invisible;
mod keywords;
mod middleware;
mod nearest;
mod options;
mod refused;
mod renamed;
mod route;
mod routes;
mod scope;
mod signature;
mod spans;
mod state;
mod surroundings;
#[cfg(test)]
mod testing;
mod unimported;
mod unshared;
mod waiting;
mod written;

use proc_macro::TokenStream;

use renamed::in_its_names;

#[cfg(feature = "embed")]
#[proc_macro]
pub fn embed(input: TokenStream) -> TokenStream {
    in_its_names(embed::embed(input.into()))
}

#[proc_macro_attribute]
pub fn route(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(route::route(args.into(), item.into()))
}

#[proc_macro_attribute]
pub fn get(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(route::shorthand("GET", args.into(), item.into()))
}

#[proc_macro_attribute]
pub fn post(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(route::shorthand("POST", args.into(), item.into()))
}

#[proc_macro_attribute]
pub fn put(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(route::shorthand("PUT", args.into(), item.into()))
}

#[proc_macro_attribute]
pub fn patch(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(route::shorthand("PATCH", args.into(), item.into()))
}

#[proc_macro_attribute]
pub fn delete(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(route::shorthand("DELETE", args.into(), item.into()))
}

#[proc_macro_attribute]
pub fn head(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(route::shorthand("HEAD", args.into(), item.into()))
}

#[proc_macro_attribute]
pub fn options(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(route::shorthand("OPTIONS", args.into(), item.into()))
}

#[proc_macro_attribute]
pub fn scope(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(scope::scope(args.into(), item.into()))
}

#[proc_macro]
pub fn routes(input: TokenStream) -> TokenStream {
    in_its_names(routes::routes(input.into()))
}

#[proc_macro_attribute]
pub fn middleware(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(middleware::middleware(args.into(), item.into()))
}

#[proc_macro_attribute]
pub fn extractor(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(extractor::extractor(args.into(), item.into()))
}

#[proc_macro_attribute]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(entry::main(args.into(), item.into()))
}

#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    in_its_names(entry::test(args.into(), item.into()))
}

#[proc_macro_derive(State, attributes(state))]
pub fn state(item: TokenStream) -> TokenStream {
    in_its_names(state::state(item.into()))
}

#[proc_macro_derive(HttpError, attributes(status, title, detail, from, source, member, http_error))]
pub fn http_error(item: TokenStream) -> TokenStream {
    in_its_names(http_error::http_error(item.into()))
}
