//! What a handler refuses, and what goes wrong behind its back.

use server::{Routes, get, post, routes};

use crate::state::App;

pub(crate) const ROUTES: Routes<App> = routes![lend, stock, broken];

// ANCHOR: enum
/// What the library refuses.
#[derive(server::HttpError, Debug)]
enum Refusal {
    #[status(404)]
    #[detail("there is no book {0}")]
    NoSuchBook(String),
    #[status(409)]
    #[title("Book lent")]
    #[http_error(type = "https://example.org/problems/book-lent")]
    #[detail("{title} is back in {days} days")]
    Lent {
        title: String,
        #[member]
        days: u32,
    },
    #[status(503)]
    Catalogue(#[from] std::io::Error),
    #[status(500)]
    #[title("Catalogue damaged")]
    Damaged {
        #[source]
        cause: std::num::ParseIntError,
    },
}

/// Lends a book.
#[post("/loans/:title")]
async fn lend(title: String) -> Result<&'static str, Refusal> {
    match title.as_str() {
        "Emma" => Ok("until Friday\n"),
        "Ulysses" => {
            let shelf = std::fs::read_to_string("/nowhere/shelf.txt")?;
            let _: u32 = shelf.parse().map_err(|cause| Refusal::Damaged { cause })?;
            Ok("on the shelf\n")
        }
        "Middlemarch" => Err(Refusal::Lent { title, days: 9 }),
        _ => Err(Refusal::NoSuchBook(title)),
    }
}
// ANCHOR_END: enum

// ANCHOR: any
/// How many books there are; whatever goes wrong is a 500.
#[get("/stock")]
async fn stock() -> server::Result<String> {
    let books: u32 = std::fs::read_to_string("/nowhere/stock.txt")?.trim().parse()?;
    Ok(format!("{books} books\n"))
}
// ANCHOR_END: any

// ANCHOR: panic
/// A mistake of the program's.
#[get("/broken")]
async fn broken() -> &'static str {
    panic!("the shelf fell down")
}
// ANCHOR_END: panic

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn each_variant_is_a_problem() {
        let client = Client::with_state(ROUTES, App::default());
        let rows = [
            (
                "/loans/Beowulf",
                json!({ "title": "Not Found", "status": 404, "detail": "there is no book Beowulf" }),
            ),
            (
                "/loans/Middlemarch",
                json!({
                    "type": "https://example.org/problems/book-lent",
                    "title": "Book lent",
                    "status": 409,
                    "detail": "Middlemarch is back in 9 days",
                    "days": 9,
                }),
            ),
            // The cause goes to the log alone.
            ("/loans/Ulysses", json!({ "title": "Service Unavailable", "status": 503 })),
        ];
        for (target, expected) in rows {
            let mut problem = client.post(target).await.json::<Value>();
            assert!(problem.as_object_mut().unwrap().remove("request_id").is_some());
            assert_eq!(problem, expected, "{target}");
        }
        assert_eq!(client.post("/loans/Emma").await.text(), "until Friday\n");
        let cause = "7a".parse::<u32>().unwrap_err();
        assert_eq!(server::IntoResponse::into_response(Refusal::Damaged { cause }).status(), 500);
    }

    #[server::test]
    async fn a_500_tells_nothing() {
        let client = Client::with_state(ROUTES, App::default());
        for target in ["/stock", "/broken"] {
            let response = client.get(target).await;
            assert_eq!(response.status(), 500);
            let members: Vec<_> = response.json::<serde_json::Map<String, Value>>().into_iter().collect();
            assert_eq!(members.len(), 3, "title, status and request_id alone: {members:?}");
        }
    }
}
