//! A table of routes in a crate of its own, as a team would publish one for others to nest.

use server::{Routes, get, routes};

/// One user.
#[get("/users/:id")]
pub async fn show(id: u64) -> String {
    format!("user {id}")
}

/// All of them.
#[get("/users")]
pub async fn list() -> &'static str {
    "users"
}

/// What this crate answers.
pub const ROUTES: Routes = routes![show, list];
