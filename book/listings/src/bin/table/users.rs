//! Users: a table of the module's own, and a scope.

use server::{Routes, delete, get, post, routes};

// ANCHOR: routes
pub(crate) const ROUTES: Routes = routes![get_me, get_user, delete_user, ..accounts::ROUTES];
// ANCHOR_END: routes

/// Whoever asks.
#[get("/users/me")]
async fn get_me() -> &'static str {
    "you\n"
}

/// One user.
#[get("/users/:id")]
pub(crate) async fn get_user(id: u64) -> String {
    format!("user {id}\n")
}

/// Removes a user.
#[delete("/users/:id")]
async fn delete_user(id: &str) -> String {
    format!("user {id} is gone\n")
}

/// Removes all of them.
#[post("/purge")]
pub(crate) async fn purge() -> &'static str {
    "purged\n"
}

// ANCHOR: scope
/// What an organisation pays with.
#[server::scope(prefix = "/orgs/:org/accounts")]
pub(crate) mod accounts {
    use server::delete;

    /// Closes an account.
    #[delete("/:id")]
    pub(crate) async fn close(org: &str, id: u64) -> String {
        format!("account {id} of {org} is closed\n")
    }
}
// ANCHOR_END: scope
