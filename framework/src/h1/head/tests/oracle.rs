//! Random heads, mostly almost valid, held against `httparse` and against themselves in other pieces.

use proptest::prelude::*;

use super::*;
use crate::__properties::replay;

/// Heads that are valid, or nearly so.
fn heads() -> impl Strategy<Value = Vec<u8>> {
    let method =
        prop_oneof![Just("GET".to_owned()), Just("OPTIONS".into()), Just("CONNECT".into()), "[!-~]{1,8}"];
    let target = prop_oneof![
        4 => "/[a-z%0-9/?=&]{0,12}",
        1 => "https?://[a-z0-9.:@\\[\\]%]{0,8}(/[a-z]{0,3})?",
        1 => Just("*".to_owned()),
        1 => "[a-z]{1,4}:[0-9]{1,3}",
        1 => "[!-~]{0,6}",
    ];
    let version =
        prop_oneof![6 => Just("HTTP/1.1".to_owned()), 2 => Just("HTTP/1.0".into()), 1 => "HTTP/[0-2].[0-9]"];
    let name = prop_oneof![
        Just("Host".to_owned()),
        Just("content-length".into()),
        Just("Transfer-Encoding".into()),
        Just("Connection".into()),
        "[a-zA-Z!#-]{1,6}",
    ];
    let value = prop_oneof![
        "[a-z0-9.:]{0,6}",
        "[0-9]{0,3}",
        Just("chunked".to_owned()),
        "[ \t]{0,2}[!-~]{0,5}[ \t]{0,2}"
    ];
    let line =
        (name, "[ ]{0,1}", value).prop_map(|(name, space, value)| format!("{name}:{space}{value}\r\n"));
    (method, target, version, prop::collection::vec(line, 0..4), "(Host: a\r\n)?\r\n[a-z]{0,3}").prop_map(
        |(method, target, version, lines, end)| {
            format!("{method} {target} {version}\r\n{}{end}", lines.concat()).into_bytes()
        },
    )
}

/// Bytes that faults are made of.
fn odd_byte() -> impl Strategy<Value = u8> {
    prop_oneof![prop::sample::select(b"\r\n\t \0:,;%/?#@\x0b\x7f\xe9\"\\[]".as_slice()), any::<u8>()]
}

/// Heads with a few bytes put in, taken out or replaced.
fn broken_heads() -> impl Strategy<Value = Vec<u8>> {
    let fault = (any::<prop::sample::Index>(), 0..3u8, odd_byte());
    (heads(), prop::collection::vec(fault, 0..3)).prop_map(|(mut head, faults)| {
        for (place, kind, byte) in faults {
            let at = place.index(head.len());
            match kind {
                0 => head.insert(at, byte),
                1 => head[at] = byte,
                _ => drop(head.remove(at)),
            }
        }
        head
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn broken_heads_are_read_in_one_way_or_not_at_all(input in broken_heads()) {
        head(&input);
    }

    #[test]
    fn any_bytes_are_read_in_one_way_or_not_at_all(input in prop::collection::vec(any::<u8>(), 0..80)) {
        head(&input);
    }
}

#[test]
fn the_fuzzers_heads_are_read_in_one_way_or_not_at_all() {
    replay("head", head);
}
