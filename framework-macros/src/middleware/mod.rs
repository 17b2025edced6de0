//! `#[middleware]`: a function becomes a unit struct of its name that implements `Middleware`.

mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::function::Function;
use crate::options::Options;

pub(crate) fn middleware(args: TokenStream, item: TokenStream) -> TokenStream {
    if let Some((whole, error)) = Function::without_body(&item) {
        let error = Function::lacks_its_body(&whole, &error);
        let expanded = middleware(args, whole);
        return quote!(#expanded #error);
    }
    let mut errors = Errors::default();
    let options = Options::parse(args, "middleware", &[], &mut errors);
    let function = match Function::parse_annotated(item.clone(), "middleware") {
        Ok(function) => function,
        Err(error) => {
            errors.push(error);
            let errors = errors.into_tokens();
            return quote!(#item #errors);
        }
    };
    let middleware = check::middleware(&function, &options, &mut errors);
    match middleware {
        Some(middleware) if errors.is_empty() => expand::middleware(&middleware),
        _ => expand::fallback(&function, errors),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{assert_expansion, pretty, tokens};

    fn expand(args: &str, item: &str) -> String {
        pretty(super::middleware(tokens(args), tokens(item)))
    }

    #[test]
    fn without_extractors() {
        let item = r#"
            /// Adds a field to each answer.
            #[deprecated]
            #[allow(dead_code)]
            pub(crate) async fn stamp(request: Request, next: Next<'_>) -> Response {
                next.run(request).await.header("x-stamp", "yes")
            }
        "#;
        assert_expansion!(expand("", item));
    }

    #[test]
    fn with_extractors() {
        let item = r#"
            async fn log(user: Option<User>, label: State<Label>, mut request: Request, next: Next<'_>) -> impl IntoResponse {
                println!("{label}");
                next.run(request).await
            }
        "#;
        assert_expansion!(expand("", item));
    }

    #[test]
    fn for_one_state() {
        let item = r#"
            async fn gate(next: Next<'_>, user: User, request: Request) -> Result<Response, ApiError> {
                user.check()?;
                Ok(next.run(request).await)
            }
        "#;
        assert_expansion!(expand("state = App", item));
    }

    #[test]
    fn with_mistakes() {
        let item = r#"
            pub fn gate(user: &User, request: Request) -> Response {
                next.run(request)
            }
        "#;
        assert_expansion!(expand("sate = App", item));
    }
}
