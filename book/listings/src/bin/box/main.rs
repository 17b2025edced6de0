//! "What is in the box": a page of the book is a module here.

mod cors;
mod headers;

use server::{Routes, Server, routes};

const ROUTES: Routes = routes![..cors::ROUTES, ..headers::ROUTES];

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).run().await
}
