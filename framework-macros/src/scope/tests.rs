//! Expansions of `#[scope]`, kept in `snapshots/`.

use quote::quote;

use super::*;
use crate::testing::{assert_expansion, pretty};

#[test]
fn shows_a_scope() {
    assert_expansion!(pretty(scope(
        quote!(prefix = "/users", state = App, with = [auth]),
        quote! {
            /// Users.
            pub mod users {
                //! Their handlers.
                use super::*;

                /// All of them.
                #[get("/", tag = "users",)]
                pub async fn list(users: State<Users>) -> Json<Vec<User>> { users.all() }

                #[server::route(PUT | PATCH, "/:id", state = Other)]
                async fn change(id: u64) {}

                #[cfg(feature = "admin")]
                #[delete("/:id")]
                #[cfg(unix)]
                pub(crate) extern "Rust" fn remove(id: u64) {}

                #[derive(Clone)]
                struct Get { get: u8 }

                #[get::other("/")]
                fn not_ours() {}
            }
        },
    )));
}

#[test]
fn shows_a_scope_in_a_scope() {
    assert_expansion!(pretty(scope(
        quote!(prefix = "/orgs/:org", state = App),
        quote! {
            pub(crate) mod orgs {
                #[scope(prefix = "/users")]
                mod users {
                    #[get("/")]
                    async fn list(org: u64) {}
                }
                #[server::scope(state = ())]
                mod health {}
                mod plain {
                    #[get("/")]
                    async fn alone() {}
                }
            }
        },
    )));
}

#[test]
fn shows_a_scope_in_a_scope_by_itself() {
    assert_expansion!(pretty(scope(
        quote!(prefix = "/users", __prefix = "/orgs/:org", state = super::__State),
        quote! {
            pub(in crate::web) mod users {
                #[get("/:id")]
                async fn one(org: u64, id: u64) {}
            }
        },
    )));
}

#[test]
fn shows_a_scope_that_is_mistaken() {
    assert_expansion!(pretty(scope(
        quote!(prefix = "/orgs/{org}"),
        quote! {
            mod orgs {
                #[get]
                async fn list(org: u64) {}
            }
        },
    )));
}

#[test]
fn refuses_a_module_in_another_file() {
    let expansion = scope(
        quote!(prefix = "/users"),
        quote!(
            mod users;
        ),
    )
    .to_string();
    assert!(expansion.contains("mod users ;"), "{expansion}");
    assert!(expansion.contains("a macro cannot see into the file of `users`"), "{expansion}");
}
