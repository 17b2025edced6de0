#![deny(warnings, clippy::all, clippy::pedantic, unused_qualifications, missing_docs, unreachable_pub)]
//! The expansion passes lints that nobody asked it to.

use server::{Routes, get, routes};

/// The start.
#[get("/")]
async fn index() -> &'static str {
    "index"
}

const INNER: Routes = routes!["/inner" => [index]];

/// All routes.
pub const ROUTES: Routes = routes![index, "/a" => [index], ..INNER];

fn main() {
    assert_eq!(ROUTES.len(), 3);
}
