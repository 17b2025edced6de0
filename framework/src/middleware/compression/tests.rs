//! Answers of handlers, as clients with all kinds of wishes get them.

use std::future::{pending, poll_fn};

use bytes::Bytes;
use http::{Method, StatusCode};

use super::body::{AT_ONCE, Compressing};
use super::*;
use crate::http::{Body, BodyError};
use crate::middleware::content_coding::tests::{decoded, text};
use crate::middleware::content_coding::{Coding, Pooled};
use crate::testing::{Client, TestResponse};
use crate::{AcceptRanges, ETag, Event, Routes, Server, Sse, get, routes};

type Fields<const LEN: usize> = [(&'static str, &'static str); LEN];

fn poem() -> String {
    "festina lente\n".repeat(200)
}

#[get("/poem")]
async fn whole() -> (AcceptRanges, ETag, String) {
    (AcceptRanges, ETag::strong("v1"), poem())
}

#[get("/of/:name")]
async fn of(name: String) -> (StatusCode, Fields<1>, String) {
    let (status, field) = match name.as_str() {
        "short" => return (StatusCode::OK, [("x-none", "")], "festina lente".to_owned()),
        "picture" => (200, ("content-type", "image/png")),
        "icon" => (200, ("content-type", "image/svg+xml")),
        "own" => (200, ("content-type", "application/x-tar; a=b")),
        "coded" => (200, ("content-encoding", "br")),
        "untouchable" => (200, ("cache-control", "public, No-Transform")),
        "digested" => (200, ("content-digest", "sha-256=:x:")),
        "part" => (206, ("content-range", "bytes 0-9/100")),
        "created" => (201, ("vary", "Origin, Accept-Encoding")),
        "failed" => (500, ("x-none", "")),
        _ => (204, ("x-none", "")),
    };
    (StatusCode::from_u16(status).unwrap(), [field], poem())
}

#[get("/events")]
async fn events() -> Sse {
    Sse::stream(|mut events| async move {
        for number in 0..3 {
            events.send(Event::data(number.to_string())).await?;
        }
        events.finish().await
    })
}

#[get("/large/:len")]
async fn large(len: usize) -> String {
    String::from_utf8(text(len)).unwrap()
}

const ROUTES: Routes = routes![whole, of, events, large];
const COMPRESSION: Compression = Compression::new().content_types(&["application/x-tar"]);

fn client() -> Client {
    Client::from(Server::new(ROUTES).with(COMPRESSION))
}

async fn ask(target: &str, fields: &[(&'static str, &'static str)]) -> TestResponse {
    let request = client().get(target);
    fields.iter().fold(request, |request, (name, value)| request.header(*name, *value)).await
}

#[server::test]
async fn the_client_chooses_the_coding() {
    let first = Some(Coding::NAMES[0]);
    let rows = [
        (None, None),
        (Some(""), None),
        (Some("identity"), None),
        (Some("gzip"), Some("gzip")),
        (Some("X-GZIP"), Some("gzip")),
        (Some("deflate"), Some("deflate")),
        (Some("deflate, gzip"), Some("gzip")),
        (Some("deflate;q=1.0, gzip;q=0.9"), Some("deflate")),
        (Some("gzip;q=0"), None),
        (Some("gzip;q=0, deflate;q=0.001"), Some("deflate")),
        (Some("gzip;q=0.5, identity"), None),
        (Some("gzip;q=0.5, identity;q=0.5"), Some("gzip")),
        (Some("identity;q=0, gzip"), Some("gzip")),
        (Some("*"), first),
        (Some("*;q=0"), None),
        (Some("*;q=0, gzip"), Some("gzip")),
        (Some("compress, identity;q=0"), None),
        (Some("gzip;q=x"), None),
        (Some("gzip, deflate, br, zstd"), first),
    ];
    for (accepted, coding) in rows {
        let fields: Vec<_> = accepted.iter().map(|value| ("accept-encoding", *value)).collect();
        let response = ask("/poem", &fields).await;
        assert_eq!(
            (response.status().as_u16(), response.header("content-encoding")),
            (200, coding),
            "{accepted:?}"
        );
        assert_eq!(response.header("vary"), Some("accept-encoding"), "{accepted:?}");
        let content =
            coding.map_or_else(|| response.bytes().to_vec(), |coding| decoded(coding, response.bytes()));
        assert_eq!(content, poem().into_bytes(), "{accepted:?}");
        let (tag, ranges) = if coding.is_some() { ("W/\"v1\"", None) } else { ("\"v1\"", Some("bytes")) };
        assert_eq!((response.header("etag"), response.header("accept-ranges")), (Some(tag), ranges));
    }
}

#[server::test]
async fn the_answer_says_whether_it_can_be_coded() {
    let rows = [
        ("short", false),
        ("picture", false),
        ("icon", true),
        ("own", true),
        ("coded", false),
        ("untouchable", false),
        ("digested", false),
        ("part", false),
        ("created", true),
        ("failed", true),
        ("nothing", false),
    ];
    for (name, is_coded) in rows {
        let response = ask(&format!("/of/{name}"), &[("accept-encoding", "gzip")]).await;
        let coding = if name == "coded" { Some("br") } else { is_coded.then_some("gzip") };
        assert_eq!(response.header("content-encoding"), coding, "{name}");
        let vary = if name == "created" { "Origin, Accept-Encoding" } else { "accept-encoding" };
        assert_eq!(response.header("vary"), is_coded.then_some(vary), "{name}");
    }
}

#[server::test]
async fn who_refuses_content_without_a_coding_gets_one_even_for_little() {
    let response = ask("/of/short", &[("accept-encoding", "gzip, identity;q=0")]).await;
    assert_eq!(
        (response.header("content-encoding"), response.header("vary")),
        (Some("gzip"), Some("accept-encoding"))
    );
    assert_eq!(decoded("gzip", response.bytes()), b"festina lente");
    let response = ask("/of/coded", &[("accept-encoding", "gzip, identity;q=0")]).await;
    assert_eq!(response.header("content-encoding"), Some("br"), "nothing twice");
}

#[server::test]
async fn conditions_are_held_against_the_tag_that_the_client_gets() {
    let gzip = ("accept-encoding", "gzip");
    let rows = [
        (("if-none-match", "W/\"v1\""), true, 304),
        (("if-none-match", "\"v1\""), true, 304),
        (("if-none-match", "\"v2\""), true, 200),
        (("if-match", "W/\"v1\""), true, 412),
        (("if-match", "\"v1\""), true, 412),
        (("if-match", "*"), true, 200),
        (("if-match", "\"v1\""), false, 200),
        (("if-none-match", "W/\"v1\""), false, 304),
    ];
    for (condition, takes_gzip, status) in rows {
        let fields: &[_] = if takes_gzip { &[condition, gzip] } else { &[condition] };
        let response = ask("/poem", fields).await;
        assert_eq!(response.status(), status, "{condition:?}");
        let tag = if takes_gzip { "W/\"v1\"" } else { "\"v1\"" };
        assert_eq!(response.header("etag"), Some(tag), "{condition:?}");
        if status == 304 {
            let found = (response.header("vary"), response.header("content-encoding"), response.bytes());
            assert_eq!(found, (Some("accept-encoding"), None, b"".as_slice()), "{condition:?}");
        }
    }
}

#[server::test]
async fn parts_are_of_the_content_as_it_is() {
    let gzip = ("accept-encoding", "gzip");
    let range = ("range", "bytes=0-6");
    let part = ask("/poem", &[gzip, range]).await;
    let found = (part.status().as_u16(), part.text(), part.header("content-encoding"), part.header("vary"));
    assert_eq!(found, (206, "festina", None, Some("accept-encoding")));
    assert_eq!(part.header("etag"), Some("\"v1\""));
    assert_eq!(ask("/poem", &[gzip, range, ("if-range", "\"v1\"")]).await.status(), 206);
    let whole = ask("/poem", &[gzip, range, ("if-range", "W/\"v1\"")]).await;
    assert_eq!((whole.status().as_u16(), whole.text()), (200, poem().as_str()));
    let without_parts = ask("/of/icon", &[gzip, range]).await;
    assert_eq!(
        (without_parts.status().as_u16(), without_parts.header("content-encoding")),
        (200, Some("gzip"))
    );
}

#[server::test]
async fn head_is_answered_as_get_is() {
    for target in ["/poem", "/of/short", "/of/picture", "/large/100000", "/events"] {
        let get = client().get(target).header("accept-encoding", "gzip").await;
        let head = client().request(Method::HEAD, target).header("accept-encoding", "gzip").await;
        for name in ["content-encoding", "content-length", "vary", "etag", "accept-ranges", "content-type"] {
            assert_eq!(head.header(name), get.header(name), "{target} {name}");
        }
        assert_eq!(head.bytes(), b"");
    }
}

#[server::test]
async fn large_answers_are_whole_at_every_size() {
    for len in [1024, AT_ONCE, AT_ONCE + 1, 64 * 1024, 64 * 1024 + 1, 1_000_000] {
        for coding in Coding::NAMES {
            let response = client().get(&format!("/large/{len}")).header("accept-encoding", *coding).await;
            assert_eq!(decoded(coding, response.bytes()), text(len), "{coding} {len}");
            assert_eq!(response.header("content-length").is_some(), len <= AT_ONCE, "{len}");
        }
    }
}

#[server::test]
async fn a_layer_within_decides() {
    const OFF: Compression = Compression::off();
    #[get("/secret", with = [OFF])]
    async fn secret() -> String {
        poem()
    }
    #[get("/twice", with = [COMPRESSION])]
    async fn twice() -> String {
        poem()
    }
    let client = Client::from(Server::new(routes![secret, twice]).with(COMPRESSION));
    let plain = client.get("/secret").header("accept-encoding", "gzip").await;
    let found = (plain.header("content-encoding"), plain.header("cache-control"), plain.header("vary"));
    assert_eq!((found, plain.text()), ((None, Some("no-transform"), None), poem().as_str()));
    let once = client.get("/twice").header("accept-encoding", "gzip").await;
    assert_eq!(decoded("gzip", once.bytes()), poem().into_bytes());
}

/// A body that compresses what `write` sends.
fn compressing(flushes_chunks: bool, body: Body) -> Body {
    let encoder = Pooled::new(Coding::Gzip, CompressionLevel::Balanced);
    Body::from_source(Compressing::new(body, encoder, flushes_chunks))
}

/// What of a gzip stream can be read so far.
fn readable(received: &[u8]) -> Vec<u8> {
    let mut inflate = flate2::Decompress::new_gzip(15);
    let mut output = Vec::with_capacity(100_000);
    inflate.decompress_vec(received, &mut output, flate2::FlushDecompress::Sync).unwrap();
    output
}

#[tokio::test]
async fn what_a_stream_has_written_is_not_held_back_while_it_waits() {
    let mut body = compressing(
        false,
        Body::stream(|mut out| async move {
            out.send("festina ").await?;
            out.send("lente").await?;
            pending::<crate::Result>().await
        }),
    );
    let mut received = Vec::new();
    while readable(&received) != b"festina lente" {
        received.extend_from_slice(&body.chunk().await.unwrap().unwrap());
    }
    let is_pending = poll_fn(|context| std::task::Poll::Ready(body.poll_chunk(context).is_pending())).await;
    assert!(is_pending, "nothing is flushed twice");
}

#[tokio::test]
async fn each_event_is_flushed_however_soon_the_next_one_comes() {
    let mut body = compressing(
        true,
        Body::stream(|mut out| async move {
            for _ in 0..20 {
                out.send("data: a\n\n").await?;
            }
            out.finish().await
        }),
    );
    let mut received = Vec::new();
    for events in 1..=20 {
        received.extend_from_slice(&body.chunk().await.unwrap().unwrap());
        assert_eq!(readable(&received), b"data: a\n\n".repeat(events));
    }
    while let Some(chunk) = body.chunk().await {
        received.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(decoded("gzip", &received), b"data: a\n\n".repeat(20));
}

#[tokio::test]
async fn a_stream_that_breaks_off_never_looks_whole() {
    let (mut sender, body) = Body::channel();
    let mut body = compressing(false, body);
    tokio::spawn(async move { sender.send("half").await });
    let error = loop {
        match body.chunk().await {
            Some(Ok(_)) => {}
            end => break end,
        }
    };
    assert!(matches!(error, Some(Err(BodyError::Unfinished))), "{error:?}");
    assert!(body.chunk().await.is_none());
}

#[tokio::test]
async fn no_chunk_is_larger_than_a_slice_makes_it() {
    let noise: Vec<u8> =
        (0..2_000_000_u64).map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    let mut body = compressing(false, Body::from(Bytes::from(noise.clone())));
    let mut received = Vec::new();
    while let Some(chunk) = body.chunk().await {
        let chunk = chunk.unwrap();
        assert!(chunk.len() <= 192 * 1024, "{}", chunk.len());
        received.extend_from_slice(&chunk);
    }
    assert_eq!(decoded("gzip", &received), noise);
}

#[test]
fn what_is_no_content_type_is_refused_when_built() {
    for wrong in ["text", "text/", "/html", "text/html; charset=utf-8", "*/*", "a/b/c", ""] {
        let types: &'static [&'static str] = Vec::leak(vec![wrong]);
        assert!(std::panic::catch_unwind(|| Compression::new().content_types(types)).is_err(), "{wrong}");
    }
}
