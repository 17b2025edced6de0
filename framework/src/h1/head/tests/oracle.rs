//! Random heads, mostly almost valid, held against `httparse` and against themselves in other pieces.

use proptest::prelude::*;

use super::*;

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

/// A later minor version, which RFC 9110 §2.5 has served and `httparse` refuses, as the one both know.
fn with_known_version(mut head: Vec<u8>) -> Vec<u8> {
    let later =
        head.windows(8).position(|text| text.starts_with(b"HTTP/1.") && matches!(text[7], b'2'..=b'9'));
    if let Some(at) = later {
        head[at + 7] = b'1';
    }
    head
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn what_httparse_refuses_is_refused_and_what_both_take_is_the_same(input in broken_heads()) {
        let input = with_known_version(input);
        let ours = parse_cut(&input, &[], &HeadLimits::default());
        let mut lines = [httparse::EMPTY_HEADER; 16];
        let mut theirs = httparse::Request::new(&mut lines);
        match theirs.parse(&input) {
            Err(fault) => prop_assert!(ours.is_err(), "{fault}, but {ours:?}"),
            Ok(httparse::Status::Partial) => prop_assert!(!matches!(ours, Ok(Some(_))), "{ours:?}"),
            Ok(httparse::Status::Complete(len)) => {
                prop_assert_ne!(&ours, &Ok(None), "a head that is whole is not waited for");
                let Ok(Some(said)) = ours else { return Ok(()) };
                prop_assert_eq!(said.parsed.len, len);
                prop_assert_eq!(Some(said.method.as_str()), theirs.method);
                prop_assert_eq!(Some(said.target.as_str()), theirs.path);
                prop_assert_eq!(said.parsed.version == Version::HTTP_11, theirs.version == Some(1));
                let theirs: Vec<_> = theirs.headers.iter().map(|line| {
                    (line.name.to_owned(), line.value.iter().copied().map(char::from).collect::<String>())
                }).collect();
                prop_assert_eq!(said.fields, theirs);
            }
        }
    }

    #[test]
    fn the_pieces_a_head_comes_in_change_nothing(
        input in broken_heads(),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut cuts: Vec<usize> = places.iter().map(|place| place.index(input.len() + 1)).collect();
        cuts.sort_unstable();
        let limits = HeadLimits { max_target: 14, max_head: 60, max_fields: 2 };
        for limits in [limits, HeadLimits::default()] {
            prop_assert_eq!(parse_cut(&input, &cuts, &limits), parse_cut(&input, &[], &limits));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(input in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = parse_cut(&input, &[], &HeadLimits::default());
    }

    #[test]
    fn what_is_taken_fits_the_types_of_http(input in broken_heads()) {
        if let Ok(Some(said)) = parse_cut(&input, &[], &HeadLimits::default()) {
            // Only a host with percent-encoded bytes is one that `http::Uri` does not have.
            let encoded_host = said.authority.is_some_and(|authority| authority.contains('%'));
            prop_assert!(encoded_host || said.target.parse::<http::Uri>().is_ok(), "{}", said.target);
            for (name, value) in &said.fields {
                let value: Vec<u8> = value.chars().map(|byte| u8::try_from(byte).unwrap()).collect();
                prop_assert!(http::HeaderName::from_bytes(name.as_bytes()).is_ok(), "{name}");
                prop_assert!(http::HeaderValue::from_bytes(&value).is_ok(), "{value:?}");
            }
        }
    }
}
