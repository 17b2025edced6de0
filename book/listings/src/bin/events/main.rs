//! "Server-sent events": a stream with a last word.

use server::{Event, Routes, Server, Shutdown, Sse, get, routes};

const ROUTES: Routes = routes![news];

// ANCHOR: news
#[get("/news")]
async fn news(shutdown: Shutdown) -> Sse {
    Sse::stream(async move |mut events| {
        events.send(Event::data("hello")).await?;
        shutdown.draining().await;
        events.send(Event::data("see you").named("bye")).await?;
        events.finish().await
    })
}
// ANCHOR_END: news

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).run().await
}

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn has_the_last_word() {
        let server = Server::new(ROUTES);
        let shutdown = server.shutdown_handle();
        let client = Client::from(server);
        shutdown.request();
        let events = client.get("/news").await;
        let text = events.text();
        assert!(text.starts_with("data: hello\n\ndata: see you\nevent: bye\n\nretry: "), "{text}");
    }
}
