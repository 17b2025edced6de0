//! "Handlers": what they take, what they return, what stands around them.

mod arguments;
mod blocking;
mod bodies;
mod errors;
mod extractors;
mod links;
mod responses;
mod state;
mod streams;
mod wrapping;

use server::{Routes, Server, routes};

use state::App;
use wrapping::{Sunset, timed};

const ROUTES: Routes<App> = routes![
    ..arguments::ROUTES,
    ..bodies::ROUTES,
    ..responses::ROUTES,
    ..errors::ROUTES,
    ..state::ROUTES,
    ..extractors::ROUTES,
    ..blocking::ROUTES,
    ..streams::ROUTES,
    ..links::ROUTES,
    ..wrapping::ROUTES,
    ..OLD,
];

#[server::main]
async fn main() -> server::Result {
    // ANCHOR: around
    Server::new(ROUTES).state(App::default()).with(timed).run().await
    // ANCHOR_END: around
}

// ANCHOR: scope
/// The routes of last year, which go on the first of May.
const OLD: Routes<App> = routes!["/v1" with [Sunset("Sat, 01 May 2027 00:00:00 GMT")] => arguments::ROUTES];
// ANCHOR_END: scope

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn a_scope_tells_when_it_ends() {
        let client = Client::with_state(OLD, App::default());
        let response = client.get("/v1/books/Emma/pages/3").await;
        assert_eq!(response.header("sunset"), Some("Sat, 01 May 2027 00:00:00 GMT"));
    }

    #[test]
    fn all_of_it_is_one_table() {
        assert!(ROUTES.len() > OLD.len());
    }
}
