//! What RFC 9113 asks of header sections, bodies and trailers, and RFC 7541 of how fields are written, row by row.

use super::frames::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PROTOCOL_ERROR, field, frame, post, pseudo,
};
use super::rules::Answer::{Connection, Page, Refusal, Stream};
use super::rules::{begun, check};

/// A section of these fields behind the pseudo-fields of a GET.
fn with(fields: &[(&str, &str)]) -> Vec<u8> {
    let fields = fields.iter().flat_map(|(name, value)| field(name, value));
    headers(&pseudo("GET", "/").into_iter().chain(fields).collect::<Vec<_>>())
}

/// A section of these fields and no others.
fn only(fields: &[(&str, &str)]) -> Vec<u8> {
    headers(&fields.iter().flat_map(|(name, value)| field(name, value)).collect::<Vec<_>>())
}

fn headers(section: &[u8]) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | END_STREAM, 1, section)
}

#[test]
fn requests() {
    let base = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")];
    let without =
        |name: &str| only(&base.iter().copied().filter(|(other, _)| *other != name).collect::<Vec<_>>());
    let twice = |name: &str| {
        only(
            &base
                .iter()
                .copied()
                .chain(base.iter().copied().filter(|(other, _)| *other == name))
                .collect::<Vec<_>>(),
        )
    };
    let other = |name: &'static str, value: &'static str| {
        only(&base.map(|(known, its)| (known, if known == name { value } else { its })))
    };
    check(
        &begun(),
        vec![
            ("8.2 a name in upper case", with(&[("X-Upper", "a")]), Stream(PROTOCOL_ERROR)),
            ("8.2.2 connection", with(&[("connection", "keep-alive")]), Stream(PROTOCOL_ERROR)),
            ("8.2.2 keep-alive", with(&[("keep-alive", "timeout=5")]), Stream(PROTOCOL_ERROR)),
            ("8.2.2 proxy-connection", with(&[("proxy-connection", "close")]), Stream(PROTOCOL_ERROR)),
            ("8.2.2 transfer-encoding", with(&[("transfer-encoding", "chunked")]), Stream(PROTOCOL_ERROR)),
            ("8.2.2 upgrade", with(&[("upgrade", "h2c")]), Stream(PROTOCOL_ERROR)),
            ("8.2.2 te with more than trailers", with(&[("te", "gzip")]), Stream(PROTOCOL_ERROR)),
            ("8.2.2 te with trailers", with(&[("te", "trailers")]), Page),
            (
                "8.3 an unknown pseudo-field",
                only(&[&base[..], &[(":x", "y")]].concat()),
                Stream(PROTOCOL_ERROR),
            ),
            (
                "8.3 a pseudo-field of answers",
                only(&[&base[..], &[(":status", "200")]].concat()),
                Stream(PROTOCOL_ERROR),
            ),
            (
                "8.3 a pseudo-field behind others",
                only(&[(":method", "GET"), (":scheme", "http"), ("x", "y"), (":path", "/")]),
                Stream(PROTOCOL_ERROR),
            ),
            ("8.3.1 no :method", without(":method"), Stream(PROTOCOL_ERROR)),
            ("8.3.1 no :scheme", without(":scheme"), Stream(PROTOCOL_ERROR)),
            ("8.3.1 no :path", without(":path"), Stream(PROTOCOL_ERROR)),
            (
                "8.3.1 an empty :path",
                only(&[(":method", "GET"), (":scheme", "http"), (":path", ""), (":authority", "a")]),
                Stream(PROTOCOL_ERROR),
            ),
            ("8.3.1 :method twice", twice(":method"), Stream(PROTOCOL_ERROR)),
            ("8.3.1 :scheme twice", twice(":scheme"), Stream(PROTOCOL_ERROR)),
            ("8.3.1 :path twice", twice(":path"), Stream(PROTOCOL_ERROR)),
            ("8.3.1 no authority at all", without(":authority"), Refusal),
            ("8.3.1 a host in its place", only(&[&base[..3], &[("host", "a")]].concat()), Page),
            ("8.3.1 a host that is the same", with(&[("host", "a")]), Page),
            ("8.3.1 a host that is another", with(&[("host", "b")]), Refusal),
            (
                "8.3.1 a path that is none",
                only(&[(":method", "GET"), (":scheme", "http"), (":path", "a"), (":authority", "a")]),
                Stream(PROTOCOL_ERROR),
            ),
            ("8.3.1 :authority twice", twice(":authority"), Stream(PROTOCOL_ERROR)),
            ("8.3.1 two hosts", only(&[&base[..3], &[("host", "a"), ("host", "a")]].concat()), Refusal),
            ("8.3.1 an authority with a name", other(":authority", "u@a"), Refusal),
            ("8.3.1 an empty authority", other(":authority", ""), Stream(PROTOCOL_ERROR)),
            ("8.3.1 an empty scheme", other(":scheme", ""), Refusal),
            ("8.3.1 a scheme that is none", other(":scheme", "ht tp"), Stream(PROTOCOL_ERROR)),
            ("8.3.1 an empty method", other(":method", ""), Stream(PROTOCOL_ERROR)),
            ("8.3.1 a method that is none", other(":method", "GE T"), Stream(PROTOCOL_ERROR)),
            ("8.3.1 a path with a space", other(":path", "/a b"), Stream(PROTOCOL_ERROR)),
            ("8.3.1 a path with a line feed", other(":path", "/a\nb"), Stream(PROTOCOL_ERROR)),
            ("8.3.1 an asterisk for GET", other(":path", "*"), Refusal),
            (
                "8441 :protocol with GET",
                only(&[&base[..], &[(":protocol", "websocket")]].concat()),
                Stream(PROTOCOL_ERROR),
            ),
            (
                "8.5 CONNECT with a path",
                only(&[(":method", "CONNECT"), (":path", "/"), (":authority", "a:1")]),
                Stream(PROTOCOL_ERROR),
            ),
            ("8.2.1 a value with white space before", with(&[("x", " a")]), Refusal),
            ("8.2.1 a value with white space behind", with(&[("x", "a\t")]), Refusal),
            ("8.2.1 a cookie with white space behind", with(&[("cookie", "a=1 ")]), Refusal),
            ("8.2.1 a value with a carriage return", with(&[("x", "a\rb")]), Stream(PROTOCOL_ERROR)),
            ("8.2.1 a name with a space", with(&[("x y", "a")]), Stream(PROTOCOL_ERROR)),
            ("8.2.1 a name with a colon", with(&[("x:y", "a")]), Stream(PROTOCOL_ERROR)),
            ("8.2.1 a name with DEL", with(&[("x\x7f", "a")]), Stream(PROTOCOL_ERROR)),
            ("8.2.1 no name", with(&[("", "a")]), Stream(PROTOCOL_ERROR)),
            ("8.2.1 a value with a line feed", with(&[("x", "a\nb")]), Stream(PROTOCOL_ERROR)),
            ("8.2.1 a value with a NUL", with(&[("x", "a\0b")]), Stream(PROTOCOL_ERROR)),
        ],
    );
}

#[test]
fn bodies_and_their_trailers() {
    let trailers = |section: &[u8], flags: u8| {
        [post(1, "/echo"), frame(HEADERS, END_HEADERS | flags, 1, section)].concat()
    };
    let sized = |len: &str, others: &[(&str, &str)], body: &[u8]| {
        let others = others.iter().flat_map(|(name, value)| field(name, value)).collect();
        let section = [pseudo("POST", "/echo"), field("content-length", len), others].concat();
        [frame(HEADERS, END_HEADERS, 1, &section), frame(DATA, END_STREAM, 1, body)].concat()
    };
    check(
        &begun(),
        vec![
            (
                "8.1 a trailer section without END_STREAM",
                trailers(&field("x", "y"), 0),
                Stream(PROTOCOL_ERROR),
            ),
            ("8.1.1 a body shorter than it says", sized("2", &[], b"x"), Stream(PROTOCOL_ERROR)),
            ("8.1.1 a body longer than it says", sized("1", &[], b"xx"), Stream(PROTOCOL_ERROR)),
            (
                "8.1.1 a body that is missing",
                headers(&[pseudo("POST", "/echo"), field("content-length", "1")].concat()),
                Stream(PROTOCOL_ERROR),
            ),
            ("8.1.1 two lengths", sized("1", &[("content-length", "2")], b"x"), Stream(PROTOCOL_ERROR)),
            ("8.1.1 a length with a sign", sized("+1", &[], b"x"), Stream(PROTOCOL_ERROR)),
            ("8.1.1 an empty length", sized("", &[], b"x"), Stream(PROTOCOL_ERROR)),
            (
                "8.1.1 a length beyond all numbers",
                sized("99999999999999999999", &[], b"x"),
                Stream(PROTOCOL_ERROR),
            ),
            (
                "8.1 a pseudo-field in a trailer section",
                trailers(&field(":method", "GET"), END_STREAM),
                Connection(PROTOCOL_ERROR),
            ),
            ("8.1 the same by its index", trailers(b"\x82", END_STREAM), Connection(PROTOCOL_ERROR)),
            (
                "8.1 the same behind another field",
                trailers(&[field("x", "y"), b"\x82".to_vec()].concat(), END_STREAM),
                Stream(PROTOCOL_ERROR),
            ),
            (
                "8.1 the same in a frame that goes on",
                [
                    post(1, "/echo"),
                    frame(HEADERS, END_STREAM, 1, b"\x40"),
                    frame(CONTINUATION, 0, 1, b"\x07:"),
                    frame(CONTINUATION, END_HEADERS, 1, b"method\x01x"),
                ]
                .concat(),
                Connection(PROTOCOL_ERROR),
            ),
            ("8.2 a trailer in upper case", trailers(&field("X", "y"), END_STREAM), Stream(PROTOCOL_ERROR)),
            (
                "8.2.2 a trailer of the connection",
                trailers(&field("connection", "close"), END_STREAM),
                Stream(PROTOCOL_ERROR),
            ),
        ],
    );
}

/// What RFC 7541 has a decoder refuse. It asks for COMPRESSION_ERROR; the crate that decodes sections says PROTOCOL_ERROR,
/// which ends the connection as well.
#[test]
fn sections_that_cannot_be_decoded() {
    let behind = |bytes: &[u8]| headers(&[&pseudo("GET", "/"), bytes].concat());
    let before = |bytes: &[u8]| headers(&[bytes, &pseudo("GET", "/")].concat());
    let bad = Connection(PROTOCOL_ERROR);
    check(
        &begun(),
        vec![
            ("2.3.3 an index of nothing", behind(&[0x80]), bad),
            ("2.3.3 an index beyond the tables", behind(&[0xc6]), bad),
            ("2.3.3 a name beyond the tables", behind(&[0x7f, 1, 1, b'x']), bad),
            ("2.3.3 a name that was entered", behind(&[0x40, 1, b'x', 1, b'y', 0xbe]), Page),
            ("4.2 a table that changes behind a field", behind(&[0x20]), bad),
            ("4.2 a table that changes twice at the start", before(&[0x20, 0x3f, 1]), Page),
            ("5.1 a number beyond all", behind(&[&[0xff][..], &[0x80; 10], &[1]].concat()), bad),
            ("5.2 a value beyond the section", behind(&[0, 0x7f, 0xff, 0x10, b'a']), bad),
            ("5.2 half a field", behind(&[0]), bad),
            ("5.2 a code of its own length", behind(&[0, 1, b'x', 0x81, 0x1f]), Page),
            ("5.2 padding of more than 7 bits", behind(&[0, 1, b'x', 0x82, 0x1f, 0xff]), bad),
            ("5.2 padding of zeros", behind(&[0, 1, b'x', 0x81, 0x18]), bad),
            ("5.2 the end of the string", behind(&[0, 1, b'x', 0x84, 0xff, 0xff, 0xff, 0xff]), bad),
            ("6.2.3 a field that enters no table ever", behind(&[0x10, 1, b'x', 1, b'y']), Page),
            ("6.3 a table larger than the setting", before(&[0x3f, 0xe2, 0x1f]), bad),
        ],
    );
}
