//! Any bytes as a whole connection: the real task answers the requests that the machines of `h1` read, and no others.
//!
//! The bytes come in pieces, with and without a pause between them, and the answers are taken in pieces. Whatever
//! those are: each request has one answer, in order and with its own content; what could not be read has one refusal;
//! nothing stands behind the answer that closes. The answers are read by a reader that shares nothing with `h1`.

mod app;
#[cfg(feature = "http2")]
mod http2;
mod pipe;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::{Method, Version};
use tokio::runtime::{Builder, Runtime};

use self::app::{Echo, Shape};
#[cfg(feature = "http2")]
pub use self::http2::http2;
use self::pipe::Pipe;
use super::super::{Application, Drain, Limits, Peer, Place, Transport, serve_connection};
use crate::__properties::{Answer, Random, cuts, read_answer};
use crate::config::Settings;
use crate::h1::{Asked, BodyEnd, Expect, Framing, Read, RequestKind, read_pipeline};
use crate::observe::{Counts, StatusClasses};

/// Longer inputs would only be slower.
const MAX_INPUT: usize = 16 * 1024;
/// Bytes of a body that a short input can pass.
const MAX_BODY: u64 = 48;

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O asks nothing of the system");
}

/// Holds where `input`, as all that a client sends, is read as the same requests in all pieces, and is answered so.
///
/// # Panics
///
/// Where it does not hold.
pub fn connection(input: &[u8]) {
    let input = input.get(..MAX_INPUT).unwrap_or(input);
    let limits = first_version();
    let byte_by_byte: Vec<usize> = (0..input.len()).collect();
    let read = read_pipeline(input, &byte_by_byte, &limits.head);
    for cuts in cuts(input).into_iter().chain([vec![]]) {
        let other = read_pipeline(input, &cuts, &limits.head);
        assert_eq!(comparable(other), comparable(read.clone()), "cut at {cuts:?}");
    }
    let limits = Arc::new(limits);
    let mut random = Random::of(input);
    let several = (0..4).map(|_| random.below(input.len() + 1)).collect();
    for (pieces, cuts) in [("one piece", vec![]), ("five pieces", several), ("bytes", byte_by_byte)] {
        let (received, counts) = serve(Pipe::new(input, cuts, random.fork()), &limits);
        let answered = check(&read, &received);
        if let Err(fault) = answered.and_then(|answered| check_counts(answered, &received, &counts)) {
            let (sent, received) = (input.escape_ascii(), received.escape_ascii());
            panic!("{fault}\nsent in {pieces}: {sent}\nreceived: {received}");
        }
    }
}

/// Those of a server that takes the preface of HTTP/2 for a request like others.
fn first_version() -> Limits {
    #[cfg_attr(not(feature = "http2"), expect(unused_mut, reason = "there is but one version"))]
    let mut limits = limits();
    #[cfg(feature = "http2")]
    {
        limits.http2.enabled = false;
    }
    limits
}

fn limits() -> Limits {
    let mut limits = Limits::of(&Settings { max_body: MAX_BODY, ..Settings::default() });
    limits.head.max_target = 64;
    limits.head.max_head = 400;
    limits.head.max_fields = 8;
    limits
}

/// What must not depend on the pieces: how much of a broken body is seen then the fault does.
fn comparable(mut read: Read) -> Read {
    if let Some(asked) = read.requests.last_mut().filter(|asked| asked.body == BodyEnd::Broken) {
        asked.content.clear();
        read.len = 0;
    }
    read
}

/// Runs the real connection to its end; gives all that it wrote, and what it counted.
fn serve(pipe: Pipe<'_>, limits: &Arc<Limits>) -> (Vec<u8>, Counts) {
    let mut received = Vec::new();
    let counts = serve_over(pipe.into(&mut received), limits);
    (received, counts)
}

/// The same over any transport.
fn serve_over(io: impl Transport, limits: &Arc<Limits>) -> Counts {
    let drain = Arc::new(Drain::default());
    let (app, place) = (Arc::new(Echo), Place::new(Arc::clone(&drain)));
    let witness = app.witness();
    let counters = witness.counters().clone();
    let served = serve_connection(io, Peer::default(), app, Arc::clone(limits), place, witness);
    RUNTIME.with(|runtime| runtime.block_on(served));
    assert_eq!((drain.connections(), drain.busy()), (0, 0), "the connection is counted as ended");
    counters.read()
}

/// What was answered.
#[derive(Clone, Copy, Debug, Default)]
struct Answered {
    requests: u64,
    refusals: u64,
    /// Whether one of the requests has a body whose framing is at fault, which not every answer is kept waiting for.
    broken: bool,
}

/// Compares what the connection counted with what it did.
fn check_counts(answered: Answered, received: &[u8], counts: &Counts) -> Result<(), String> {
    let Answered { requests, refusals, broken } = answered;
    let StatusClasses { informational, success, redirection, client_error, server_error } = counts.responses;
    let responses = informational + success + redirection + client_error + server_error;
    let agrees = (counts.requests, responses, counts.bytes_out)
        == (requests, requests + refusals, received.len() as u64)
        && (refusals..=refusals + u64::from(broken)).contains(&counts.protocol_errors);
    if agrees { Ok(()) } else { Err(format!("{answered:?} was counted as {counts:?}")) }
}

/// Whether another answer may stand behind an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    Must,
    /// The pieces decide: a body that nobody took and that was not all there costs the connection.
    May,
    MustNot,
}

/// Compares the answers with what was read.
fn check(read: &Read, received: &[u8]) -> Result<Answered, String> {
    let mut rest = received;
    let mut answered = Answered::default();
    for (number, asked) in read.requests.iter().enumerate() {
        let fault = |what: String| format!("answer {number}, to {asked:?}: {what}");
        let answer = next_answer(&mut rest, asked).map_err(fault)?;
        compare(&answer, asked).map_err(fault)?;
        answered.requests += 1;
        answered.broken |= asked.body == BodyEnd::Broken;
        let then = behind(asked);
        let is_last = read.requests.len() == number + 1 && read.refused.is_none();
        match (rest.is_empty(), then) {
            (true, Behind::MustNot) => return Ok(answered),
            (true, Behind::Must | Behind::May) if is_last => return Ok(answered),
            (true, Behind::May) if answer.closes() => return Ok(answered),
            (false, Behind::Must | Behind::May) if !is_last && !answer.closes() => {}
            (ends, _) => {
                return Err(fault(format!(
                    "{then:?} one follow, nothing does: {ends}, closing: {}",
                    answer.closes()
                )));
            }
        }
    }
    let refusal = read_answer(rest, RequestKind::Other)?;
    match (read.refused, refusal) {
        (None, None) if rest.is_empty() => Ok(answered),
        (Some(error), Some(answer)) => {
            let is_due = answer.status == error.status() && answer.closes() && answer.len == rest.len();
            answered.refusals = 1;
            if is_due { Ok(answered) } else { Err(format!("{error:?} was answered {answer:?}")) }
        }
        (due, found) => Err(format!("{found:?} where {due:?} was to be answered, and nothing else")),
    }
}

/// Reads the final answer to a request, and an interim one in front of it where that was asked for.
fn next_answer(rest: &mut &[u8], asked: &Asked) -> Result<Answer, String> {
    let kind = match asked.method {
        Method::HEAD => RequestKind::Head,
        Method::CONNECT => RequestKind::Connect,
        _ => RequestKind::Other,
    };
    let mut interim = asked.expect == Expect::Continue;
    loop {
        let answer = read_answer(rest, kind)?.ok_or("there is none, or not its head")?;
        *rest = rest.get(answer.len..).unwrap_or_default();
        match answer.status {
            100 if std::mem::take(&mut interim) => {}
            ..200 => return Err(format!("an interim answer that nobody asked for: {answer:?}")),
            _ => return Ok(answer),
        }
    }
}

/// Compares an answer with the one that is due.
fn compare(answer: &Answer, asked: &Asked) -> Result<(), String> {
    let shape = Shape::of(asked);
    let refused_unread = is_refused_unread(asked);
    let may_break = shape == Shape::Through && !is_whole(asked) && !refused_unread;
    if !answer.is_whole && !may_break {
        return Err(format!("it breaks off: {answer:?}"));
    }
    let due: &[u16] = match shape {
        _ if is_of_https(asked) => &[421],
        _ if asked.expect == Expect::Other => &[417],
        _ if is_too_long(asked) => &[413],
        Shape::Panic => &[500],
        Shape::NoContent => &[204],
        Shape::NotModified => &[304],
        Shape::Echo | Shape::Late => match asked.body {
            BodyEnd::Whole if is_whole(asked) => &[200],
            BodyEnd::Whole => &[413],
            // A body that is at fault twice is refused for what is seen first.
            BodyEnd::Broken | BodyEnd::Missing if asked.content.len() as u64 > MAX_BODY => &[400, 413],
            BodyEnd::Broken | BodyEnd::Missing => &[400],
        },
        Shape::Unread | Shape::Stream | Shape::Through => &[200],
    };
    if !due.contains(&answer.status) {
        return Err(format!("{} in place of {due:?}", answer.status));
    }
    if answer.status != 200 || matches!(asked.method, Method::HEAD | Method::CONNECT) {
        return Ok(());
    }
    let due = shape.content(asked);
    let agrees = if is_whole(asked) {
        answer.content == due
    } else {
        shape != Shape::Through || due.starts_with(&answer.content)
    };
    if agrees {
        Ok(())
    } else {
        Err(format!("{} in place of {}", answer.content.escape_ascii(), due.escape_ascii()))
    }
}

/// Whether another answer may stand behind the one to this request.
fn behind(asked: &Asked) -> Behind {
    let shape = Shape::of(asked);
    // Where an HTTP/1.0 client is sent what has no length, the end of the connection is its end.
    let ends_with_close =
        shape == Shape::Stream && asked.version == Version::HTTP_10 && asked.method != Method::HEAD;
    let is_over = !asked.persists || asked.method == Method::CONNECT || ends_with_close;
    if is_over || is_refused_unread(asked) || asked.body != BodyEnd::Whole {
        return Behind::MustNot;
    }
    match shape {
        Shape::Echo | Shape::Late => after_reading(asked),
        Shape::Through if asked.method != Method::HEAD => after_reading(asked),
        // HEAD is answered without a look at the body that the answer would be made of: a body that is too long for the
        // handler is so for nobody.
        Shape::Through
        | Shape::Unread
        | Shape::Stream
        | Shape::NoContent
        | Shape::NotModified
        | Shape::Panic => {
            // A client that waits may send the body or not, and of chunks nobody knows how many there are.
            let is_open = asked.expect == Expect::Continue || asked.framing == Framing::Chunked;
            if is_open { Behind::May } else { Behind::Must }
        }
    }
}

/// The same behind an answer that is made of the body.
fn after_reading(asked: &Asked) -> Behind {
    if is_whole(asked) { Behind::Must } else { Behind::MustNot }
}

/// Whether its head alone refuses it, whatever the handler would do.
fn is_refused_unread(asked: &Asked) -> bool {
    is_of_https(asked) || asked.expect == Expect::Other || is_too_long(asked)
}

/// Whether it asks for what is not to be had over a connection in the clear (RFC 9110 §7.4).
fn is_of_https(asked: &Asked) -> bool {
    asked.target.as_bytes().get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"https://"))
}

/// Whether its length alone refuses it.
fn is_too_long(asked: &Asked) -> bool {
    matches!(asked.framing, Framing::Sized(len) if len > MAX_BODY)
}

/// Whether a handler can have all of its body.
fn is_whole(asked: &Asked) -> bool {
    asked.body == BodyEnd::Whole && asked.content.len() as u64 <= MAX_BODY
}
