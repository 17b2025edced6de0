//! Requests in every coding, and what is refused of them.

use http::header::ACCEPT_ENCODING;

use super::*;
use crate::middleware::content_coding::tests::{encoded, text};
use crate::testing::{Client, TestResponse};
use crate::{Body, BodyError, Routes, Server, post, routes};

#[post("/text")]
async fn whole(content: String) -> String {
    format!("{} {}", content.len(), content.get(..20).unwrap_or(&content))
}

#[post("/small", body_limit = "10KiB")]
async fn small(content: String) -> String {
    content.len().to_string()
}

#[post("/count", body_limit = "1GiB")]
async fn count(mut body: Body) -> Result<String, BodyError> {
    let mut len = 0;
    while let Some(chunk) = body.chunk().await {
        len += chunk?.len();
    }
    Ok(len.to_string())
}

#[post("/fields")]
async fn fields(request: Request) -> String {
    format!("{:?} {:?}", request.header("content-encoding"), request.header("content-length"))
}

const ROUTES: Routes = routes![whole, small, count, fields];

async fn send(target: &str, coding: &'static str, body: Vec<u8>) -> TestResponse {
    let client = Client::from(Server::new(ROUTES).with(Decompression::new()));
    let request = client.post(target).header("content-type", "text/plain");
    request.header("content-encoding", coding).body(body).await
}

#[track_caller]
fn check(response: &TestResponse, status: u16, text: &str) {
    assert_eq!(response.status(), status, "{}", response.text());
    assert!(response.text().contains(text), "expected {text}, found {}", response.text());
}

#[server::test]
async fn content_comes_as_it_was_before_its_codings() {
    let content = text(100_000);
    for name in Coding::NAMES {
        let coding = Coding::named(name).unwrap();
        let response = send("/text", name, encoded(coding, &content)).await;
        check(&response, 200, "100000 0: 0\n");
        let twice = encoded(Coding::Gzip, &encoded(coding, &content));
        let both = match *name {
            "gzip" => "gzip, X-GZIP",
            "deflate" => "deflate, gzip",
            "br" => "br,identity,gzip",
            _ => "zstd ,, gzip",
        };
        check(&send("/text", both, twice).await, 200, "100000 0: 0\n");
    }
    check(&send("/text", "identity", b"plain".to_vec()).await, 200, "5 plain");
    check(&send("/text", "gzip", Vec::new()).await, 200, "0 ");
    let gzip = encoded(Coding::Gzip, b"a");
    check(&send("/fields", "gzip", gzip).await, 200, "None None");
    check(&send("/fields", "gzip", Vec::new()).await, 200, "None None");
}

#[server::test]
async fn the_limit_of_the_route_is_for_what_is_decoded() {
    for name in Coding::NAMES {
        let coding = Coding::named(name).unwrap();
        let allowed = send("/small", name, encoded(coding, &text(10 * 1024))).await;
        check(&allowed, 200, "10240");
        let refused = send("/small", name, encoded(coding, &text(10 * 1024 + 1))).await;
        check(&refused, 413, "\"limit_bytes\":10240");
        check(&refused, 413, "\"setting\":\"body_limit\"");
    }
}

#[server::test]
async fn what_swells_is_refused_before_it_has() {
    let bomb = vec![b'a'; 5_000_000];
    for name in Coding::NAMES {
        let coding = Coding::named(name).unwrap();
        let response = send("/count", name, encoded(coding, &bomb)).await;
        check(&response, 413, "the content is more than 100 times as large as what was sent of it");
        let response = send("/text", name, encoded(coding, &bomb)).await;
        assert_eq!(response.status(), 413, "{name}: {}", response.text());
    }
    // Small content may be of one letter.
    check(&send("/count", "gzip", encoded(Coding::Gzip, &bomb[..60_000])).await, 200, "60000");
    let patient = Client::from(Server::new(ROUTES).with(Decompression::new().max_ratio(2000)));
    let request = patient.post("/count").header("content-encoding", "gzip");
    check(&request.body(encoded(Coding::Gzip, &bomb)).await, 200, "5000000");
}

#[server::test]
async fn what_is_cut_or_corrupt_is_a_400() {
    for name in Coding::NAMES {
        let whole = encoded(Coding::named(name).unwrap(), &text(1000));
        let cut = send("/text", name, whole[..whole.len() - 1].to_vec()).await;
        check(&cut, 400, &format!("the content cannot be decoded: {name}: it ends too early"));
        check(&send("/text", name, b"hello".to_vec()).await, 400, "the content cannot be decoded");
        let longer = [whole.as_slice(), b"!!!!!"].concat();
        check(&send("/text", name, longer).await, 400, "the content cannot be decoded");
    }
}

#[server::test]
async fn a_coding_that_is_not_known_is_a_415_with_those_that_are() {
    let rows = [
        ("compress", "the content coding `compress` is not understood here"),
        ("gzip, aws-chunked", "`aws-chunked`"),
        ("gzip;q=1", "`gzip;q=1`"),
        ("gzip, gzip, gzip, gzip", "more than three codings"),
    ];
    for (coding, text) in rows {
        let response = send("/text", coding, b"hello".to_vec()).await;
        check(&response, 415, text);
        assert_eq!(response.header(ACCEPT_ENCODING.as_str()), Some(Coding::NAMES.join(", ").as_str()));
    }
}

#[server::test]
async fn what_a_body_fails_with_passes_through_the_decoder() {
    for error in [|| BodyError::TooSlow, || BodyError::Incomplete, || BodyError::TooLarge { limit: 7 }] {
        let body = Body::stream(move |out| async move {
            drop(out);
            Err(error().into())
        });
        let mut decoding = Decoding::start(body, Coding::Gzip, &Decompression::new(), 100).unwrap();
        let found = decoding.chunk().await.unwrap().unwrap_err();
        assert_eq!(found.to_string(), error().to_string());
        assert!(decoding.chunk().await.is_none());
    }
}
