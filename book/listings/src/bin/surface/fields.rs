//! Fields with a meaning, credentials, conditions.

use server::rejection::{ConditionUnmet, RangeNotSatisfiable};
use server::{
    AcceptLanguage, BasicAuth, Bearer, Conditions, ETag, FieldValues, Header, HeaderFault, HeaderName,
    NoContent, Problem, Range, RequestId, Response, Routes, StatusCode, TypedHeader, UserAgent, extractor,
    get, put, routes,
};

use crate::App;

pub(crate) const ROUTES: Routes<App> =
    routes![greeting, visitor, depth, card, ledger, motto, put_motto, alphabet];

// ANCHOR: typed
#[get("/greeting")]
async fn greeting(languages: AcceptLanguage) -> &'static str {
    match languages.best_of(&["en", "de", "fr-CA"]) {
        Some("de") => "Guten Tag\n",
        Some("fr-CA") => "Bonjour\n",
        _ => "Hello\n",
    }
}

#[get("/visitor")]
async fn visitor(agent: Option<UserAgent>, id: RequestId) -> String {
    let agent = agent.as_ref().map_or("somebody", |agent| agent.product());
    format!("{agent} asked as {id}\n")
}
// ANCHOR_END: typed

// ANCHOR: own
/// How deep a folder is to be listed (RFC 4918 §10.2).
struct Depth(u8);

impl TypedHeader for Depth {
    const NAME: HeaderName = HeaderName::from_static("depth");

    fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
        let text = HeaderFault::only_text(values)?;
        text.parse().map(Self).map_err(|_| HeaderFault::Malformed("expected a number up to 255".to_owned()))
    }
}

#[get("/depth")]
async fn depth(Header(depth): Header<Depth>) -> String {
    format!("{} levels\n", depth.0)
}
// ANCHOR_END: own

// ANCHOR: credentials
struct Reader(&'static str);

/// Whose card it is.
#[extractor]
async fn reader(token: Bearer) -> Result<Reader, Problem> {
    if token.is("1815") { Ok(Reader("Ada")) } else { Err(Bearer::challenge("library")) }
}

#[get("/card")]
async fn card(reader: Reader) -> String {
    format!("Hello, {}!\n", reader.0)
}

#[get("/ledger")]
async fn ledger(credentials: BasicAuth) -> Result<&'static str, Problem> {
    if credentials.user() != "ada" || !credentials.has_password("1815") {
        return Err(BasicAuth::challenge("ledger"));
    }
    Ok("nobody owes anything\n")
}
// ANCHOR_END: credentials

// ANCHOR: conditions
/// The state that the tag stands for; a database would have it.
const VERSION: u32 = 7;

#[get("/motto")]
async fn motto() -> (ETag, &'static str) {
    (ETag::strong(VERSION), "festina lente\n")
}

/// Changes the motto for those who know the one there is.
#[put("/motto")]
async fn put_motto(conditions: Conditions, _text: String) -> Result<(ETag, NoContent), ConditionUnmet> {
    conditions.check(&ETag::strong(VERSION))?;
    Ok((ETag::strong(VERSION + 1), NoContent))
}
// ANCHOR_END: conditions

// ANCHOR: range
#[get("/alphabet")]
async fn alphabet(range: Option<Range>) -> Result<Response, RangeNotSatisfiable> {
    const TEXT: &str = "abcdefghijklmnopqrstuvwxyz";
    let Some(range) = range else { return Ok(Response::ok().text(TEXT)) };
    let part = range.only(26)?;
    let content_range = format!("bytes {}-{}/26", part.start, part.end - 1);
    let text: String = TEXT.chars().zip(0..).filter(|(_, at)| part.contains(at)).map(|(c, _)| c).collect();
    let response = Response::new(StatusCode::PARTIAL_CONTENT).header("content-range", content_range);
    Ok(response.text(text))
}
// ANCHOR_END: range

#[cfg(test)]
mod tests {
    use server::testing::{Client, TestResponse};

    use super::*;

    async fn get(target: &str, field: Option<(&'static str, &'static str)>) -> TestResponse {
        let request = Client::with_state(ROUTES, App::new()).get(target);
        field.into_iter().fold(request, |request, (name, value)| request.header(name, value)).await
    }

    #[server::test]
    async fn fields_are_read_or_refused() {
        let rows = [
            ("/greeting", None, 200, "Hello\n"),
            ("/greeting", Some(("accept-language", "de-CH, en;q=0.5")), 200, "Guten Tag\n"),
            ("/depth", Some(("depth", "3")), 200, "3 levels\n"),
            ("/card", Some(("authorization", "Bearer 1815")), 200, "Hello, Ada!\n"),
            ("/ledger", Some(("authorization", "Basic YWRhOjE4MTU=")), 200, "nobody owes anything\n"),
            ("/motto", Some(("if-none-match", "\"7\"")), 304, ""),
            ("/alphabet", Some(("range", "bytes=-3")), 206, "xyz"),
        ];
        for (target, field, status, body) in rows {
            let response = get(target, field).await;
            assert_eq!((response.status().as_u16(), response.text()), (status, body), "{target} {field:?}");
        }
        let refused = get("/depth", Some(("depth", "infinity"))).await;
        let detail = &refused.json::<serde_json::Value>()["detail"];
        assert_eq!(detail, "header `depth`: expected a number up to 255, found `infinity`");
    }

    #[server::test]
    async fn who_is_not_known_is_told_how_to_ask() {
        let rows = [
            ("/card", None, "Bearer realm=\"restricted\""),
            (
                "/card",
                Some(("authorization", "Bearer x")),
                "Bearer realm=\"library\", error=\"invalid_token\"",
            ),
            ("/ledger", None, "Basic realm=\"restricted\", charset=\"UTF-8\""),
            ("/ledger", Some(("authorization", "Basic YTpi")), "Basic realm=\"ledger\", charset=\"UTF-8\""),
        ];
        for (target, field, challenge) in rows {
            let response = get(target, field).await;
            assert_eq!(
                (response.status().as_u16(), response.header("www-authenticate")),
                (401, Some(challenge))
            );
        }
    }

    #[server::test]
    async fn a_change_is_for_the_state_that_is_known() {
        let client = Client::with_state(ROUTES, App::new());
        let known = client.put("/motto").header("if-match", "\"7\"").body("x").await;
        assert_eq!((known.status().as_u16(), known.header("etag")), (204, Some("\"8\"")));
        let unknown = client.put("/motto").header("if-match", "\"6\"").body("x").await;
        assert_eq!((unknown.status().as_u16(), unknown.header("etag")), (412, Some("\"7\"")));
    }
}
