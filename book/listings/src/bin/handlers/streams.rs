//! Answers that are written while they are read.

use std::time::Duration;

use server::{Body, Response, Routes, get, routes};

use crate::state::App;

pub(crate) const ROUTES: Routes<App> = routes![pages, line];

// ANCHOR: stream
/// A book, page by page.
#[get("/books/:title/pages")]
async fn pages(title: String) -> Response {
    let body = Body::stream(|mut out| async move {
        for number in 1..=3 {
            out.send(format!("{title}, page {number}\n")).await?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        out.finish().await
    });
    Response::ok().header("content-type", "text/plain; charset=utf-8").body(body)
}
// ANCHOR_END: stream

// ANCHOR: cut
/// Forgets to say that it is done, so that nobody takes the half for the whole.
#[get("/broken-off")]
async fn line() -> Body {
    Body::stream(|mut out| async move { out.send("the first half, and\n").await })
}
// ANCHOR_END: cut

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn sends_chunk_by_chunk() {
        let response = Client::with_state(ROUTES, App::default()).get("/books/Emma/pages").await;
        assert_eq!(response.header("transfer-encoding"), Some("chunked"));
        assert_eq!(response.text(), "Emma, page 1\nEmma, page 2\nEmma, page 3\n");
    }

    #[server::test]
    #[should_panic(expected = "broke off after 20 bytes")]
    async fn what_broke_off_does_not_look_whole() {
        Client::with_state(ROUTES, App::default()).get("/broken-off").await;
    }
}
