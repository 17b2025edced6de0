//! "Fields and credentials", "Forms and files", "Cookies and sessions", "Answers": what handlers ask for and answer with.

mod answers;
mod cookies;
mod fields;
mod forms;
mod sessions;
#[cfg(test)]
mod store;

use server::{CookieKey, MemoryStore, Routes, Server, Sessions, routes};

// ANCHOR: state
/// What the handlers of these pages share.
#[derive(server::State, Clone)]
pub(crate) struct App {
    key: CookieKey,
    sessions: Sessions,
}

impl App {
    fn new() -> Self {
        // A server of more than one process reads its key from the configuration: `CookieKey::new(bytes)?`.
        Self { key: CookieKey::generate(), sessions: Sessions::new(MemoryStore::new(10_000)) }
    }
}
// ANCHOR_END: state

const ROUTES: Routes<App> =
    routes![..fields::ROUTES, ..forms::ROUTES, ..cookies::ROUTES, ..sessions::ROUTES, ..answers::ROUTES,];

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).state(App::new()).run().await
}
