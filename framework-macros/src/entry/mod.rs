//! `#[main]` and `#[test]`: an `async fn` becomes a plain one that runs it on a runtime of its own.

mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::function::Function;

/// Which of the two attributes it is.
#[derive(Clone, Copy)]
enum Entry {
    Main,
    Test,
}

pub(crate) fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    entry(Entry::Main, args, item)
}

pub(crate) fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    entry(Entry::Test, args, item)
}

fn entry(entry: Entry, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    check::options(entry, args, &mut errors);
    let function = match Function::parse_annotated(item.clone(), entry.attribute()) {
        Ok(function) => function,
        Err(error) => {
            errors.push(error);
            let errors = errors.into_tokens();
            return quote!(#item #errors);
        }
    };
    check::function(entry, &function, &mut errors);
    if errors.is_empty() { expand::entry(entry, &function) } else { expand::fallback(&function, errors) }
}

impl Entry {
    fn attribute(self) -> &'static str {
        match self {
            Self::Main => "server::main",
            Self::Test => "server::test",
        }
    }
}
