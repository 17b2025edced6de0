//! "What is in the box": a page of the book is a module here.

mod cors;
mod credentials;
mod csrf;
mod headers;
mod limits;
mod rates;
mod redirects;

use server::{Routes, Server, routes};

const ROUTES: Routes = routes![
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
    if std::env::var_os("BEHIND_PROXY").is_some() {
        return redirects::server().run().await;
    }
    Server::new(ROUTES).run().await
}
