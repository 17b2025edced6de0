//! `#[derive(HttpError)]`: an enum of an API's errors, each variant with its status.

mod check;
mod detail;
mod expand;
mod parse;
mod status;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::errors::Errors;

pub(crate) fn http_error(item: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let checked = check::http_error(&input, &mut errors);
    match checked {
        Some(checked) if errors.is_empty() => expand::http_error(&checked),
        _ => {
            let fallback = expand::fallback(&input);
            let errors = errors.into_tokens();
            quote!(#fallback #errors)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{assert_expansion, pretty, tokens};

    fn expand(item: &str) -> String {
        pretty(super::http_error(tokens(item)))
    }

    #[test]
    fn a_variant_each() {
        let item = r#"
            enum ApiError {
                #[status(404)]
                #[detail("user {0} does not exist")]
                NoSuchUser(u64),
                #[status(CONFLICT)]
                #[title("Name taken")]
                #[http_error(type = "https://example.org/problems/name-taken")]
                NameTaken { name: String },
                #[status(503)]
                Storage(#[from] sqlx::Error),
                #[status(499)]
                Odd,
            }
        "#;
        assert_expansion!(expand(item));
    }

    #[test]
    fn a_struct() {
        let item = "#[status(410)] #[detail(\"{page:?} is gone\")] struct Gone { page: Page }";
        assert_expansion!(expand(item));
    }

    #[test]
    fn beside_another_derive() {
        let item = r#"
            #[http_error(response_only)]
            enum ApiError {
                #[status(404)]
                #[detail("no {0}")]
                Missing(&'static str),
                #[status(502)]
                Upstream(#[from] reqwest::Error),
            }
        "#;
        assert_expansion!(expand(item));
    }

    #[test]
    fn nothing_at_all() {
        assert_expansion!(expand("enum Never {}"));
    }

    #[test]
    fn with_mistakes() {
        let item = "enum ApiError { #[status(200)] Fine, Storage(#[from] io::Error) }";
        assert_expansion!(expand(item));
    }
}
