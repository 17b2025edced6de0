//! `#[extractor]`: the type that a function returns becomes an extractor made of the function's arguments.

mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::function::Function;
use crate::options::Options;

pub(crate) fn extractor(args: TokenStream, item: TokenStream) -> TokenStream {
    if let Some((whole, error)) = Function::without_body(&item) {
        let error = Function::lacks_its_body(&whole, &error);
        let expanded = extractor(args, whole);
        return quote!(#expanded #error);
    }
    let mut errors = Errors::default();
    let options = Options::parse(args, "extractor", &["cached", "takes_body"], &mut errors);
    let function = match Function::parse_annotated(item.clone(), "extractor") {
        Ok(function) => function,
        Err(error) => {
            errors.push(error);
            let errors = errors.into_tokens();
            return quote!(#item #errors);
        }
    };
    let extractor = check::extractor(&function, &options, &mut errors);
    match extractor {
        Some(extractor) if errors.is_empty() => expand::extractor(&extractor),
        made => expand::fallback(&function, made.as_ref(), errors),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{assert_expansion, pretty, tokens};

    fn expand(args: &str, item: &str) -> String {
        pretty(super::extractor(tokens(args), tokens(item)))
    }

    #[test]
    fn out_of_other_extractors() {
        let item = r#"
            /// Who asks.
            pub async fn user(token: Bearer, users: State<Users>) -> Result<User, ApiError> {
                users.find(&token).await
            }
        "#;
        assert_expansion!(expand("", item));
    }

    #[test]
    fn cached() {
        let item = "async fn user(token: Bearer) -> User { token.user() }";
        assert_expansion!(expand("cached", item));
    }

    #[test]
    fn out_of_the_request_alone() {
        let item = "async fn agent(request: &mut Request) -> server::Result<Agent> { Agent::of(request) }";
        assert_expansion!(expand("state = App, takes_body", item));
    }

    #[test]
    fn with_mistakes() {
        let item = "fn user(request: &Request) -> Result<User, ApiError> { find(request).await }";
        assert_expansion!(expand("", item));
    }
}
