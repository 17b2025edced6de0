use std::error::Error as _;
use std::fmt;
use std::io;

use crate::respond::render;
use crate::{HttpError, IntoResponse, Method, Problem, Request, RequestFacts, Response};

#[derive(Debug, HttpError)]
enum ApiError {
    #[status(404)]
    #[detail("user {0} does not exist")]
    NoSuchUser(u64),

    #[status(StatusCode::CONFLICT)]
    #[title("Name taken")]
    #[detail("{name:?} is taken; {{try}} {name}{suffix}")]
    #[http_error(type = "https://example.org/problems/name-taken")]
    NameTaken { name: String, suffix: u8, _internal: u8 },

    #[status(BAD_REQUEST)]
    #[detail("the number is wrong: {0}")]
    Number(#[from] std::num::ParseIntError),

    #[status(503)]
    #[title("Storage is away")]
    Storage(#[from] io::Error),

    #[status(500)]
    Other {
        #[source]
        cause: crate::Error,
    },

    #[status(499)]
    Odd,
}

#[derive(Debug, HttpError)]
#[status(GONE)]
#[detail("{kind} {r} is gone")]
struct Gone {
    kind: &'static str,
    r: u8,
}

#[derive(Debug, HttpError)]
enum Counted {
    #[status(409)]
    #[detail("{title} is lent")]
    Lent {
        #[member("book")]
        title: String,
        #[member("due_in_days")]
        days: u8,
        _shelf: u8,
    },

    #[status(429)]
    TooMany(#[member("limit")] Vec<u8>),

    #[status(500)]
    Store {
        #[source]
        cause: io::Error,
        #[member]
        shelf: u8,
    },
}

#[derive(Debug, HttpError)]
enum Never {}

#[derive(Debug, HttpError)]
#[status(422)]
#[detail("{type} is no such thing")]
struct Keyword<T: fmt::Debug + fmt::Display> {
    r#type: T,
}

/// Another derive has written `Display`, `Error` and `From`.
#[derive(Debug, HttpError)]
#[http_error(response_only)]
enum Foreign {
    #[status(404)]
    #[detail("no {0}")]
    Missing(&'static str),

    #[status(502)]
    Upstream(#[source] fmt::Error),

    #[status(500)]
    Unknown,

    #[status(400)]
    Bad(#[from] fmt::Error),
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "written elsewhere: {self:?}")
    }
}

impl std::error::Error for Foreign {}

/// The document that a client gets, without the request's id.
async fn document(error: impl IntoResponse) -> (u16, String) {
    let facts = RequestFacts::of(&Request::new(Method::GET, "/"));
    let mut response: Response = render(error.into_response(), &facts, |_| None);
    let bytes = response.take_body().collect(9999).await.expect("a body at hand");
    let mut document: serde_json::Value = serde_json::from_slice(&bytes).expect("a problem is JSON");
    document.as_object_mut().and_then(|members| members.remove("request_id")).expect("the id is a member");
    (response.status().as_u16(), document.to_string())
}

#[track_caller]
fn check_cause(problem: &Problem, expected: Option<&str>) {
    assert_eq!(problem.source_error().map(ToString::to_string).as_deref(), expected);
}

#[server::test]
async fn a_variant_is_its_problem() {
    let (status, text) = document(ApiError::NoSuchUser(7)).await;
    assert_eq!(status, 404);
    assert_eq!(text, r#"{"detail":"user 7 does not exist","status":404,"title":"Not Found"}"#);

    let taken = ApiError::NameTaken { name: "ada".to_owned(), suffix: 2, _internal: 9 };
    let (status, text) = document(taken).await;
    assert_eq!(status, 409);
    let expected = concat!(
        r#"{"detail":"\"ada\" is taken; {try} ada2","status":409,"title":"Name taken","#,
        r#""type":"https://example.org/problems/name-taken"}"#
    );
    assert_eq!(text, expected);
    assert_eq!(document(ApiError::Odd).await.0, 499);
    assert_eq!(
        document(Gone { kind: "page", r: 3 }).await.1,
        r#"{"detail":"page 3 is gone","status":410,"title":"Gone"}"#
    );
}

#[server::test]
async fn fields_are_members_of_the_problem() {
    let lent = Counted::Lent { title: "Emma".to_owned(), days: 9, _shelf: 1 };
    let (_, text) = document(lent).await;
    let expected =
        r#"{"book":"Emma","detail":"Emma is lent","due_in_days":9,"status":409,"title":"Conflict"}"#;
    assert_eq!(text, expected);
    let (_, text) = document(Counted::TooMany(vec![1, 2])).await;
    assert_eq!(text, r#"{"limit":[1,2],"status":429,"title":"Too Many Requests"}"#);
    let store = || Counted::Store { cause: io::Error::other("secret"), shelf: 7 };
    assert_eq!(document(store()).await.1, r#"{"shelf":7,"status":500,"title":"Internal Server Error"}"#);
    check_cause(&store().into(), Some("secret"));
}

#[server::test]
async fn a_servers_error_tells_nothing_of_its_cause() {
    let error = ApiError::from(io::Error::other("password is hunter2"));
    let (status, text) = document(error).await;
    assert_eq!((status, text.as_str()), (503, r#"{"status":503,"title":"Storage is away"}"#));
}

#[test]
fn the_cause_is_kept_for_the_log() {
    check_cause(&ApiError::Storage(io::Error::other("disk on fire")).into(), Some("disk on fire"));
    check_cause(&ApiError::Other { cause: crate::Error::message("odd") }.into(), Some("odd"));
    check_cause(&ApiError::NoSuchUser(7).into(), None);
}

#[test]
fn is_an_error_with_a_text_and_a_source() {
    let number = ApiError::from("x".parse::<u8>().expect_err("a letter"));
    assert_eq!(number.to_string(), "the number is wrong: invalid digit found in string");
    assert_eq!(number.source().map(ToString::to_string).as_deref(), Some("invalid digit found in string"));
    assert_eq!(ApiError::Storage(io::ErrorKind::Other.into()).to_string(), "Storage is away");
    assert_eq!(ApiError::Other { cause: crate::Error::message("") }.to_string(), "Internal Server Error");
    assert_eq!(ApiError::Odd.to_string(), "Client Error");
    assert!(ApiError::Odd.source().is_none());
    assert_eq!(Keyword { r#type: 4 }.to_string(), "4 is no such thing");
    fn is_error<T: std::error::Error + IntoResponse + Into<Problem>>() {}
    is_error::<Never>();
}

#[server::test]
async fn response_only_leaves_the_rest_to_another_derive() {
    assert_eq!(
        document(Foreign::Missing("page")).await.1,
        r#"{"detail":"no page","status":404,"title":"Not Found"}"#
    );
    check_cause(&Foreign::Missing("page").into(), None);
    check_cause(&Foreign::Unknown.into(), Some("written elsewhere: Unknown"));
    check_cause(&Foreign::Upstream(fmt::Error).into(), Some("written elsewhere: Upstream(Error)"));
    check_cause(&Foreign::Bad(fmt::Error).into(), Some("written elsewhere: Bad(Error)"));
}
