//! Extractors of the application's own.

use server::{FromRequest, Problem, Request, Routes, State, StatusCode, extractor, get, routes};

use crate::state::App;

pub(crate) const ROUTES: Routes<App> = routes![card, language];

/// Who may borrow books.
#[derive(Clone, Default)]
pub(crate) struct Readers;

impl Readers {
    fn of_card(&self, number: &str) -> Option<Reader> {
        (number == "1815").then(|| Reader { name: "Ada".to_owned() })
    }
}

// ANCHOR: function
/// The number on a reader's card.
struct Card(String);

#[extractor]
async fn card_number(request: &mut Request) -> Result<Card, Problem> {
    let number = request.header("x-card").map(str::to_owned);
    number.map(Card).ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED).detail("no card"))
}

/// Somebody with a card that is known.
#[derive(Clone)]
struct Reader {
    name: String,
}

#[extractor(cached)]
async fn reader(card: Card, readers: State<Readers>) -> Result<Reader, Problem> {
    let known = readers.of_card(&card.0);
    known.ok_or_else(|| Problem::new(StatusCode::FORBIDDEN).detail("the card is not known"))
}

/// Greets a reader; anybody else never gets here.
#[get("/card")]
async fn card(reader: Reader) -> String {
    format!("Hello, {}!\n", reader.name)
}
// ANCHOR_END: function

// ANCHOR: trait
/// The language that the client likes best.
struct Language(String);

impl<S: Sync> FromRequest<S> for Language {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Self::Rejection> {
        let first = request.header("accept-language").and_then(|list| list.split([',', ';']).next());
        Ok(Self(first.unwrap_or("en").trim().to_owned()))
    }
}

/// In which language a reader would be answered.
#[get("/language")]
async fn language(language: Language) -> String {
    format!("{}\n", language.0)
}
// ANCHOR_END: trait

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn refuses_before_the_handler_runs() {
        let client = Client::with_state(ROUTES, App::default());
        assert_eq!(client.get("/card").await.status(), 401);
        assert_eq!(client.get("/card").header("x-card", "7").await.status(), 403);
        assert_eq!(client.get("/card").header("x-card", "1815").await.text(), "Hello, Ada!\n");
    }

    #[server::test]
    async fn takes_the_first_language() {
        let client = Client::with_state(ROUTES, App::default());
        assert_eq!(client.get("/language").await.text(), "en\n");
        assert_eq!(
            client.get("/language").header("accept-language", "de-AT, de;q=0.8").await.text(),
            "de-AT\n"
        );
    }
}
