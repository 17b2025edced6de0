#![deny(warnings)]
//! A `#[cfg]` below the attribute counts for all that the attribute makes.

use server::get;

#[get("/never")]
#[cfg(any())]
async fn never(missing: Missing) -> Missing {
    missing
}

#[get("/either")]
#[cfg(any())]
async fn either() -> &'static str {
    "one"
}

#[get("/either")]
#[cfg(not(any()))]
async fn either() -> &'static str {
    "other"
}

fn routed<H: server::Endpoint>() {}

fn main() {
    routed::<either>();
}
