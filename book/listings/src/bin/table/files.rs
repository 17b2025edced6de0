//! Files: routes that know nothing of the prefix they are put under.

use server::{Routes, get, routes};

// ANCHOR: routes
pub(crate) const ROUTES: Routes = routes![latest, file];

/// The newest file.
#[get("/latest")]
async fn latest() -> &'static str {
    "the latest\n"
}

/// Any other.
#[get("/*path")]
async fn file(path: &str) -> String {
    format!("{path}\n")
}
// ANCHOR_END: routes
