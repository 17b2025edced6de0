//! RFC 9112 §3.2, §5, §6 and §9; RFC 9110 §7.2, §7.6.1, §8.6, §10.1.1.

use super::*;

/// An HTTP/1.1 request with Host and `lines`, each ended by CRLF.
fn request(lines: &[&str]) -> Vec<u8> {
    let mut text = "POST / HTTP/1.1\r\nHost: a\r\n".to_owned();
    lines.iter().for_each(|line| text.extend([line, "\r\n"]));
    text.push_str("\r\n");
    text.into_bytes()
}

#[track_caller]
fn frames(lines: &[&str], expected: Framing) {
    assert_eq!(accept(request(lines)).parsed.framing, expected, "{lines:?}");
}

#[track_caller]
fn refuse_lines(lines: &[&str], expected: HeadError) {
    refuse(request(lines), expected);
}

#[test]
fn keeps_every_field_line_in_order_and_as_received() {
    let said =
        accept(b"GET / HTTP/1.1\r\nX-a:1\r\nhOST: \t a:80 \r\nx-A: \xe9\r\nEmpty:\r\n\r\nrest".as_slice());
    let fields: Vec<_> = said.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(fields, [("X-a", "1"), ("hOST", "a:80"), ("x-A", "\u{e9}"), ("Empty", "")]);
    assert_eq!(said.bytes.len(), said.parsed.len);
    assert!(said.bytes.ends_with(b"Empty:\r\n\r\n"));
}

#[test]
fn refuses_obs_fold_and_an_indented_first_line() {
    refuse_lines(&["a: b", " c"], HeadError::IndentedLine);
    refuse_lines(&["a: b", "\tc: d"], HeadError::IndentedLine);
    refuse("GET / HTTP/1.1\r\n Host: a\r\n\r\n", HeadError::IndentedLine);
}

#[test]
fn refuses_a_field_line_as_soon_as_it_is_none() {
    for (line, expected) in [
        ("a b", HeadError::WhitespaceBeforeColon),
        ("a\r", HeadError::MissingColon),
        (":", HeadError::EmptyFieldName),
        ("a(", HeadError::InvalidFieldName(b'(')),
        ("a: b\0", HeadError::InvalidFieldValue(0)),
        ("a: b\n", HeadError::BareLf),
        ("a: b\r\r", HeadError::BareCr),
        ("\r\r", HeadError::BareCr),
    ] {
        let input = format!("GET / HTTP/1.1\r\n{line}");
        let at_once = if line == "a b" { input.trim_end_matches('b') } else { &input };
        refuse_at_its_last_byte(at_once, expected);
    }
}

#[test]
fn host_is_there_once() {
    refuse("GET / HTTP/1.1\r\n\r\n", HeadError::MissingHost);
    refuse("GET http://a/ HTTP/1.1\r\n\r\n", HeadError::MissingHost);
    refuse("GET / HTTP/1.7\r\n\r\n", HeadError::MissingHost);
    refuse_lines(&["Host: a"], HeadError::RepeatedHost);
    refuse_lines(&["hOsT: b"], HeadError::RepeatedHost);
    refuse("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", HeadError::RepeatedHost);
    accept("GET / HTTP/1.0\r\n\r\n");
    accept("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
}

#[test]
fn host_follows_the_grammar() {
    for host in ["", "a", "a.b:80", "a:", "[::1]:8080", "127.0.0.1", "a_b", "a!$&'()*+,;=~", "%41"] {
        accept(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    }
    for host in
        ["u@a", "a/", "a?b", "a:1:2", "[::1", "<a>", "a\\b", "http://a", "a b", "a:65536", "%4", "a\t:1"]
    {
        for version in ["1.0", "1.1"] {
            refuse(format!("GET / HTTP/{version}\r\nHost: {host}\r\n\r\n"), HeadError::InvalidHost);
        }
    }
}

#[test]
fn content_length_is_one_number() {
    frames(&[], Framing::Empty);
    frames(&["Content-Length: 0"], Framing::Empty);
    frames(&["content-LENGTH:\t5 "], Framing::Sized(5));
    frames(&["Content-Length: 0005"], Framing::Sized(5));
    frames(&["Content-Length: 18446744073709551615"], Framing::Sized(u64::MAX));
    for value in [
        "",
        "+5",
        "-0",
        "0x5",
        "5a",
        "five",
        "5 5",
        "5,5",
        "5,",
        "0_5",
        "\u{b2}",
        "18446744073709551616",
        "5.0",
        "\"5\"",
    ] {
        refuse_lines(&[&format!("Content-Length: {value}")], HeadError::InvalidContentLength);
    }
    refuse_lines(&[&format!("Content-Length: {}5", "0".repeat(64))], HeadError::InvalidContentLength);
    refuse_lines(&["Content-Length: 5", "Content-Length: 5"], HeadError::RepeatedContentLength);
    refuse_lines(&["Content-Length: 0", "content-length: 5"], HeadError::RepeatedContentLength);
}

#[test]
fn transfer_encoding_is_chunked_once() {
    frames(&["Transfer-Encoding: chunked"], Framing::Chunked);
    frames(&["TRANSFER-ENCODING: \t CHUNKed\t"], Framing::Chunked);
    for value in [
        "",
        ",",
        "chunked,",
        ",chunked",
        "chunked, chunked",
        "chunked, gzip",
        "chunked;a=b",
        "gzip, chunked, gzip",
        "\"chunked\"",
        "chunked gzip",
        "\u{a0}chunked",
        "[chunked]",
        // Nothing tells where such a body ends.
        "gzip",
        "identity",
        "xchunked",
        "chunkedx",
        "gzip, identity",
    ] {
        refuse_lines(&[&format!("Transfer-Encoding: {value}")], HeadError::InvalidTransferEncoding);
    }
    refuse_lines(
        &["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        HeadError::RepeatedTransferEncoding,
    );
    refuse_lines(
        &["Transfer-Encoding: chunked", "Transfer-Encoding: gzip"],
        HeadError::RepeatedTransferEncoding,
    );
    refuse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", HeadError::TransferEncodingIn10);
}

#[test]
fn an_unknown_coding_is_not_implemented() {
    for value in ["gzip, chunked", "identity, CHUNKED", "a;b=c, chunked", "a, b ,\tchunked"] {
        refuse_lines(&[&format!("Transfer-Encoding: {value}")], HeadError::UnknownTransferCoding);
    }
}

#[test]
fn a_body_is_framed_in_one_way() {
    let both = ["Content-Length: 5", "Transfer-Encoding: chunked"];
    refuse_lines(&both, HeadError::ConflictingContentLength);
    refuse_lines(&[both[1], both[0]], HeadError::ConflictingContentLength);
    refuse_lines(&["Content-Length: 0", both[1]], HeadError::ConflictingContentLength);
    // Neither of these is a field of framing.
    frames(&["Content-Length-: 5", "Transfer_Encoding: chunked", "TE: trailers"], Framing::Empty);
    frames(&["Connection: transfer-encoding", both[1]], Framing::Chunked);
}

#[test]
fn connection_is_a_list_and_may_be_repeated() {
    let options = |lines: &[&str]| {
        let connection = accept(request(lines)).parsed.connection;
        (connection.close, connection.keep_alive, connection.upgrade)
    };
    assert_eq!(options(&[]), (false, false, false));
    assert_eq!(options(&["Connection: close"]), (true, false, false));
    assert_eq!(options(&["Connection: Keep-Alive ,UPGRADE"]), (false, true, true));
    assert_eq!(options(&["Connection: x", "connection: , close\t,", "Connection:"]), (true, false, false));
    assert_eq!(options(&["Connection: closed, \"close\"", "Proxy-Connection: close"]), (false, false, false));
}

#[test]
fn a_connection_persists_as_its_version_says() {
    for (version, lines, expected) in [
        ("1.1", "", true),
        ("1.1", "Connection: close\r\n", false),
        ("1.1", "Connection: close, keep-alive\r\n", false),
        ("1.0", "", false),
        ("1.0", "Connection: keep-alive\r\n", true),
        ("1.0", "Connection: keep-alive, close\r\n", false),
    ] {
        let said = accept(format!("GET / HTTP/{version}\r\nHost: a\r\n{lines}\r\n"));
        assert_eq!(said.parsed.persists(), expected, "{version} {lines:?}");
    }
}

#[test]
fn expect_asks_for_100_or_for_what_nobody_knows() {
    let expects = |lines: &[&str]| accept(request(lines)).parsed.expect;
    assert_eq!(expects(&[]), Expect::None);
    assert_eq!(expects(&["Expect: 100-continue"]), Expect::Continue);
    assert_eq!(expects(&["eXPECT: 100-CONTINUE", "Expect: 100-continue"]), Expect::Continue);
    assert_eq!(expects(&["Expect: , 100-continue,\t,100-Continue"]), Expect::Continue);
    assert_eq!(expects(&["Expect:", "Expect: ,"]), Expect::None);
    assert_eq!(expects(&["Expect: 100-continue, x"]), Expect::Other);
    assert_eq!(expects(&["Expect: 100-continue;a=b"]), Expect::Other);
    assert_eq!(expects(&["Expect: x", "Expect: 100-continue"]), Expect::Other);
    assert_eq!(expects(&["Expect: 100-continue", "Expect: x"]), Expect::Other);
    assert_eq!(accept("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").parsed.expect, Expect::None);
}
