//! "Files of a folder": a page and what it needs, beside a route, and downloads with a listing.

// ANCHOR: all
use std::env;
use std::path::PathBuf;

use server::{Routes, Server, StaticFiles, get, routes};

const ROUTES: Routes = routes![version];

#[get("/api/version")]
async fn version() -> &'static str {
    "7\n"
}

#[server::main]
async fn main() -> server::Result {
    let public = folder("PUBLIC");
    let downloads = StaticFiles::new(public.join("downloads")).listing(true);
    Server::new(ROUTES)
        .mount("/", StaticFiles::new(public).single_page("index.html"))
        .mount("/downloads", downloads)
        .mount("/shipped", server::embed!("public"))
        .run()
        .await
}
// ANCHOR_END: all

/// Where the files lie: as the environment says, or beside this program's source.
fn folder(name: &str) -> PathBuf {
    env::var_os(name).map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/public").into(), PathBuf::from)
}
