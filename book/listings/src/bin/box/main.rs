//! "What is in the box": a page of the book is a module here.

mod cors;

use server::{Routes, Server, routes};

const ROUTES: Routes = routes![..cors::ROUTES];

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).run().await
}
