//! "What is in the box": a page of the book is a module here.

mod cache;
mod compression;
mod cors;
mod credentials;
mod csrf;
mod headers;
mod limits;
mod production;
mod rates;
mod redirects;
mod replicas;
mod stack;

use server::{Routes, Server, routes};

const ROUTES: Routes = routes![
    ..cache::ROUTES,
    ..compression::ROUTES,
    ..cors::ROUTES,
    ..credentials::ROUTES,
    ..csrf::ROUTES,
    ..headers::ROUTES,
    ..limits::ROUTES,
    ..rates::ROUTES,
    ..redirects::ROUTES,
];

#[server::main]
async fn main() -> server::Result {
    // Some pages show servers of their own.
    let server = match std::env::var("PAGE").as_deref() {
        Ok("order") => stack::server(),
        Ok("production") => production::server(),
        Ok("redirects") => redirects::server(),
        Ok("replicas") => replicas::page()?,
        Ok(_) | Err(_) => Server::new(ROUTES),
    };
    server.run().await
}
