use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::UNIX_EPOCH;

use bytes::Bytes;

use super::*;
use crate::http::BoxError;
use crate::testing::{Client, TestResponse};
use crate::{Body, BodySource, LastModified, StatusCode, get, post, routes};

const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

/// A thousand bytes, each other than its neighbours.
fn text() -> String {
    (0..250).map(|number| format!("{number:04}")).collect()
}

fn state() -> (ETag, LastModified) {
    (ETag::strong("v1"), LastModified(UNIX_EPOCH + Duration::from_millis(784_111_777_900)))
}

#[get("/text")]
async fn at_hand() -> (AcceptRanges, ETag, LastModified, [(&'static str, &'static str); 1], String) {
    let (etag, modified) = state();
    (AcceptRanges, etag, modified, [("cache-control", "no-cache")], text())
}

/// The same, in chunks of at most 7 bytes.
struct Chunks(ops::Range<usize>);

impl BodySource for Chunks {
    fn poll_chunk(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let start = self.0.start;
        self.0.start = self.0.end.min(start + 7);
        let chunk = Bytes::from(text()).slice(start..self.0.start);
        Poll::Ready((!chunk.is_empty()).then_some(Ok(chunk)))
    }

    fn remaining_len(&self) -> Option<u64> {
        Some(self.0.len() as u64)
    }

    fn seek(mut self: Pin<&mut Self>, range: ops::Range<u64>) -> bool {
        self.0 = range.start.try_into().unwrap()..range.end.try_into().unwrap();
        true
    }
}

#[get("/chunks")]
async fn chunks() -> (AcceptRanges, ETag, LastModified, [(&'static str, &'static str); 2], Body) {
    let (etag, modified) = state();
    let fields = [("cache-control", "no-cache"), ("content-type", "text/plain; charset=utf-8")];
    (AcceptRanges, etag, modified, fields, Body::from_source(Chunks(0..1000)))
}

#[get("/stream")]
async fn stream() -> (AcceptRanges, Body) {
    (
        AcceptRanges,
        Body::stream(|mut out| async move {
            out.send("text").await?;
            out.finish().await
        }),
    )
}

#[get("/weak")]
async fn weak() -> (AcceptRanges, ETag, &'static str) {
    (AcceptRanges, ETag::weak("v1"), "text")
}

#[get("/new")]
async fn new() -> (AcceptRanges, LastModified, &'static str) {
    (AcceptRanges, LastModified(SystemTime::now() + Duration::from_secs(3600)), "text")
}

#[get("/plain")]
async fn plain() -> &'static str {
    "text"
}

#[get("/empty")]
async fn empty() -> (AcceptRanges, &'static str) {
    (AcceptRanges, "")
}

#[get("/gone")]
async fn gone() -> (StatusCode, AcceptRanges, &'static str) {
    (StatusCode::GONE, AcceptRanges, "text")
}

#[post("/text")]
async fn change() -> (AcceptRanges, &'static str) {
    (AcceptRanges, "text")
}

fn client() -> Client {
    Client::new(routes![at_hand, chunks, stream, weak, new, plain, empty, gone, change])
}

async fn get(target: &str, fields: &[(&'static str, &str)]) -> TestResponse {
    fields.iter().fold(client().get(target), |request, (name, value)| request.header(*name, *value)).await
}

#[server::test]
async fn one_range_is_cut_out() {
    let rows = [
        ("bytes=0-3", "bytes 0-3/1000", 0..4),
        ("bytes=-4", "bytes 996-999/1000", 996..1000),
        ("bytes=990-", "bytes 990-999/1000", 990..1000),
        ("bytes=0-", "bytes 0-999/1000", 0..1000),
        ("bytes=4-7, 0-3", "bytes 0-7/1000", 0..8),
        ("bytes=5-6,1000-", "bytes 5-6/1000", 5..7),
    ];
    for target in ["/text", "/chunks"] {
        for (range, content_range, expected) in &rows {
            let response = get(target, &[("range", range)]).await;
            assert_eq!(
                (response.status().as_u16(), response.text()),
                (206, &text()[expected.clone()]),
                "{range}"
            );
            assert_eq!(response.header("content-range"), Some(*content_range));
            let len = expected.len().to_string();
            let fields = ["content-length", "etag", "last-modified", "cache-control", "content-type"];
            let of_200 = ["\"v1\"", DATE, "no-cache", "text/plain; charset=utf-8"];
            let expected = [len.as_str()].into_iter().chain(of_200).map(Some);
            assert!(fields.map(|name| response.header(name)).into_iter().eq(expected), "{response:?}");
        }
    }
}

#[server::test]
async fn several_are_parts_of_one_body() {
    for target in ["/text", "/chunks"] {
        let response = get(target, &[("range", "bytes=990-,0-1,400-402")]).await;
        assert_eq!((response.status().as_u16(), response.header("content-range")), (206, None));
        let content_type = response.header("content-type").unwrap();
        let boundary = content_type.strip_prefix("multipart/byteranges; boundary=").unwrap();
        let text = text();
        let part = |name: &str, range: ops::Range<usize>| {
            format!(
                "\r\n--{boundary}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-range: bytes {name}/1000\r\n\r\n{}",
                &text[range]
            )
        };
        let expected = [
            part("990-999", 990..1000),
            part("0-1", 0..2),
            part("400-402", 400..403),
            format!("\r\n--{boundary}--\r\n"),
        ];
        assert_eq!(response.text(), expected.concat());
        assert_eq!(response.header("content-length"), Some(expected.concat().len().to_string().as_str()));
        let again = get(target, &[("range", "bytes=990-,0-1,400-402")]).await;
        assert_ne!(again.header("content-type"), response.header("content-type"));
    }
}

#[server::test]
async fn a_range_outside_is_a_416_with_the_length() {
    for target in ["/text", "/chunks"] {
        for range in ["bytes=1000-", "bytes=-0", "bytes=1000-,2000-3000"] {
            let response = get(target, &[("range", range)]).await;
            assert_eq!(
                (response.status().as_u16(), response.header("content-range")),
                (416, Some("bytes */1000"))
            );
        }
    }
}

#[server::test]
async fn what_is_no_matter_of_ranges_is_answered_whole() {
    let many = format!("bytes={}", (0..10_000).map(|n| format!("{n}-{n},")).take(1500).collect::<String>());
    type Row<'a> = (&'a str, &'a [(&'static str, &'a str)], u16, usize);
    let rows: &[Row<'_>] = &[
        ("/text", &[], 200, 1000),
        ("/text", &[("range", "lines=0-1")], 200, 1000),
        ("/text", &[("range", "bytes=2-1")], 200, 1000),
        ("/text", &[("range", "bytes=0-1"), ("range", "bytes=2-3")], 200, 1000),
        ("/text", &[("range", &many)], 200, 1000),
        ("/plain", &[("range", "bytes=0-1")], 200, 4),
        ("/stream", &[("range", "bytes=0-1")], 200, 4),
        ("/empty", &[("range", "bytes=0-")], 200, 0),
        ("/empty", &[("range", "bytes=-1")], 200, 0),
        ("/gone", &[("range", "bytes=0-1")], 410, 4),
    ];
    for (target, fields, status, len) in rows {
        let response = get(target, fields).await;
        assert_eq!(
            (response.status().as_u16(), response.bytes().len()),
            (*status, *len),
            "{target} {fields:?}"
        );
        assert_eq!(response.header("content-range"), None);
    }
    let client = client();
    let head = client.request(Method::HEAD, "/text").header("range", "bytes=0-1").await;
    assert_eq!((head.status().as_u16(), head.header("content-length")), (200, Some("1000")));
    assert_eq!(head.header("accept-ranges"), Some("bytes"));
    assert_eq!(client.post("/text").header("range", "bytes=0-1").await.text(), "text");
}

#[server::test]
async fn if_range_asks_for_parts_of_one_state_alone() {
    let later = "Sun, 06 Nov 1994 08:49:38 GMT";
    let rows = [
        ("/text", "\"v1\"", 206),
        ("/text", "\"v2\"", 200),
        ("/text", "W/\"v1\"", 200),
        ("/text", "\"v1\", \"v2\"", 200),
        ("/text", "*", 200),
        ("/text", "v1", 200),
        ("/text", DATE, 206),
        // Not only a state that is older: just this one (RFC 9110 §13.1.5).
        ("/text", later, 200),
        ("/text", "Sun, 06 Nov 1994 08:49:36 GMT", 200),
        ("/text", "Sunday, 06-Nov-94 08:49:37 GMT", 206),
        ("/weak", "W/\"v1\"", 200),
        ("/weak", "\"v1\"", 200),
    ];
    for (target, value, status) in rows {
        let response = get(target, &[("range", "bytes=0-1"), ("if-range", value)]).await;
        assert_eq!(response.status().as_u16(), status, "{target} {value}");
    }
    let date = get("/new", &[]).await.header("last-modified").unwrap().to_owned();
    assert_eq!(get("/new", &[("range", "bytes=0-1"), ("if-range", &date)]).await.status(), 200);
    assert_eq!(get("/text", &[("if-range", "\"v2\"")]).await.status(), 200);
    // A range that lies outside of another state than the one that there is was asked for in good faith.
    assert_eq!(get("/text", &[("range", "bytes=5000-"), ("if-range", "\"v2\"")]).await.status(), 200);
    let twice = [("range", "bytes=0-1"), ("if-range", "\"v1\""), ("if-range", "\"v1\"")];
    assert_eq!(get("/text", &twice).await.status(), 200);
}

#[server::test]
async fn conditions_come_first() {
    let range = ("range", "bytes=0-1");
    let rows = [
        (("if-none-match", "\"v1\""), 304),
        (("if-none-match", "\"v2\""), 206),
        (("if-match", "\"v2\""), 412),
        (("if-match", "\"v1\""), 206),
        (("if-modified-since", DATE), 304),
        (("if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT"), 412),
    ];
    for (condition, status) in rows {
        assert_eq!(get("/text", &[range, condition]).await.status().as_u16(), status, "{condition:?}");
        // A range that cannot be satisfied is looked at no sooner.
        let outside = get("/text", &[("range", "bytes=5000-"), condition]).await;
        assert_eq!(outside.status().as_u16(), if status == 206 { 416 } else { status }, "{condition:?}");
    }
}

#[test]
fn the_body_of_a_request_cannot_be_cut() {
    let mut response = AcceptRanges.apply(Response::ok().body(Body::from("text").limited(3)));
    assert!(!response.body_mut().cut(0..1) && !Body::empty().cut(0..1) && !Body::from("a").cut(0..2));
    let whole = give_several(response, vec![0..1, 2..3], 4);
    assert_eq!((whole.status().as_u16(), whole.content_type()), (200, None));
}
