//! Any bytes behind the preface of HTTP/2: the connection ends, and what it has written until then are frames in an
//! order that a server may send them in (RFC 9113 §4.1, §5.1), no more of them than the input can account for.
//!
//! Which of its streams are answered depends on the pieces that the input comes in, so that is not compared.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::pipe::{Pipe, ServerEnd};
use super::{MAX_INPUT, limits, serve_over};
use crate::__properties::Random;
use crate::net::http2::PREFACE;
use crate::net::{Limits, Transport};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;

/// The largest frame that a client takes which has not said otherwise.
const MAX_FRAME: usize = 16_384;

/// Holds where a client that sends the preface and `input` is served to an end, and sent nothing but frames in order.
///
/// # Panics
///
/// Where it does not hold.
pub fn http2(input: &[u8]) {
    let input = input.get(..MAX_INPUT).unwrap_or(input);
    let sent = [PREFACE, input].concat();
    let limits = Arc::new(limits());
    let mut random = Random::of(input);
    let several = (0..4).map(|_| random.below(sent.len() + 1)).collect();
    for (pieces, cuts) in
        [("one piece", vec![]), ("five pieces", several), ("bytes", (0..sent.len()).collect())]
    {
        let received = serve(Pipe::new(&sent, cuts, random.fork()), &limits);
        if let Err(fault) = check(&received, input) {
            let (sent, received) = (input.escape_ascii(), received.escape_ascii());
            panic!("{fault}\nsent in {pieces}: {sent}\nreceived: {received}");
        }
    }
}

/// How long a client stays for its answers.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs the real connection to its end; gives all that it wrote.
fn serve(pipe: Pipe<'_>, limits: &Arc<Limits>) -> Vec<u8> {
    let mut received = Vec::new();
    serve_over(Staying { end: pipe.into(&mut received), patience: None }, limits);
    received
}

/// The server's end, where the client's closes after a while: an end of HTTP/2 is one of all its streams.
struct Staying<'a> {
    end: ServerEnd<'a>,
    patience: Option<Pin<Box<Sleep>>>,
}

impl AsyncRead for Staying<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.end.has_unread() {
            ready!(self.patience.get_or_insert_with(|| Box::pin(sleep(PATIENCE))).as_mut().poll(context));
        }
        Pin::new(&mut self.end).poll_read(context, buffer)
    }
}

impl AsyncWrite for Staying<'_> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.end).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_shutdown(context)
    }
}

impl Transport for Staying<'_> {
    fn reset_on_close(&mut self) {}

    fn has_unread(&self) -> bool {
        self.end.has_unread()
    }
}

/// One frame.
#[derive(Debug)]
struct Frame<'a> {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: &'a [u8],
}

/// Takes the frame at the start of `bytes`; `None` where it is not whole.
fn take_frame<'a>(bytes: &mut &'a [u8]) -> Option<Frame<'a>> {
    let (&[a, b, c, kind, flags, w, x, y, z], rest) = bytes.split_first_chunk()?;
    let len = u32::from_be_bytes([0, a, b, c]) as usize;
    let (payload, rest) = rest.split_at_checked(len)?;
    *bytes = rest;
    Some(Frame { kind, flags, stream: u32::from_be_bytes([w, x, y, z]), payload })
}

/// How far the server is with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Begun,
    Over,
}

/// Compares what was received with what a server may send to a client that has sent this.
fn check(received: &[u8], input: &[u8]) -> Result<(), String> {
    // A head of a dozen bytes is answered with a few hundred.
    let most = 4096 + 64 * input.len();
    if received.len() > most {
        return Err(format!("{} bytes for {}", received.len(), input.len()));
    }
    let (mut rest, mut streams, mut number) = (received, BTreeMap::new(), 0);
    while let Some(frame) = take_frame(&mut rest) {
        let fault = |what: &str| Err(format!("frame {number}: {what}: {frame:?}"));
        if frame.payload.len() > MAX_FRAME && !raises_max_frame(input) {
            return fault("it is too long");
        }
        if (number == 0) != (frame.kind == SETTINGS && frame.flags & ACK == 0) {
            return fault("settings come first, and once");
        }
        let is_of_connection = frame.stream == 0;
        let is_in_place = match frame.kind {
            SETTINGS | PING | GOAWAY => is_of_connection,
            WINDOW_UPDATE => frame.payload.len() == 4,
            // A stream that no client may open is reset as well, by its number.
            RST_STREAM => !is_of_connection,
            HEADERS | DATA | CONTINUATION => frame.stream % 2 == 1,
            _ => false,
        };
        if !is_in_place {
            return fault("it is out of place");
        }
        let state = streams.get(&frame.stream).copied();
        match (frame.kind, state) {
            (HEADERS | DATA | CONTINUATION, Some(Answer::Over)) => return fault("its stream is over"),
            (DATA | CONTINUATION, None) => return fault("no answer was begun"),
            (HEADERS | DATA, _) => {
                let is_over = frame.flags & END_STREAM != 0;
                streams.insert(frame.stream, if is_over { Answer::Over } else { Answer::Begun });
            }
            (RST_STREAM, _) => {
                streams.insert(frame.stream, Answer::Over);
            }
            _ => {}
        }
        number += 1;
    }
    if rest.is_empty() { Ok(()) } else { Err(format!("a frame breaks off: {}", rest.escape_ascii())) }
}

/// Whether the client may have said that it takes longer frames.
fn raises_max_frame(input: &[u8]) -> bool {
    // SETTINGS_MAX_FRAME_SIZE
    input.windows(2).any(|name| name == [0, 5])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::__properties::replay;

    fn encode(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let len = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&len[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
    }

    /// A frame, or something like it.
    fn frame() -> impl Strategy<Value = Vec<u8>> {
        let payload = prop_oneof![
            // GET and POST of `/`, `http`, from the static table.
            3 => Just(vec![0x82, 0x84, 0x86, 0x41, 1, b'a']),
            2 => "[elutsnmp]".prop_map(|path| [&[0x83, 0x86, 0x41, 1, b'a', 0x04, 2, b'/'], path.as_bytes()].concat()),
            2 => Just(vec![]),
            1 => prop::collection::vec(any::<u8>(), 0..20),
            1 => prop::collection::vec(0_u8..9, 4..9),
        ];
        let kind = prop::sample::select(vec![0, 0, 1, 1, 1, 1, 2, 3, 4, 6, 7, 8, 9, 10]);
        let flags = prop::sample::select(vec![0, 1, 4, 4, 5, 5, 0x25, 0x0d]);
        let stream = prop::sample::select(vec![0, 1, 1, 1, 3, 3, 5, 2, 7]);
        (kind, flags, stream, payload)
            .prop_map(|(kind, flags, stream, payload)| encode(kind, flags, stream, &payload))
    }

    proptest! {
        #[test]
        fn any_frames_are_served_to_an_end(frames in prop::collection::vec(frame(), 0..12), has_settings: bool) {
            let settings = if has_settings { encode(4, 0, 0, &[]) } else { vec![] };
            http2(&[settings, frames.concat()].concat());
        }

        #[test]
        fn any_bytes_are(input: Vec<u8>) {
            http2(&input);
        }
    }

    #[test]
    fn a_request_is_answered() {
        let input = [encode(4, 0, 0, &[]), encode(1, 5, 1, &[0x82, 0x84, 0x86, 0x41, 1, b'a'])].concat();
        let sent = [PREFACE, &input].concat();
        let received = serve(Pipe::new(&sent, vec![], Random::of(b"")), &Arc::new(limits()));
        assert_eq!(check(&received, &input), Ok(()));
        let mut rest = received.as_slice();
        let frames = std::iter::from_fn(|| take_frame(&mut rest));
        let kinds: Vec<_> = frames.filter(|frame| frame.stream == 1).map(|frame| frame.kind).collect();
        assert_eq!(kinds, [HEADERS, DATA]);
    }

    #[test]
    fn the_fuzzers_frames_are() {
        replay("http2", http2);
    }
}
