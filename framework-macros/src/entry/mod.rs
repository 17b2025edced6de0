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

#[cfg(test)]
mod tests {
    use crate::testing::{assert_expansion, pretty, tokens};

    #[test]
    fn main_runs_the_function() {
        let item = "/// Serves.\nasync fn main() -> server::Result { Server::new(ROUTES).run().await }";
        assert_expansion!(pretty(super::main(tokens(""), tokens(item))));
    }

    #[test]
    fn a_test_keeps_its_attributes() {
        let item = "#[should_panic] #[ignore = \"slow\"] async fn adds() -> io::Result<()> { read().await }";
        assert_expansion!(pretty(super::test(tokens(""), tokens(item))));
    }

    #[test]
    fn with_mistakes() {
        let item = "fn main(count: u8) { serve(count).await }";
        assert_expansion!(pretty(super::main(tokens("flavor = \"multi_thread\""), tokens(item))));
    }
}
