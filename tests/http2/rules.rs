//! What RFC 9113 asks of a server, row by row: bytes in, and the frame that answers them.

use fingerpost_tests::App;

use super::frames::{
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, Frame, GOAWAY,
    HEADERS, PING, PREFACE, PRIORITY, PROTOCOL_ERROR, PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE,
    Wire, check_serves, field, frame, get, number, post, pseudo,
};
use super::programs::start;

/// What answers a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// GOAWAY with this code, and the end.
    Connection(u32),
    /// RST_STREAM of stream 1 with this code, or GOAWAY, which RFC 9113 §5.4.2 lets it be; the program serves on.
    Stream(u32),
    /// A 400 on stream 1.
    Refusal,
    /// The page, on stream 1.
    Page,
    /// PING with ACK and the same content.
    Pong,
    /// SETTINGS with ACK.
    Known,
}

use Answer::{Connection, Known, Page, Pong, Refusal, Stream};

impl Answer {
    /// Whether `frame` decides the row; and if so, whether it is as expected.
    fn judge(self, frame: &Frame) -> Option<bool> {
        match (frame.kind, self) {
            (GOAWAY, Connection(code)) => Some(frame.code() == Some(code)),
            (GOAWAY, Stream(code)) => Some(frame.code() == Some(code)),
            (GOAWAY, _) => Some(false),
            (RST_STREAM, Stream(code)) if frame.stream == 1 => Some(frame.code() == Some(code)),
            // Behind an early answer the rest of the request is not wanted (RFC 9113 §8.1).
            (RST_STREAM, Refusal | Page | Pong | Known) if frame.code() == Some(0) => None,
            (RST_STREAM, _) => Some(false),
            // `:status` 400 and 200 have a place in the table of RFC 7541.
            (HEADERS, Refusal) => Some(frame.payload.contains(&0x8c)),
            (DATA, Page) if frame.stream == 1 => Some(frame.payload == b"probe\n"),
            (PING, Pong) => Some(frame.flags == ACK && frame.payload == b"12345678"),
            (SETTINGS, Known) if frame.flags == ACK => Some(frame.payload.is_empty()),
            _ => None,
        }
    }
}

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

fn settings(id: u16, value: u32) -> Vec<u8> {
    frame(SETTINGS, 0, 0, &[&id.to_be_bytes()[..], &value.to_be_bytes()].concat())
}

type Row = (&'static str, Vec<u8>, Answer);

#[track_caller]
fn check(begin: &[u8], rows: Vec<Row>) {
    let app = start("probe");
    let wrong: Vec<_> = rows.into_iter().filter_map(|row| fault(&app, begin, row)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    check_serves(&app);
}

/// What is wrong with the answer to a row.
fn fault(app: &App, begin: &[u8], (name, bytes, expected): Row) -> Option<String> {
    let mut wire = Wire::connect(app);
    wire.send(begin);
    let _ = wire.try_send(&bytes);
    let mut seen = Vec::new();
    while let Some(frame) = wire.next() {
        let judged = expected.judge(&frame);
        seen.push(format!("{} of {} with {:?}", frame.kind, frame.stream, frame.code()));
        match judged {
            Some(true) if matches!(expected, Connection(_)) && wire.until(|_| false).is_some() => {}
            Some(true) => return None,
            Some(false) => break,
            None => {}
        }
    }
    Some(format!("{name}: expected {expected:?}, found {}", seen.join(", ")))
}

fn begun() -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()
}

#[test]
fn frames_and_their_place() {
    let open = || post(1, "/echo");
    let closed = || [get(1, "/"), frame(PING, 0, 0, b"12345678")].concat();
    check(
        &begun(),
        vec![
            ("4.1 unknown frames are passed over", [frame(0x16, 0, 0, b"x"), get(1, "/")].concat(), Page),
            ("4.1 unknown flags are passed over", frame(PING, 0x16, 0, b"12345678"), Pong),
            ("4.1 the reserved bit is passed over", frame(PING, 0, 0x8000_0000, b"12345678"), Pong),
            (
                "4.2 a frame beyond SETTINGS_MAX_FRAME_SIZE",
                [open(), frame(DATA, 0, 1, &[0; 16_385])].concat(),
                Connection(FRAME_SIZE_ERROR),
            ),
            ("5.1 DATA on an idle stream", frame(DATA, END_STREAM, 1, b"x"), Connection(PROTOCOL_ERROR)),
            ("5.1 RST_STREAM on an idle stream", number(RST_STREAM, 1, 8), Connection(PROTOCOL_ERROR)),
            ("5.1 WINDOW_UPDATE on an idle stream", number(WINDOW_UPDATE, 1, 1), Connection(PROTOCOL_ERROR)),
            (
                "5.1 CONTINUATION on an idle stream",
                frame(CONTINUATION, END_HEADERS, 1, &[]),
                Connection(PROTOCOL_ERROR),
            ),
            ("5.1.1 a stream of the server's", get(2, "/"), Connection(PROTOCOL_ERROR)),
            (
                "5.1.1 a stream before the last one",
                [get(5, "/slow"), get(3, "/slow")].concat(),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "5.3.1 a stream that depends on itself",
                frame(
                    HEADERS,
                    END_HEADERS | END_STREAM | 0x20,
                    1,
                    &[&[0, 0, 0, 1, 1], &pseudo("GET", "/")[..]].concat(),
                ),
                Stream(PROTOCOL_ERROR),
            ),
            ("6.1 DATA of no stream", [open(), frame(DATA, 0, 0, b"x")].concat(), Connection(PROTOCOL_ERROR)),
            (
                "6.1 padding as long as the frame",
                [open(), frame(DATA, 8, 1, &[5, 0, 0, 0])].concat(),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.2 HEADERS of no stream",
                frame(HEADERS, END_HEADERS | END_STREAM, 0, &pseudo("GET", "/")),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.2 padding as long as the section",
                frame(HEADERS, END_HEADERS | END_STREAM | 8, 1, &[200, 0]),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.3 PRIORITY of no stream",
                frame(PRIORITY, 0, 0, &[0, 0, 0, 3, 1]),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.3 PRIORITY has no effect",
                [frame(PRIORITY, 0, 1, &[0, 0, 0, 3, 1]), get(1, "/")].concat(),
                Page,
            ),
            ("6.4 RST_STREAM of no stream", number(RST_STREAM, 0, 8), Connection(PROTOCOL_ERROR)),
            (
                "6.6 a client pushes nothing",
                frame(PUSH_PROMISE, END_HEADERS, 1, &[0, 0, 0, 2]),
                Connection(PROTOCOL_ERROR),
            ),
            ("6.7 a PING is answered", frame(PING, 0, 0, b"12345678"), Pong),
            ("6.7 PING of a stream", frame(PING, 0, 1, b"12345678"), Connection(PROTOCOL_ERROR)),
            ("6.8 GOAWAY of a stream", frame(GOAWAY, 0, 1, &[0; 8]), Connection(PROTOCOL_ERROR)),
            (
                "6.9 a WINDOW_UPDATE of nothing for all",
                number(WINDOW_UPDATE, 0, 0),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.9 a WINDOW_UPDATE of nothing",
                [open(), number(WINDOW_UPDATE, 1, 0)].concat(),
                Stream(PROTOCOL_ERROR),
            ),
            (
                "6.9.1 a window beyond the largest for all",
                number(WINDOW_UPDATE, 0, 0x7fff_ffff),
                Connection(FLOW_CONTROL_ERROR),
            ),
            (
                "6.9.1 a window beyond the largest",
                [open(), number(WINDOW_UPDATE, 1, 0x7fff_ffff)].concat(),
                Stream(FLOW_CONTROL_ERROR),
            ),
            (
                "6.10 CONTINUATION behind the section's end",
                [open(), frame(CONTINUATION, END_HEADERS, 1, &[])].concat(),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.10 another frame within a section",
                [frame(HEADERS, 0, 1, &pseudo("GET", "/")), frame(DATA, 0, 1, b"x")].concat(),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.10 another stream's CONTINUATION",
                [frame(HEADERS, 0, 1, &pseudo("GET", "/")), frame(CONTINUATION, END_HEADERS, 3, &[])]
                    .concat(),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.10 a section in pieces",
                [
                    frame(HEADERS, END_STREAM, 1, &pseudo("GET", "/")[..10]),
                    frame(CONTINUATION, END_HEADERS, 1, &pseudo("GET", "/")[10..]),
                ]
                .concat(),
                Page,
            ),
            ("5.1 WINDOW_UPDATE on a closed stream", [closed(), number(WINDOW_UPDATE, 1, 1)].concat(), Page),
        ],
    );
}

#[test]
fn faults_that_are_called_by_a_wider_name() {
    let open = || post(1, "/echo");
    // RFC 9113 asks for FRAME_SIZE_ERROR, COMPRESSION_ERROR and STREAM_CLOSED; the crate that decodes frames says
    // PROTOCOL_ERROR, which ends the connection as well.
    check(
        &begun(),
        vec![
            (
                "6.4 RST_STREAM of three bytes",
                [open(), frame(RST_STREAM, 0, 1, &[0; 3])].concat(),
                Connection(PROTOCOL_ERROR),
            ),
            ("4.3 a section that cannot be decoded", headers(&[0x80]), Connection(PROTOCOL_ERROR)),
            (
                "5.1 DATA behind END_STREAM",
                [get(1, "/slow"), frame(DATA, END_STREAM, 1, b"x")].concat(),
                Connection(PROTOCOL_ERROR),
            ),
            ("6.5 SETTINGS of five bytes", frame(SETTINGS, 0, 0, &[0; 5]), Connection(PROTOCOL_ERROR)),
            (
                "6.5 SETTINGS with ACK and content",
                frame(SETTINGS, ACK, 0, &[0; 6]),
                Connection(PROTOCOL_ERROR),
            ),
            ("6.7 PING of six bytes", frame(PING, 0, 0, &[0; 6]), Connection(PROTOCOL_ERROR)),
            (
                "6.9 WINDOW_UPDATE of three bytes",
                frame(WINDOW_UPDATE, 0, 0, &[0; 3]),
                Connection(PROTOCOL_ERROR),
            ),
        ],
    );
}

#[test]
fn the_settings() {
    let known = |bytes: Vec<u8>| [PREFACE, &bytes].concat();
    check(
        &[],
        vec![
            ("3.4 no preface of ours but the right bytes", known(settings(3, 10)), Known),
            ("6.5 SETTINGS of a stream", known(frame(SETTINGS, 0, 1, &[])), Connection(PROTOCOL_ERROR)),
            ("6.5.2 ENABLE_PUSH is 0 or 1", known(settings(2, 2)), Connection(PROTOCOL_ERROR)),
            (
                "6.5.2 INITIAL_WINDOW_SIZE beyond the largest",
                known(settings(4, 0x8000_0000)),
                Connection(PROTOCOL_ERROR),
            ),
            ("6.5.2 MAX_FRAME_SIZE below the least", known(settings(5, 16_383)), Connection(PROTOCOL_ERROR)),
            (
                "6.5.2 MAX_FRAME_SIZE beyond the largest",
                known(settings(5, 16_777_216)),
                Connection(PROTOCOL_ERROR),
            ),
            ("6.5.2 an unknown setting is passed over", known(settings(0xff, 1)), Known),
            (
                "6.9.2 a new window holds for open streams",
                known([settings(4, 0), get(1, "/"), settings(4, 6)].concat()),
                Page,
            ),
        ],
    );
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
    let trailers = |section: &[u8], flags: u8| {
        [post(1, "/echo"), frame(HEADERS, END_HEADERS | flags, 1, section)].concat()
    };
    let sized = |len: &str, body: &[u8]| {
        let section = [pseudo("POST", "/echo"), field("content-length", len)].concat();
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
            ("8.1.1 a body shorter than it says", sized("2", b"x"), Stream(PROTOCOL_ERROR)),
            ("8.1.1 a body longer than it says", sized("1", b"xx"), Stream(PROTOCOL_ERROR)),
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
            (
                "8.5 CONNECT with a path",
                only(&[(":method", "CONNECT"), (":path", "/"), (":authority", "a:1")]),
                Stream(PROTOCOL_ERROR),
            ),
            ("8.2.1 a value with a line feed", with(&[("x", "a\nb")]), Stream(PROTOCOL_ERROR)),
            ("8.2.1 a value with a NUL", with(&[("x", "a\0b")]), Stream(PROTOCOL_ERROR)),
        ],
    );
}
