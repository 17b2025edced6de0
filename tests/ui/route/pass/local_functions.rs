#![deny(warnings)]
//! Handlers may stand in a function, as in tests.

use server::{Endpoint, get};

fn main() {
    #[get("/here/:id")]
    async fn here(id: u64) -> &'static str {
        let _ = id;
        "here"
    }
    assert_eq!(here::ROUTE.patterns.len(), 1);
    assert_eq!(here::url(1), "/here/1");
}
