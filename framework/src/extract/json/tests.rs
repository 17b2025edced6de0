//! Bodies that are JSON, and those that are not, or not of the type.

use http::{HeaderValue, Method};
use serde::Deserialize;

use super::*;
use crate::http::{Body, RequestId};

#[derive(Debug, PartialEq, Deserialize)]
struct User {
    name: String,
    age: u8,
}

async fn extract(
    content_type: Option<&'static str>,
    body: &'static str,
) -> Result<Json<User>, JsonRejection> {
    let mut request = Request::new(Method::POST, "/");
    if let Some(content_type) = content_type {
        request.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
    }
    request.set_body(Body::from(body));
    request.set_body_limit(64);
    Json::from_request(&mut request, &()).await
}

const ADA: &str = r#"{"name": "Ada", "age": 36}"#;

#[tokio::test]
async fn takes_json_by_any_of_its_names() {
    let names = [
        "application/json",
        "Application/JSON; charset=utf-8",
        // It means nothing (RFC 8259 §11); the text is UTF-8 all the same.
        "application/json; charset=iso-8859-1",
        "application/vnd.api+json",
    ];
    for name in names {
        let Json(user) = extract(Some(name), ADA).await.unwrap();
        assert_eq!(user, User { name: "Ada".to_owned(), age: 36 }, "{name}");
    }
}

#[tokio::test]
async fn refuses_other_content_types_and_none() {
    for name in [None, Some("text/plain"), Some("application/jsonp"), Some("application/json, text/plain")] {
        let refused = extract(name, ADA).await.unwrap_err();
        assert_eq!(refused.status(), 415, "{name:?}");
    }
    let refused = extract(None, ADA).await.unwrap_err();
    assert_eq!(refused.to_string(), "expected a body of the content type `application/json`, found none");
}

#[tokio::test]
async fn says_where_it_is_no_json_and_where_no_user() {
    let rows = [
        ("", 400, "the body is no JSON: EOF while parsing a value at line 1, column 0"),
        ("{\n  \"name\": nope}", 400, "the body is no JSON: expected ident at line 2, column 12"),
        (r#"{"name":"a","age":1} x"#, 400, "the body is no JSON: trailing characters at line 1, column 22"),
        (
            r#"{"name": "Ada", "age": 300}"#,
            422,
            "`age`: invalid value: integer `300`, expected u8 at line 1, column 26",
        ),
        (
            r#"{"name": 7, "age": 1}"#,
            422,
            "`name`: invalid type: integer `7`, expected a string at line 1, column 10",
        ),
        (r#"{"age": 1}"#, 422, "`name`: missing field `name` at line 1, column 10"),
    ];
    for (body, status, text) in rows {
        let refused = extract(Some("application/json"), body).await.unwrap_err();
        assert_eq!((refused.status().as_u16(), refused.to_string().as_str()), (status, text));
    }
}

#[tokio::test]
async fn tells_programs_the_place() {
    let refused = extract(Some("application/json"), "{\"name\": 7}").await.unwrap_err();
    let document = refused.into_response().problem_ref().unwrap().parsed_document(RequestId::generate());
    assert_eq!(
        (&document["field"], &document["line"], &document["column"]),
        (&"name".into(), &1.into(), &10.into())
    );
}

#[tokio::test]
async fn refuses_what_is_too_large_before_it_is_parsed() {
    let large = "                                                                    {}";
    let refused = extract(Some("application/json"), large).await.unwrap_err();
    assert_eq!(refused.status(), 413);
}

#[test]
fn what_a_type_has_no_room_for_is_json_all_the_same() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "none is made")]
    enum Pick {
        One(u8),
    }
    #[track_caller]
    fn check<T: for<'de> Deserialize<'de> + fmt::Debug>(json: &str, status: u16, field: &str) {
        let refused = Json::<T>::parse(json.as_bytes()).unwrap_err();
        let found = match &refused {
            JsonRejection::Data { field, .. } => field.as_str(),
            _ => "",
        };
        assert_eq!((refused.status().as_u16(), found), (status, field), "{json}");
    }
    check::<Vec<f64>>("[1, 1e400]", 422, "[1]");
    check::<Vec<Pick>>(r#"[{"One": 1, "Two": 2}]"#, 422, "[0].One");
    check::<Vec<User>>(r#"[{"name": "Ada"}]"#, 422, "[0].age");
    check::<Vec<u8>>(&format!("[{}{}]", "[".repeat(200), "]".repeat(200)), 422, "[0]");
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(Json::<serde_json::Value>::parse(deep.as_bytes()).unwrap_err().status(), 422);
    check::<Vec<f64>>("[1, 1e400", 400, "");
    check::<Vec<String>>("[\"\\ud800\"]", 422, "[0]");
}

#[test]
fn another_charset_is_told_by_its_first_byte() {
    let at = |place: &str| format!("the body is no JSON: expected UTF-8, found another byte at {place}");
    let rows: [(&[u8], String); 5] = [
        (b"[\"a\",\n \"\xe9t\xe9\"]", at("line 2, column 3")),
        (b"\xff\xfe[\0]\0", at("line 1, column 1")),
        (b"[\"\",\n\xff]", at("line 2, column 1")),
        (b"[1,\xff]", at("line 1, column 4")),
        (b"[,\"\xff\"]", at("line 1, column 4")),
    ];
    for (json, text) in rows {
        let refused = Json::<Vec<String>>::parse(json).unwrap_err();
        assert_eq!((refused.status().as_u16(), refused.to_string()), (400, text));
    }
    // Also where nobody asks for the text.
    let unread = Json::<User>::parse(b"{\"name\": \"Ada\", \"age\": 36, \"note\": \"\xe9\"}").unwrap_err();
    assert_eq!(unread.to_string(), at("line 1, column 37"));
}

#[test]
fn does_not_nest_without_end() {
    let deep = "[".repeat(100_000);
    assert!(matches!(Json::<serde_json::Value>::parse(deep.as_bytes()), Err(JsonRejection::Syntax { .. })));
}

#[test]
fn answers_with_json() {
    let response = Json(vec![1, 2]).into_response();
    assert_eq!(response.status(), 200);
    assert_eq!(response.content_type().unwrap(), "application/json");
}
