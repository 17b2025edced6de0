//! `#[derive(State)]`: each field's type becomes one that `State<T>` can be asked for.

mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::errors::Errors;

pub(crate) fn state(item: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let state = check::state(&input, &mut errors);
    // What was well said is provided even beside mistakes, so that no handler reports it missing.
    let provided = state.map(|state| expand::state(&state));
    let shared = check::unshared(&input, &mut errors).then(|| expand::taken_for_shared(&input));
    let errors = errors.into_tokens();
    quote!(#provided #shared #errors)
}

#[cfg(test)]
mod tests {
    use crate::testing::{assert_expansion, pretty, tokens};

    #[test]
    fn a_field_each() {
        let item = "struct App { users: Users, mail: Arc<Mail>, #[state(skip)] admins: Users }";
        assert_expansion!(pretty(super::state(tokens(item))));
    }

    #[test]
    fn generic() {
        let item = "struct App<'a, T: Clone, const N: usize>(&'a str, [T; N]) where T: Send;";
        assert_expansion!(pretty(super::state(tokens(item))));
    }

    #[test]
    fn with_mistakes() {
        let item = "struct App { users: Users, admins: Users, #[state(hide)] mail: Mail }";
        assert_expansion!(pretty(super::state(tokens(item))));
    }
}
