//! The expansion as it was read in review, and many mistakes at once.

use quote::quote;

use super::routes;
use crate::testing::{assert_expansion, pretty, tokens};

#[track_caller]
fn expand(source: &str) -> String {
    let table = routes(tokens(source));
    pretty(quote!(const ROUTES: Routes = #table;))
}

#[test]
fn a_table_with_scopes() {
    let table =
        r#"index, "/admin" with [auth, Cors::new(7)] => [users::list, "/v2" => v2::ROUTES], ..files::ROUTES"#;
    assert_expansion!(expand(table));
}

#[test]
fn each_mistake_is_told_and_the_rest_still_expands() {
    let expansion = expand(
        r#"index, get(a), "admin" => [b, C], "/x" => d, .. e, |f| f, "/g" with h => [i], j k, l::<m>, "/ok" => [n]"#,
    );
    assert_eq!(expansion.matches("compile_error!").count(), 9, "{expansion}");
    for kept in ["index", "b", "n"] {
        assert!(expansion.contains(&format!("__Probe::<({kept})>")), "{kept} in {expansion}");
    }
}
