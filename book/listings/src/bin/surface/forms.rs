//! Queries and forms with all their faults, forms with files, values that are checked.

use garde::Validate;
use serde::Deserialize;
use server::rejection::MultipartRejection;
use server::{
    Json, Multipart, MultipartForm, PartLimits, Query, Routes, UploadedFile, Valid, get, post, routes,
};

use crate::App;

pub(crate) const ROUTES: Routes<App> = routes![search, register, shelve, measure];

// ANCHOR: query
#[derive(Deserialize)]
struct Search {
    title: String,
    #[serde(default)]
    tag: Vec<String>,
    sort: Option<Sort>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sort {
    Title,
    Year,
}

#[derive(Deserialize)]
struct Paging {
    #[serde(default)]
    page: u32,
}

#[get("/search")]
async fn search(query: Query<Search>) -> String {
    let by = if let Some(Sort::Year) = query.sort { "year" } else { "title" };
    format!("{} {:?} by {by}, page {}\n", query.title, query.tag, query.paging.page)
}
// ANCHOR_END: query

// ANCHOR: valid
#[derive(Deserialize, Validate)]
struct NewReader {
    #[garde(length(chars, min = 1, max = 64))]
    name: String,
    #[garde(email)]
    email: String,
    #[garde(range(min = 6, max = 150))]
    age: u8,
}

#[post("/readers")]
async fn register(Valid(Json(reader)): Valid<Json<NewReader>>) -> String {
    format!("a card for {}, {}, will be sent to {}\n", reader.name, reader.age, reader.email)
}
// ANCHOR_END: valid

// ANCHOR: form
#[derive(Deserialize)]
struct NewBook {
    title: String,
    pages: u32,
    #[serde(default)]
    tag: Vec<String>,
    cover: Option<UploadedFile>,
}

/// What a browser sends from `<form method=post enctype="multipart/form-data">`.
#[post("/books", body_limit = "5MiB")]
async fn shelve(book: MultipartForm<NewBook>) -> String {
    let cover = book.cover.as_ref().map_or(0, |cover| cover.content().len());
    format!("{}, {} pages, {:?}, {cover} bytes of cover\n", book.title, book.pages, book.tag)
}
// ANCHOR_END: form

// ANCHOR: stream
/// Takes files of any length, a piece in memory at a time.
#[post("/scans", body_limit = "1GiB", timeout = "1h")]
async fn measure(parts: Multipart) -> Result<String, MultipartRejection> {
    let mut parts = parts.with_limits(PartLimits { parts: 3, ..PartLimits::default() });
    let mut report = String::new();
    while let Some(mut part) = parts.next_part().await? {
        let mut len = 0;
        while let Some(chunk) = part.chunk().await? {
            len += chunk.len();
        }
        report += &format!("{}: {len} bytes of {}\n", part.name(), part.file_name().unwrap_or("text"));
    }
    Ok(report)
}
// ANCHOR_END: stream

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use server::testing::{Client, TestResponse};

    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=xyz";

    async fn send(target: &str, parts: &[(&str, &str)]) -> TestResponse {
        let part = |(head, content): &(&str, &str)| {
            format!("--xyz\r\ncontent-disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        let body: String = parts.iter().map(part).chain(["--xyz--\r\n".to_owned()]).collect();
        let client = Client::with_state(ROUTES, App::new());
        client.post(target).header("content-type", TYPE).body(body).await
    }

    #[server::test]
    async fn a_query_is_a_value_or_all_its_faults() {
        let client = Client::with_state(ROUTES, App::new());
        let found = client.get("/search?title=Emma&tag=a&tag=b&sort=year&page=2").await;
        assert_eq!(found.text(), "Emma [\"a\", \"b\"] by year, page 2\n");
        let refused = client.get("/search?sort=age&page=x").await;
        assert_eq!(refused.status(), 400);
        let errors = &refused.json::<Value>()["errors"];
        assert_eq!(errors[0]["field"], "sort");
        assert_eq!(errors[0]["detail"], "`sort`: expected `title` or `year`, found `age`");
    }

    #[server::test]
    async fn every_rule_that_is_broken_is_told() {
        let client = Client::with_state(ROUTES, App::new());
        let good =
            client.post("/readers").json(&json!({ "name": "Ada", "email": "ada@example.org", "age": 36 }));
        assert_eq!(good.await.status(), 200);
        let bad = client.post("/readers").json(&json!({ "name": "", "email": "ada", "age": 3 })).await;
        assert_eq!(bad.status(), 422);
        let document = bad.json::<Value>();
        let fields: Vec<_> =
            document["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert_eq!(fields, ["age", "email", "name"]);
    }

    #[server::test]
    async fn a_form_has_texts_and_files() {
        let parts = [
            ("name=title", "Emma"),
            ("name=pages", "474"),
            ("name=tag", "novel"),
            ("name=cover; filename=\"emma.png\"", "PNG"),
        ];
        let response = send("/books", &parts).await;
        assert_eq!(response.text(), "Emma, 474 pages, [\"novel\"], 3 bytes of cover\n");
        let refused = send("/books", &[("name=pages", "many")]).await;
        assert_eq!(refused.status(), 422);
        let detail = &refused.json::<Value>()["detail"];
        assert_eq!(
            detail,
            "multipart: `pages`: expected an unsigned 32-bit integer, found `many`; `title` is missing"
        );
    }

    #[server::test]
    async fn parts_are_counted() {
        let parts = [("name=a; filename=1.png", "1"), ("name=b", "22")];
        assert_eq!(send("/scans", &parts).await.text(), "a: 1 bytes of 1.png\nb: 2 bytes of text\n");
        let parts = [("name=a", "1"); 4];
        assert_eq!(send("/scans", &parts).await.status(), 413);
    }
}
