//! The table, and the server.

mod model;
mod rRESOURCE;

use model::Things;
use server::{Routes, routes};

#[derive(Clone, server::State)]
struct App {
    things: Things,
}

const ROUTES: Routes<App> = routes![
    rRESOURCE::list, rRESOURCE::show, rRESOURCE::create, rRESOURCE::update, rRESOURCE::remove,
];

#[server::main]
async fn main() -> server::Result {
    server::Server::new(ROUTES).state(App { things: Things::default() }).run().await
}
