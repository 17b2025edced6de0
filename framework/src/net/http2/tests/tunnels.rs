//! WebSockets on a stream (RFC 8441).

use std::time::Duration;

use bytes::Bytes;
use h2::client::ResponseFuture;
use h2::ext::Protocol;
use h2::{RecvStream, SendStream};
use http::request::Builder;
use tokio::time::sleep;

use super::app::{LONG, Peer, Site, read, request};

/// "Hello", masked, and a Close without a code (RFC 6455 §5.7); and what a server says to them.
const HELLO: &[u8] = &[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
const HELLO_BACK: &[u8] = b"\x81\x05Hello";
const CLOSE: &[u8] = &[0x88, 0x80, 0, 0, 0, 0];

async fn connect(peer: &mut Peer, path: &str, protocol: &'static str) -> (ResponseFuture, SendStream<Bytes>) {
    // The server's SETTINGS say whether it may be asked.
    while !peer.send.is_extended_connect_protocol_enabled() {
        sleep(Duration::from_millis(1)).await;
    }
    peer.begin(opening(path, protocol), false).await
}

fn opening(path: &str, protocol: &'static str) -> Builder {
    let head = request("CONNECT", path).extension(Protocol::from_static(protocol));
    head.header("sec-websocket-version", "13").header("origin", "http://site.test")
}

async fn open(peer: &mut Peer) -> (RecvStream, SendStream<Bytes>) {
    let (response, stream) = connect(peer, "/ws/socket", "websocket").await;
    let response = response.await.unwrap();
    assert_eq!(response.status(), 200);
    for name in ["sec-websocket-accept", "connection", "upgrade"] {
        assert!(!response.headers().contains_key(name), "{name}");
    }
    (response.into_body(), stream)
}

/// Reads so many bytes.
async fn take(body: &mut RecvStream, len: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < len {
        let chunk = tokio::time::timeout(LONG, body.data()).await.unwrap().unwrap().unwrap();
        body.flow_control().release_capacity(chunk.len()).unwrap();
        bytes.extend_from_slice(&chunk);
    }
    bytes
}

#[tokio::test(start_paused = true)]
async fn messages_go_both_ways_beside_requests() {
    let site = Site::new();
    let mut peer = site.connect().await;
    let (mut body, mut stream) = open(&mut peer).await;
    for _ in 0..100 {
        stream.send_data(Bytes::from_static(HELLO), false).unwrap();
        assert_eq!(take(&mut body, HELLO_BACK.len()).await, HELLO_BACK);
    }
    assert_eq!(peer.get("/").await.unwrap().text(), "index");
    stream.send_data(Bytes::from_static(CLOSE), false).unwrap();
    assert_eq!(take(&mut body, 2).await[..1], [0x88]);
    assert!(body.data().await.is_none_or(|end| end.unwrap().is_empty()));
    assert_eq!(peer.get("/").await.unwrap().text(), "index");
    let told = site.told();
    assert!(told.contains(&"/ws/socket 200 done".to_owned()), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn large_messages_go_through_small_windows() {
    let mut peer = Site::new().connect().await;
    let (mut body, mut stream) = open(&mut peer).await;
    // A binary message of 200,000 bytes, masked with zeros.
    let content: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let head = [&[0x82, 0xff][..], &200_000_u64.to_be_bytes(), &[0; 4]].concat();
    stream.send_data([head, content.clone()].concat().into(), false).unwrap();
    let back = take(&mut body, 10 + content.len()).await;
    assert!(back.get(10..) == Some(content.as_slice()));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_websocket_is_not_opened() {
    let mut peer = Site::new().connect().await;
    for (path, protocol, status) in [
        ("/", "websocket", 501),
        ("/nothing", "websocket", 404),
        ("/ws/socket", "webtransport", 501),
        ("/users/x", "websocket", 400),
    ] {
        let (response, _stream) = connect(&mut peer, path, protocol).await;
        assert_eq!(read(response).await.unwrap().status, status, "{path} {protocol}");
    }
    // A GET of it is not one either.
    assert_eq!(peer.get("/ws/socket").await.unwrap().status, 426);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_with_its_request_opens_none() {
    let site = Site::new();
    let mut peer = site.connect().await;
    // Its server has said by then that it may be asked.
    drop(open(&mut peer).await);
    let (response, _stream) = peer.begin(opening("/ws/socket", "websocket"), true).await;
    let response = read(response).await.unwrap();
    assert_eq!(response.status, 400);
    assert!(response.text().contains("this one ends with its request"), "{}", response.text());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_resets_its_stream_is_gone() {
    let site = Site::new();
    let mut peer = site.connect().await;
    let (_body, mut stream) = open(&mut peer).await;
    stream.send_reset(h2::Reason::CANCEL);
    sleep(Duration::from_secs(15)).await;
    assert_eq!(site.told(), ["/ws/socket 200 client-left"]);
    assert_eq!(peer.get("/").await.unwrap().text(), "index");
}
