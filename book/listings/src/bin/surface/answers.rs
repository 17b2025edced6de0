//! Answers: created, saved under a name, in the form that the client likes, kept by caches, sent as they happen.

use std::time::Duration;

use serde::Serialize;
use server::rejection::FileError;
use server::{
    Accept, Attachment, Cache, Created, ETag, Event, File, Json, Negotiated, NoContent, Represent, Routes,
    Sse, delete, get, post, routes,
};

use crate::App;

pub(crate) const ROUTES: Routes<App> =
    routes![emma, lend, give_back, report, catalogue, manual, by_post, countdown];

// ANCHOR: negotiated
#[derive(Serialize)]
struct Book {
    title: &'static str,
    pages: u32,
}

impl Represent for Book {
    fn html(&self) -> Option<String> {
        Some(format!("<h1>{}</h1><p>{} pages", self.title, self.pages))
    }

    fn text(&self) -> Option<String> {
        Some(format!("{}, {} pages\n", self.title, self.pages))
    }
}

#[get("/emma")]
async fn emma(accept: Accept) -> Negotiated<Book> {
    Negotiated::new(accept, Book { title: "Emma", pages: 474 })
}
// ANCHOR_END: negotiated

// ANCHOR: named
#[post("/loans/:title")]
async fn lend(title: &str) -> Created<Json<&'static str>> {
    Created::at(give_back::url(title), Json("two weeks"))
}

#[delete("/loans/:title")]
async fn give_back(title: &str) -> NoContent {
    tracing::info!(title, "it is back");
    NoContent
}

/// A browser saves it as `Übersicht.csv`.
#[get("/report")]
async fn report() -> (Attachment, [(&'static str, &'static str); 1], &'static str) {
    (Attachment::named("Übersicht.csv"), [("content-type", "text/csv")], "title,pages\r\nEmma,474\r\n")
}
// ANCHOR_END: named

// ANCHOR: cache
#[get("/catalogue")]
async fn catalogue() -> (Cache, ETag, &'static str) {
    const TEXT: &str = "Emma\nMiddlemarch\n";
    (Cache::public(Duration::from_secs(60)), ETag::of(TEXT.as_bytes()), TEXT)
}
// ANCHOR_END: cache

// ANCHOR: file
/// Where `cargo run` starts it, this is the book's own page; a deployed server has its files beside it.
const MANUAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/answers.md");

#[get("/manual")]
async fn manual() -> Result<File, FileError> {
    File::open(MANUAL).await
}

/// A browser saves it, and asks again before it uses its copy.
#[get("/manual/by-post")]
async fn by_post() -> server::Result<(Attachment, Cache, File)> {
    Ok((Attachment::named("Answers.md"), Cache::revalidate(), File::open(MANUAL).await?))
}
// ANCHOR_END: file

// ANCHOR: events
#[get("/countdown")]
async fn countdown() -> Sse {
    Sse::stream(|mut events| async move {
        for number in (0..3).rev() {
            events.send(Event::data(number.to_string()).named("tick")).await?;
        }
        events.finish().await
    })
}
// ANCHOR_END: events

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn the_client_chooses_the_form() {
        let client = Client::with_state(ROUTES, App::new());
        let rows = [
            ("*/*", 200, "application/json", r#"{"title":"Emma","pages":474}"#),
            ("text/html, */*;q=0.8", 200, "text/html; charset=utf-8", "<h1>Emma</h1><p>474 pages"),
            ("text/plain", 200, "text/plain; charset=utf-8", "Emma, 474 pages\n"),
        ];
        for (accept, status, content_type, body) in rows {
            let response = client.get("/emma").header("accept", accept).await;
            assert_eq!((response.status().as_u16(), response.text()), (status, body), "{accept}");
            assert_eq!(response.header("content-type"), Some(content_type));
            assert_eq!(response.header("vary"), Some("accept"));
        }
        assert_eq!(client.get("/emma").header("accept", "image/png").await.status(), 406);
    }

    #[server::test]
    async fn each_says_what_it_is() {
        let client = Client::with_state(ROUTES, App::new());
        let created = client.post("/loans/Emma").await;
        assert_eq!((created.status().as_u16(), created.header("location")), (201, Some("/loans/Emma")));
        assert_eq!(client.delete("/loans/Emma").await.status(), 204);
        let disposition = "attachment; filename=\"_bersicht.csv\"; filename*=UTF-8''%C3%9Cbersicht.csv";
        assert_eq!(client.get("/report").await.header("content-disposition"), Some(disposition));
        let catalogue = client.get("/catalogue").await;
        assert_eq!(catalogue.header("cache-control"), Some("public, max-age=60"));
        let again = client.get("/catalogue").header("if-none-match", catalogue.header("etag").unwrap()).await;
        assert_eq!((again.status().as_u16(), again.text()), (304, ""));
        let part = client.get("/manual").header("range", "bytes=0-8").await;
        assert_eq!((part.status().as_u16(), part.text()), (206, "# Answers"));
        let saved = client.get("/manual/by-post").await;
        assert_eq!(saved.header("content-type"), Some("text/markdown; charset=utf-8"));
        let events = client.get("/countdown").await;
        assert!(events.text().starts_with("data: 2\nevent: tick\n\n"), "{events:?}");
    }
}
