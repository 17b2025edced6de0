//! Multipart bodies as browsers and curl send them, cut at every byte, and against `multer`.

use std::convert::Infallible;

use http::{HeaderValue, Method};
use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::IntoResponse;
use crate::respond::rendered;

const BODY: &str = "--x-x\r\n\
    Content-Disposition: form-data; name=\"title\"\r\n\
    \r\n\
    Emma\r\n\
    --x-x\r\n\
    Content-Disposition: form-data; name=\"cover\"; filename=\"emma.png\"\r\n\
    Content-Type: image/png\r\n\
    \r\n\
    \u{89}PNG\r\n--x\r\n\r\n\
    --x-x--\r\n";

fn request(content_type: &str, chunks: Vec<Bytes>) -> Request {
    let mut request = Request::new(Method::POST, "/");
    request.headers_mut().insert("content-type", HeaderValue::from_str(content_type).unwrap());
    request.set_body(Body::stream(|mut out| async move {
        for chunk in chunks {
            out.send(chunk).await?;
        }
        out.finish().await
    }));
    request
}

/// `body` cut into pieces of `size` bytes.
fn form_request(body: &[u8], size: usize) -> Request {
    let chunks = body.chunks(size.max(1)).map(Bytes::copy_from_slice).collect();
    request("multipart/form-data; boundary=x-x", chunks)
}

type Read = Vec<(String, Option<String>, Option<String>, Vec<u8>)>;

async fn read_all(mut parts: Multipart) -> Result<Read, MultipartRejection> {
    let mut all = Vec::new();
    while let Some(mut part) = parts.next_part().await? {
        let content = part.bytes(1 << 20).await?;
        let owned = |text: Option<&str>| text.map(str::to_owned);
        all.push((
            part.name().to_owned(),
            owned(part.file_name()),
            owned(part.content_type()),
            content.into(),
        ));
    }
    Ok(all)
}

async fn read(body: &[u8], size: usize) -> Result<Read, String> {
    let parts = Multipart::from_request(&mut form_request(body, size), &()).await.unwrap();
    read_all(parts).await.map_err(|error| error.to_string())
}

/// However the body is cut, it is read alike.
async fn check(body: &str, expected: Result<&[(&str, &str)], &str>) {
    for size in 1..=body.len().max(1) {
        let found = read(body.as_bytes(), size).await;
        let found = found.map(|parts| {
            let text = |content| String::from_utf8(content).unwrap();
            parts.into_iter().map(|(name, _, _, content)| (name, text(content))).collect::<Vec<_>>()
        });
        let owned = |&(name, text): &(&str, &str)| (name.to_owned(), text.to_owned());
        let expected = expected.map(|parts| parts.iter().map(owned).collect()).map_err(str::to_owned);
        assert_eq!(found, expected, "in pieces of {size}: {body:?}");
    }
}

fn part(name: &str, content: &str) -> String {
    format!("--x-x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
}

#[tokio::test]
async fn reads_the_parts_however_they_are_cut() {
    let content = "\u{89}PNG\r\n--x\r\n".as_bytes().to_vec();
    let expected = vec![
        ("title".to_owned(), None, None, b"Emma".to_vec()),
        ("cover".to_owned(), Some("emma.png".to_owned()), Some("image/png".to_owned()), content),
    ];
    for size in 1..=BODY.len() {
        assert_eq!(read(BODY.as_bytes(), size).await.as_ref(), Ok(&expected), "in pieces of {size}");
    }
}

#[tokio::test]
async fn holds_the_grammar() {
    let (a, b) = (part("a", "1"), part("b", ""));
    check(&format!("{a}{b}--x-x--"), Ok(&[("a", "1"), ("b", "")])).await;
    check(&format!("\r\n{a}--x-x--\r\nwhat follows"), Ok(&[("a", "1")])).await;
    check("--x-x--", Ok(&[])).await;
    check(&a.replace("--x-x", "--x-x \t").replace("1\r\n", "1\r\n--x-x--"), Ok(&[("a", "1")])).await;
    check(&format!("{}--x-x--", part("a", "\r\n\r\n--x-\r\n--\r\n")), Ok(&[("a", "\r\n\r\n--x-\r\n--\r\n")]))
        .await;
    // The empty line's end is the boundary's.
    check(&format!("{a}--x-x--").replace("1\r\n", ""), Ok(&[("a", "")])).await;
    check("", Err("multipart: the last boundary is missing")).await;
    check("preamble\r\n", Err("multipart: expected the boundary at the beginning")).await;
    check("--x-y\r\n", Err("multipart: expected the boundary at the beginning")).await;
    check("--x-xy\r\n", Err("multipart: expected the end of the line after a boundary")).await;
    let padded =
        |spaces| format!("--x-x{}\r\n{}--x-x--", " ".repeat(spaces), a.trim_start_matches("--x-x\r\n"));
    check(&padded(64), Ok(&[("a", "1")])).await;
    check(&padded(65), Err("multipart: expected the end of the line after a boundary")).await;
    check("--x-x\n\n", Err("multipart: expected the end of the line after a boundary")).await;
    check(&a, Err("multipart: part `a`: the last boundary is missing")).await;
    check(
        &format!("{a}--x-x\r\nx: y\r\n\r\n"),
        Err("multipart: expected `content-disposition` in a part's head"),
    )
    .await;
    check("--x-x\r\n\r\n1\r\n--x-x--", Err("multipart: expected `content-disposition` in a part's head"))
        .await;
}

#[tokio::test]
async fn what_is_not_read_of_a_part_is_skipped() {
    for size in [1, 7, 1000] {
        let mut parts = Multipart::from_request(&mut form_request(BODY.as_bytes(), size), &()).await.unwrap();
        let title = parts.next_part().await.unwrap().unwrap();
        assert_eq!(title.name(), "title");
        let mut cover = parts.next_part().await.unwrap().unwrap();
        assert!(cover.chunk().await.unwrap().is_some());
        assert!(parts.next_part().await.unwrap().is_none());
        assert!(parts.next_part().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn each_limit_is_held() {
    let two = format!("{}{}--x-x--", part("a", "12345"), part("b", "1"));
    let with = async |limits| {
        // A byte at a time: a limit holds however the body is cut.
        let parts = Multipart::from_request(&mut form_request(two.as_bytes(), 1), &()).await.unwrap();
        read_all(parts.with_limits(limits)).await
    };
    let default = PartLimits::default();
    assert_eq!(with(PartLimits { parts: 2, part_bytes: 5, head_bytes: 42 }).await.unwrap().len(), 2);
    let refused = with(PartLimits { parts: 1, ..default }).await.unwrap_err();
    assert_eq!(
        (refused.status().as_u16(), refused.to_string().as_str()),
        (413, "multipart: expected at most 1 parts, which `PartLimits::parts` sets")
    );
    let refused = with(PartLimits { part_bytes: 4, ..default }).await.unwrap_err();
    assert_eq!((refused.status().as_u16(), refused.part()), (413, Some("a")));
    let refused = with(PartLimits { head_bytes: 41, ..default }).await.unwrap_err();
    assert_eq!((refused.status().as_u16(), refused.part()), (413, None));
    let mut large = form_request(two.as_bytes(), 3);
    large.set_body_limit(20);
    let refused = read_all(Multipart::from_request(&mut large, &()).await.unwrap()).await.unwrap_err();
    assert_eq!(refused.status(), 413);
    assert!(refused.to_string().contains("the server's `max_body`"), "{refused}");
}

#[tokio::test]
async fn a_head_without_an_end_is_cut_off() {
    let endless = format!("--x-x\r\na: {}", "b".repeat(20_000));
    let refused = read(endless.as_bytes(), 1000).await.unwrap_err();
    assert_eq!(
        refused,
        "multipart: expected a part's head of at most 8192 bytes, which `PartLimits::head_bytes` sets"
    );
}

#[tokio::test]
async fn refuses_other_content_types_and_boundaries() {
    let long = "a".repeat(71);
    let rows = [
        ("text/plain", 415),
        ("multipart/mixed; boundary=a", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=\"\"", 400),
        ("multipart/form-data; boundary=\"a \"", 400),
        ("multipart/form-data; boundary=\"a\\\"b\"", 400),
        (&format!("multipart/form-data; boundary={long}"), 400),
    ];
    for (content_type, status) in rows {
        let refused = Multipart::from_request(&mut request(content_type, Vec::new()), &()).await.unwrap_err();
        assert_eq!(refused.into_response().status(), status, "{content_type}");
    }
    let longest = format!("multipart/form-data; boundary=\"{}\"", &long[1..]);
    assert!(Multipart::from_request(&mut request(&longest, Vec::new()), &()).await.is_ok());
}

#[derive(Debug, PartialEq, Deserialize)]
struct Book {
    title: String,
    pages: u32,
    #[serde(default)]
    tag: Vec<String>,
    cover: Option<UploadedFile>,
    #[serde(default)]
    scans: Vec<UploadedFile>,
}

async fn book(parts: &[(&str, &str)]) -> Result<Book, MultipartRejection> {
    let mut body = String::new();
    for (fields, content) in parts {
        body += &format!("--x-x\r\ncontent-disposition: form-data; {fields}\r\n\r\n{content}\r\n");
    }
    body += "--x-x--\r\n";
    let form = MultipartForm::from_request(&mut form_request(body.as_bytes(), 50), &()).await;
    form.map(|form| form.0)
}

#[tokio::test]
async fn a_form_is_a_value_with_files() {
    let found = book(&[
        ("name=title", "Emma+%20"),
        ("name=tag", "a"),
        ("name=pages", "474"),
        ("name=scans; filename=1.png", "one"),
        ("name=cover; filename=c.png", ""),
        ("name=tag", "b"),
        ("name=scans; filename=2.png", "two"),
        ("name=other; filename=o.png", "whatever"),
    ]);
    let found = found.await.unwrap();
    assert_eq!((found.title.as_str(), found.pages), ("Emma+%20", 474));
    assert_eq!(found.tag, ["a", "b"]);
    assert_eq!(found.cover.as_ref().map(UploadedFile::name), Some("c.png"));
    let scans: Vec<_> = found.scans.iter().map(|scan| (scan.name(), scan.content().as_ref())).collect();
    assert_eq!(scans, [("1.png", b"one".as_slice()), ("2.png", b"two")]);
    let chosen_none = book(&[("name=title", ""), ("name=pages", "1"), ("name=cover; filename=\"\"", "")]);
    assert_eq!(chosen_none.await.unwrap().cover, None);
}

#[tokio::test]
async fn a_form_that_is_none_names_each_part() {
    let refused = book(&[("name=pages", "x"), ("name=title; filename=a", "a file"), ("name=scans", "text")]);
    let refused = refused.await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "multipart: `pages`: expected an unsigned 32-bit integer, found `x`; `title`: expected text, found a file; \
         `scans`: expected a file, found `text`"
    );
    let mut response = rendered(refused);
    let document: serde_json::Value =
        serde_json::from_slice(response.body_mut().as_bytes().unwrap()).unwrap();
    assert_eq!((response.status().as_u16(), &document["errors"][2]["field"]), (422, &"scans".into()));
    assert_eq!(book(&[("name=pages", "1")]).await.unwrap_err().to_string(), "multipart: `title` is missing");
    assert_eq!(book(&[("name=title", "a")]).await.unwrap_err().part(), Some("pages"));
}

#[tokio::test]
async fn a_text_that_is_not_utf8_is_malformed() {
    let mut body = part("title", "?").into_bytes();
    let place = body.iter().position(|&byte| byte == b'?').unwrap();
    body[place] = 0xff;
    body.extend_from_slice(b"--x-x--");
    let refused = MultipartForm::<Book>::from_request(&mut form_request(&body, 9), &()).await.unwrap_err();
    assert_eq!((refused.status().as_u16(), refused.part()), (400, Some("title")));
}

#[tokio::test]
async fn a_text_in_another_charset_or_encoding_is_malformed() {
    const CHARSET: &str = "expected UTF-8, found another charset in its `content-type`";
    const ENCODING: &str = "expected a part without `content-transfer-encoding` (RFC 7578 §4.7)";
    let rows = [
        ("name=title\r\ncontent-type: text/plain; charset=\"UTF-8\"", None),
        ("name=title\r\ncontent-type: text/plain\r\ncontent-transfer-encoding: 8BIT", None),
        ("name=title\r\ncontent-type: text/plain; charset=utf-16", Some(format!("part `title`: {CHARSET}"))),
        ("name=title\r\ncontent-transfer-encoding: base64", Some(ENCODING.to_owned())),
        // What a file is in, is the handler's to read.
        (
            "name=scans; filename=a\r\ncontent-type: text/plain; charset=utf-16",
            Some("`title` is missing".to_owned()),
        ),
    ];
    for (fields, expected) in rows {
        let found = book(&[(fields, "Emma"), ("name=pages", "1")]).await;
        let found = found.map(drop).map_err(|refused| refused.to_string());
        assert_eq!(found, expected.map_or(Ok(()), |fault| Err(format!("multipart: {fault}"))), "{fields}");
    }
    let body = b"--x-x\r\ncontent-disposition: form-data; name=a\r\ncontent-type: a/b; charset=utf-16\r\n\r\nx\r\n--x-x--";
    let mut parts = Multipart::from_request(&mut form_request(body, 50), &()).await.unwrap();
    let refused = parts.next_part().await.unwrap().unwrap().text(9).await.unwrap_err();
    assert_eq!((refused.part(), refused.to_string()), (Some("a"), format!("multipart: part `a`: {CHARSET}")));
}

#[tokio::test]
async fn a_form_that_no_parts_make_is_the_applications_mistake() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "never made")]
    struct Shelf {
        book: Book,
        covers: Vec<UploadedFile>,
    }
    let body = format!("{}--x-x--", part("title", "Emma"));
    let refused = MultipartForm::<Shelf>::from_request(&mut form_request(body.as_bytes(), 9), &()).await;
    let response = refused.unwrap_err().into_response();
    assert_eq!(response.status(), 500);
    let reason = response.problem_ref().unwrap().source_error().unwrap().to_string();
    assert!(reason.contains("`book`: expected struct Book"), "{reason}");
}

#[test]
fn no_other_format_has_files() {
    for json in ["{}", "null", "[]", "\"a\""] {
        assert!(serde_json::from_str::<UploadedFile>(json).is_err(), "{json}");
    }
}

/// What multer makes of a body.
async fn multer_reads(body: Vec<u8>, size: usize) -> Option<Read> {
    let chunks: Vec<_> = body.chunks(size.max(1)).map(Bytes::copy_from_slice).collect();
    let chunks = Pieces(chunks.into_iter());
    let mut parts = multer::Multipart::new(chunks, "x-x");
    let mut all = Vec::new();
    while let Some(field) = parts.next_field().await.ok()? {
        let name = field.name()?.to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let content_type = field.content_type().map(ToString::to_string);
        all.push((name, file_name, content_type, field.bytes().await.ok()?.into()));
    }
    Some(all)
}

struct Pieces(std::vec::IntoIter<Bytes>);

impl futures_core::Stream for Pieces {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.next().map(Ok))
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

proptest! {
    #[test]
    fn agrees_with_multer_on_what_is_well_formed(
        parts in prop::collection::vec(("[a-z é]{1,5}", prop::option::of("[a-z.]{0,4}[a-z]"), "[x\r\n -]{0,24}"), 0..5),
        size in 1_usize..40,
    ) {
        let mut body = String::new();
        for (name, file_name, content) in &parts {
            let content = content.replace("--x-x", "");
            let file = file_name.as_ref().map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
            body += &format!("--x-x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n");
        }
        body += "--x-x--\r\n";
        prop_assume!(body.matches("--x-x").count() == parts.len() + 1);
        let ours = block_on(read(body.as_bytes(), size)).ok();
        let theirs = block_on(multer_reads(body.clone().into_bytes(), size));
        prop_assert_eq!(ours.as_ref().map(Vec::len), Some(parts.len()));
        prop_assert_eq!(ours, theirs, "{:?}", body);
    }

    #[test]
    fn any_bytes_are_read_alike_however_they_are_cut(text in "[x\r\n: -]{0,60}", at in 0_usize..120, size in 1_usize..20) {
        let mut body = BODY.to_owned();
        let at = (0..=at.min(body.len())).rev().find(|&at| body.is_char_boundary(at)).unwrap_or(0);
        body.insert_str(at, &text);
        let whole = block_on(read(body.as_bytes(), body.len()));
        prop_assert_eq!(block_on(read(body.as_bytes(), size)), whole);
    }
}
