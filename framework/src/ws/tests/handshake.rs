//! The opening handshake over the wire: what is answered, and what becomes of bytes behind it.

use super::app::{Raw, client, frame, opening};
use crate::ws::frame::Opcode::{Close, Text};

/// What an opening request with these changes is answered.
async fn head(path: &str, from: &str, to: &str) -> String {
    let (client, _) = client();
    let mut raw = Raw::connect(&client);
    raw.send(opening(path).replacen(from, to, 1).as_bytes()).await;
    raw.head().await
}

#[tokio::test(start_paused = true)]
async fn is_answered_as_the_rfc_shows() {
    let head = head("/echo", "", "").await;
    for line in
        ["upgrade: websocket", "connection: upgrade", "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]
    {
        assert!(head.contains(&format!("\r\n{line}\r\n")), "no {line} in {head}");
    }
    for name in ["content-length", "transfer-encoding", "sec-websocket-protocol", "sec-websocket-extensions"]
    {
        assert!(!head.contains(name), "{name} in {head}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_fault_has_its_status() {
    let rows = [
        ("GET", "HEAD", 405, "allow: GET"),
        ("HTTP/1.1", "HTTP/1.0", 400, ""),
        ("upgrade: websocket\r\n", "", 426, "upgrade: websocket"),
        ("connection: upgrade\r\n", "", 400, ""),
        ("version: 13", "version: 12", 426, "sec-websocket-version: 13"),
        ("dGhlIHNhbXBsZSBub25jZQ==", "dGhl", 400, ""),
        ("\r\n\r\n", "\r\ncontent-length: 1\r\n\r\nx", 400, ""),
        ("\r\n\r\n", "\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400, ""),
        ("\r\n\r\n", "\r\norigin: https://evil.example\r\n\r\n", 403, ""),
        ("\r\n\r\n", "\r\norigin: null\r\n\r\n", 403, ""),
        ("\r\n\r\n", "\r\norigin: https://localhost\r\n\r\n", 101, ""),
    ];
    for (from, to, status, line) in rows {
        let head = head("/echo", from, to).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{to:?}: {head}");
        assert!(head.contains(line), "{to:?}: no {line} in {head}");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_of_listed_origins_may_open_it() {
    let rows = [
        ("https://app.example.org", 101),
        ("https://a.example.net", 101),
        ("http://localhost", 101),
        ("http://app.example.org", 403),
        ("https://example.net", 403),
    ];
    for (origin, status) in rows {
        let head = head("/listed", "\r\n\r\n", &format!("\r\norigin: {origin}\r\n\r\n")).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{origin}: {head}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_path_without_a_websocket_is_answered_as_any() {
    for (path, status) in [("/plain", 200), ("/nowhere", 404)] {
        let head = head(path, "", "").await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {head}");
        assert!(!head.contains("sec-websocket-accept"), "{path}: {head}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_field_of_the_answer_stands_there_once() {
    let offers = "\r\nsec-websocket-protocol: chat.v1, chat.v2\r\nsec-websocket-protocol: x\r\n\
        sec-websocket-extensions: a, permessage-deflate\r\nsec-websocket-extensions: permessage-deflate\r\n\r\n";
    let head = head("/chat", "\r\n\r\n", offers).await;
    for (name, count) in [("accept", 1), ("protocol", 1), ("extensions", 0)] {
        let name = format!("sec-websocket-{name}: ");
        assert_eq!(head.matches(&name).count(), count, "{name}: {head}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_subprotocol_is_chosen_in_the_servers_order() {
    let rows = [
        ("chat.v1", Some("chat.v1")),
        ("chat.v1, chat.v2", Some("chat.v2")),
        ("soap", None),
        ("Chat.v2", None),
    ];
    for (offered, expected) in rows {
        let head = head("/chat", "\r\n\r\n", &format!("\r\nsec-websocket-protocol: {offered}\r\n\r\n")).await;
        let line = head.lines().find_map(|line| line.strip_prefix("sec-websocket-protocol: "));
        assert_eq!(line, expected, "{offered}: {head}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_around_the_request_is_taken_for_what_it_is() {
    let (client, _) = client();
    let mut raw = Raw::connect(&client);
    // A request before it, and frames right behind it, all in one write.
    let before = "GET /plain HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let frames = [frame(Text, b"a"), frame(Close, b"")].concat();
    raw.send(&[before.as_bytes(), opening("/echo").as_bytes(), &frames].concat()).await;
    assert!(raw.head().await.starts_with("HTTP/1.1 200 OK\r\n"));
    assert_eq!(raw.read(5).await, b"plain");
    raw.switched().await;
    assert_eq!(raw.rest().await, b"\x81\x01a\x88\x00");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_keeps_the_connection() {
    let (client, _) = client();
    let mut raw = Raw::connect(&client);
    raw.send(opening("/echo").replace("13", "8").as_bytes()).await;
    let head = raw.head().await;
    let len = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let document = String::from_utf8(raw.read(len).await).unwrap();
    assert!(document.contains("header `sec-websocket-version`: expected 13"), "{document}");
    raw.send(opening("/echo").as_bytes()).await;
    raw.switched().await;
}
