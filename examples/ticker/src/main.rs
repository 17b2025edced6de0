//! A price that moves, as server-sent events, with a page that draws it as it comes.

mod market;

use std::time::Duration;

use server::layers::Compression;
use server::{Event, Html, LastEventId, Routes, Server, Sse, State, get, routes};

use market::Market;

const ROUTES: Routes<App> = routes![page, script, style, prices];

/// How often the price moves.
const PERIOD: Duration = Duration::from_millis(100);

/// What the handlers share.
#[derive(server::State, Clone)]
struct App {
    market: Market,
}

#[server::main]
async fn main() -> server::Result {
    let market = Market::opening();
    tokio::spawn(market.clone().trade(PERIOD));
    Server::new(ROUTES).state(App { market }).with(Compression::new()).run().await
}

// ANCHOR: prices
/// Each price from now on; or from where a client was cut off, as far as that is still known.
#[get("/prices")]
async fn prices(last: Option<LastEventId>, market: State<Market>) -> Sse {
    let seen = last.and_then(|last| last.parse().ok());
    let seen = seen.filter(|seen| market.knows(*seen));
    Sse::stream(async move |mut events| {
        let mut changes = market.changes();
        let mut last = seen.unwrap_or_else(|| market.recent());
        loop {
            for tick in market.since(last) {
                last = tick.id;
                events.send(Event::json(&tick)?.id(tick.id.to_string())).await?;
            }
            if changes.changed().await.is_err() {
                return events.finish().await;
            }
        }
    })
}
// ANCHOR_END: prices

/// The page.
#[get("/")]
async fn page() -> Html<&'static str> {
    Html(include_str!("page.html"))
}

#[get("/ticker.js")]
async fn script() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("content-type", "text/javascript; charset=utf-8")], include_str!("ticker.js"))
}

#[get("/style.css")]
async fn style() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("content-type", "text/css; charset=utf-8")], include_str!("style.css"))
}
