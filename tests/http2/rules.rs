//! What RFC 9113 asks of a server, row by row: bytes in, and the frame that answers them. Its frames and their place are
//! here; what they carry is in `heads`.

use fingerpost_tests::App;

use super::frames::{
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, Frame, GOAWAY,
    HEADERS, PADDED, PING, PREFACE, PRIORITIZED, PRIORITY, PROTOCOL_ERROR, PUSH_PROMISE, RST_STREAM,
    SETTINGS, STREAM_CLOSED, WINDOW_UPDATE, Wire, check_serves, field, frame, get, number, post, pseudo,
};
use super::programs::start;

/// What answers a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
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

fn settings(id: u16, value: u32) -> Vec<u8> {
    frame(SETTINGS, 0, 0, &[&id.to_be_bytes()[..], &value.to_be_bytes()].concat())
}

pub(super) type Row = (&'static str, Vec<u8>, Answer);

#[track_caller]
pub(super) fn check(begin: &[u8], rows: Vec<Row>) {
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

pub(super) fn begun() -> Vec<u8> {
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
                    END_HEADERS | END_STREAM | PRIORITIZED,
                    1,
                    &[&[0, 0, 0, 1, 1], &pseudo("GET", "/")[..]].concat(),
                ),
                Stream(PROTOCOL_ERROR),
            ),
            ("6.1 DATA of no stream", [open(), frame(DATA, 0, 0, b"x")].concat(), Connection(PROTOCOL_ERROR)),
            (
                "6.1 padding as long as the frame",
                [open(), frame(DATA, PADDED, 1, &[5, 0, 0, 0])].concat(),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.2 HEADERS of no stream",
                frame(HEADERS, END_HEADERS | END_STREAM, 0, &pseudo("GET", "/")),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.2 padding as long as the section",
                frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, &[200, 0]),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.1 padding without its length",
                [open(), frame(DATA, PADDED, 1, &[])].concat(),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.2 padding and priority",
                frame(
                    HEADERS,
                    END_HEADERS | END_STREAM | PADDED | PRIORITIZED,
                    1,
                    &[&[3, 0, 0, 0, 0, 16], &pseudo("GET", "/")[..], &[0; 3]].concat(),
                ),
                Page,
            ),
            (
                "6.2 padding that eats the priority",
                frame(HEADERS, END_HEADERS | END_STREAM | PADDED | PRIORITIZED, 1, &[4, 0, 0, 0, 0, 16]),
                Connection(PROTOCOL_ERROR),
            ),
            (
                "6.2 priority of two bytes",
                frame(HEADERS, END_HEADERS | END_STREAM | PRIORITIZED, 1, &[0, 0]),
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
fn lengths_that_no_such_frame_has() {
    let rows = |(kind, flags, stream, lens): (u8, u8, u32, &'static [usize])| {
        lens.iter().map(move |&len| {
            let bytes = [post(1, "/echo"), frame(kind, flags, stream, &vec![0; len])].concat();
            ("6 a length", bytes, Connection(FRAME_SIZE_ERROR))
        })
    };
    let lens: [(u8, u8, u32, &[usize]); 11] = [
        (DATA, 0, 1, &[16_385]),
        (HEADERS, END_HEADERS, 3, &[16_385]),
        (PRIORITY, 0, 1, &[4, 6]),
        (RST_STREAM, 0, 1, &[0, 3, 5]),
        (SETTINGS, 0, 0, &[3, 5, 7, 16_386]),
        (SETTINGS, ACK, 0, &[1, 6]),
        (PING, 0, 0, &[0, 6, 9]),
        (GOAWAY, 0, 0, &[0, 4, 7]),
        (WINDOW_UPDATE, 0, 0, &[0, 3, 5]),
        (WINDOW_UPDATE, 0, 1, &[3]),
        (0x16, 0, 0, &[16_385]),
    ];
    check(&begun(), lens.into_iter().flat_map(rows).collect());
}

#[test]
fn the_states_of_a_stream() {
    let left = || [post(1, "/slow"), number(RST_STREAM, 1, 8)].concat();
    let ended = || get(1, "/slow");
    let ping = || frame(PING, 0, 0, b"12345678");
    let priority = || frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 16]);
    check(
        &begun(),
        vec![
            ("5.1 PRIORITY on an idle stream", [priority(), ping()].concat(), Pong),
            (
                "5.1 DATA behind END_STREAM",
                [ended(), frame(DATA, END_STREAM, 1, b"x")].concat(),
                Stream(STREAM_CLOSED),
            ),
            ("5.1 HEADERS behind END_STREAM", [ended(), ended()].concat(), Stream(STREAM_CLOSED)),
            (
                "8.1 DATA behind trailers",
                [
                    post(1, "/slow"),
                    frame(HEADERS, END_HEADERS | END_STREAM, 1, &field("x", "y")),
                    frame(DATA, END_STREAM, 1, b"x"),
                ]
                .concat(),
                Stream(STREAM_CLOSED),
            ),
            ("5.1 RST_STREAM behind END_STREAM", [ended(), number(RST_STREAM, 1, 8), ping()].concat(), Pong),
            ("5.1 PRIORITY behind END_STREAM", [get(1, "/"), priority()].concat(), Page),
            ("5.1 DATA behind RST_STREAM", [left(), frame(DATA, 0, 1, b"x")].concat(), Stream(STREAM_CLOSED)),
            ("5.1 HEADERS behind RST_STREAM", [left(), get(1, "/")].concat(), Connection(PROTOCOL_ERROR)),
            ("5.1 PRIORITY behind RST_STREAM", [left(), priority(), ping()].concat(), Pong),
            ("5.1 RST_STREAM behind RST_STREAM", [left(), number(RST_STREAM, 1, 8), ping()].concat(), Pong),
            (
                "5.1 WINDOW_UPDATE behind RST_STREAM",
                [left(), number(WINDOW_UPDATE, 1, 9), ping()].concat(),
                Pong,
            ),
            (
                "5.1.1 DATA on a stream that was passed over",
                [get(3, "/slow"), frame(DATA, END_STREAM, 1, b"x")].concat(),
                Stream(STREAM_CLOSED),
            ),
            (
                "6.8 a request that GOAWAY is behind",
                [get(1, "/"), frame(GOAWAY, 0, 0, &[0; 8])].concat(),
                Page,
            ),
            (
                "7 an unknown error code",
                [post(1, "/slow"), number(RST_STREAM, 1, 0xff), ping()].concat(),
                Pong,
            ),
        ],
    );
}

#[test]
fn nothing_but_its_own_frames_is_within_a_section() {
    let begin = || frame(HEADERS, END_STREAM, 1, &pseudo("GET", "/"));
    let others = [
        frame(DATA, 0, 1, b"x"),
        get(3, "/"),
        frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 16]),
        number(RST_STREAM, 1, 8),
        frame(SETTINGS, 0, 0, &[]),
        frame(PING, 0, 0, b"12345678"),
        number(WINDOW_UPDATE, 0, 1),
        frame(0x16, 0, 0, b"x"),
        frame(CONTINUATION, END_HEADERS, 3, &[]),
        frame(CONTINUATION, END_HEADERS, 0, &[]),
    ];
    let row = |other: Vec<u8>| {
        let bytes = [begin(), other, frame(CONTINUATION, END_HEADERS, 1, &[])].concat();
        ("6.10 another frame", bytes, Connection(PROTOCOL_ERROR))
    };
    check(&begun(), others.into_iter().map(row).collect());
}

#[test]
fn the_settings() {
    let known = |bytes: Vec<u8>| [PREFACE, &bytes].concat();
    check(
        &[],
        vec![
            ("3.4 no preface of ours but the right bytes", known(settings(3, 10)), Known),
            (
                "3.4 no SETTINGS behind the preface",
                known(frame(PING, 0, 0, &[0; 8])),
                Connection(PROTOCOL_ERROR),
            ),
            ("3.4 a request before SETTINGS", known(get(1, "/")), Connection(PROTOCOL_ERROR)),
            (
                "3.4 ACK of nothing for SETTINGS",
                known(frame(SETTINGS, ACK, 0, &[])),
                Connection(PROTOCOL_ERROR),
            ),
            ("6.5 SETTINGS of a stream", known(frame(SETTINGS, 0, 1, &[])), Connection(PROTOCOL_ERROR)),
            ("6.5.2 ENABLE_PUSH is 0 or 1", known(settings(2, 2)), Connection(PROTOCOL_ERROR)),
            (
                "6.5.2 INITIAL_WINDOW_SIZE beyond the largest",
                known(settings(4, 0x8000_0000)),
                Connection(FLOW_CONTROL_ERROR),
            ),
            ("6.5.2 MAX_FRAME_SIZE below the least", known(settings(5, 16_383)), Connection(PROTOCOL_ERROR)),
            (
                "6.5.2 MAX_FRAME_SIZE beyond the largest",
                known(settings(5, 16_777_216)),
                Connection(PROTOCOL_ERROR),
            ),
            ("6.5.2 an unknown setting is passed over", known(settings(0xff, 1)), Known),
            (
                "6.9.2 a new window is too large for an open stream",
                known(
                    [settings(4, 0), post(1, "/slow"), number(WINDOW_UPDATE, 1, 0x7fff_ffff), settings(4, 1)]
                        .concat(),
                ),
                Connection(FLOW_CONTROL_ERROR),
            ),
            (
                "6.9.2 a new window holds for open streams",
                known([settings(4, 0), get(1, "/"), settings(4, 6)].concat()),
                Page,
            ),
        ],
    );
}
