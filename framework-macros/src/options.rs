//! What stands in the brackets of `#[middleware(…)]` and `#[extractor(…)]`: flags, and `state = Type`.

use proc_macro2::{Ident, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Token, Type};

use crate::errors::Errors;

/// The options as written, each at most once.
#[derive(Default)]
pub(crate) struct Options {
    /// The state that the function is for; every state where it is not said.
    pub(crate) state: Option<Type>,
    flags: Vec<Ident>,
}

impl Options {
    /// Parses `args` of the attribute called `attribute`, which knows `flags` beside `state`.
    pub(crate) fn parse(args: TokenStream, attribute: &str, flags: &[&str], errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let entries = match Punctuated::<Entry, Token![,]>::parse_terminated.parse2(args) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("expected an option of `#[{attribute}]`: {}", usage(attribute, flags));
                errors.at_span(error.span(), message);
                return options;
            }
        };
        let usage = usage(attribute, flags);
        for Entry { key, value } in entries {
            let known = key == "state" || flags.iter().any(|flag| key == flag);
            match value {
                _ if !known => {
                    errors.at(&key, format_args!("`{key}` is no option of `#[{attribute}]`: {usage}"));
                }
                _ if options.has(&key.to_string()) => {
                    errors.at(&key, format_args!("`{key}` is said twice: remove this one"));
                }
                Some(ty) if key == "state" => options.state = Some(ty),
                None if key == "state" => {
                    errors.at(&key, "`state` says no type: write `state = App` with the type of your state");
                }
                Some(value) => errors.at(value, format_args!("`{key}` takes no value: write `{key}` alone")),
                None => options.flags.push(key),
            }
        }
        options
    }

    /// Whether the option `name` was written.
    pub(crate) fn has(&self, name: &str) -> bool {
        (name == "state" && self.state.is_some()) || self.flags.iter().any(|flag| flag == name)
    }
}

/// `key` or `key = Type`.
struct Entry {
    key: Ident,
    value: Option<Type>,
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.parse()?;
        let value = input.parse::<Option<Token![=]>>()?.map(|_| input.parse()).transpose()?;
        Ok(Self { key, value })
    }
}

fn usage(attribute: &str, flags: &[&str]) -> String {
    let mut usage = String::from("write ");
    for flag in flags {
        usage.push_str(&format!("`#[{attribute}({flag})]`, "));
    }
    usage.push_str(&format!("`#[{attribute}(state = App)]`, or `#[{attribute}]`"));
    usage
}
