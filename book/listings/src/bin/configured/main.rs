//! "Settings": a service whose settings, and its own, stand in one file.

// ANCHOR: main
use std::num::NonZeroU16;
use std::time::Duration;

use serde::Deserialize;
use server::layers::ConcurrencyLimit;
use server::{Routes, Secret, Server, State, get, routes};

/// What the section `app` has.
#[derive(Clone, Deserialize)]
struct Config {
    greeting: String,
    orders: Orders,
    upstream: Upstream,
}

#[derive(Clone, Deserialize)]
struct Orders {
    at_once: NonZeroU16,
    #[serde(deserialize_with = "server::units::duration")]
    wait: Duration,
}

#[derive(Clone, Deserialize)]
struct Upstream {
    url: String,
    token: Secret,
}

#[derive(Clone, server::State)]
struct App {
    config: Config,
}

#[get("/")]
async fn index(config: State<Config>) -> String {
    let Config { greeting, upstream, .. } = &*config;
    format!("{greeting} from {} with {} letters of token\n", upstream.url, upstream.token.reveal().len())
}

const ROUTES: Routes<App> = routes![index];

#[server::main]
async fn main() -> server::Result {
    let server = Server::new(ROUTES).config_file("service.yaml");
    let (server, config) = server.configured::<Config>()?;
    let Orders { at_once, wait } = config.orders;
    let limit = ConcurrencyLimit::new(at_once.get().into()).longest_wait(wait);
    server.with(limit).state(App { config }).run().await
}
// ANCHOR_END: main
