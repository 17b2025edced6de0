//! Random connections, mostly almost valid, and those that the fuzzer keeps.

use proptest::prelude::*;

use super::connection;
use crate::__properties::replay;

/// One request, or something like it.
fn requests() -> impl Strategy<Value = String> {
    let line = (
        prop::sample::select(vec!["GET", "POST", "HEAD", "PUT", "CONNECT"]),
        "(https?://a)?/[eltusnmp]?[a-z]{0,3}",
        prop::sample::select(vec!["1.1", "1.1", "1.1", "1.0", "1.7"]),
    );
    let line = line.prop_map(|(method, path, version)| match method {
        "CONNECT" => format!("CONNECT a:1 HTTP/{version}\r\nhost: a\r\n"),
        _ => format!("{method} {path} HTTP/{version}\r\nhost: a\r\n"),
    });
    let field = prop::sample::select(vec![
        "",
        "",
        "connection: close\r\n",
        "connection: keep-alive\r\n",
        "expect: 100-continue\r\n",
        "expect: else\r\n",
        "host: b\r\n",
        "a : b\r\n",
    ]);
    let body = prop_oneof![
        3 => Just("\r\n".to_owned()),
        2 => "[a-z]{1,60}".prop_map(|content| format!("content-length: {}\r\n\r\n{content}", content.len())),
        1 => "[a-z]{0,9}".prop_map(|content| format!("content-length: 10\r\n\r\n{content}")),
        3 => prop::collection::vec("[a-z]{1,20}", 0..5).prop_map(|chunks| {
            let chunk = |data: &String| format!("{:x};a=b\r\n{data}\r\n", data.len());
            let chunks: String = chunks.iter().map(chunk).collect();
            format!("transfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")
        }),
    ];
    (line, field, body).prop_map(|(line, field, body)| format!("{line}{field}{body}"))
}

proptest! {
    #[test]
    fn every_request_has_its_answer(
        requests in prop::collection::vec(requests(), 0..5),
        faults in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..2),
    ) {
        let mut input = requests.concat().into_bytes();
        for (place, byte) in faults {
            if !input.is_empty() {
                let at = place.index(input.len());
                input[at] = byte;
            }
        }
        connection(&input);
    }
}

/// The chunks are one letter more than a handler may have, and no handler has any.
#[test]
fn a_body_that_nobody_takes_is_never_too_long() {
    let chunk = |len: usize| format!("{len:x};a=b\r\n{}\r\n", "a".repeat(len));
    let chunks: String = [13, 14, 14, 8].map(chunk).concat();
    for request in ["HEAD /t", "HEAD /u", "POST /u"] {
        let head = format!("{request} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
        connection(format!("{head}{chunks}0\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes());
    }
}

#[test]
fn every_request_of_the_fuzzers_connections_has_its_answer() {
    replay("connection", connection);
}
