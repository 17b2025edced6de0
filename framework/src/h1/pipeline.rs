//! A whole connection as its requests, without I/O: heads and bodies in one run of bytes.
//!
//! This is how the parts of `h1` belong together; `net` does the same with a socket between. Tests and properties read
//! with it what a connection must have seen.

use http::{Method, Version};

use super::{BodyDecoder, Expect, Framing, HeadError, HeadLimits, HeadParser, ParsedHead};
use crate::http::RequestHead;

/// A request that was read, or the beginning of one whose head is whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) path: String,
    pub(crate) version: Version,
    pub(crate) framing: Framing,
    pub(crate) expect: Expect,
    pub(crate) persists: bool,
    pub(crate) content: Vec<u8>,
    pub(crate) body: BodyEnd,
}

/// How far a body came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyEnd {
    Whole,
    /// The input ends before it.
    Missing,
    /// Its framing is at fault.
    Broken,
}

/// All that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Read {
    pub(crate) requests: Vec<Asked>,
    /// What is wrong with the head behind them; `None` where there is none, or not all of it.
    pub(crate) refused: Option<HeadError>,
    /// Bytes of the requests and their bodies.
    pub(crate) len: usize,
}

/// Reads requests up to the first that ends the connection, is at fault or is not whole; `input` comes in the pieces
/// that `cuts` make.
pub(crate) fn read_pipeline(input: &[u8], cuts: &[usize], limits: &HeadLimits) -> Read {
    let mut pipeline = Pipeline::default();
    for end in cuts.iter().copied().chain([input.len()]) {
        while pipeline.step(input.get(pipeline.read.len..end).unwrap_or_default(), limits) {}
    }
    pipeline.read
}

#[derive(Default)]
struct Pipeline {
    parser: HeadParser,
    head: RequestHead,
    /// The decoder of the last request's body, until that ended.
    body: Option<BodyDecoder>,
    read: Read,
    ended: bool,
}

impl Pipeline {
    /// Reads on in what was not consumed yet; `false` where nothing more can be read of it.
    fn step(&mut self, rest: &[u8], limits: &HeadLimits) -> bool {
        match (self.ended, self.read.requests.last_mut().zip(self.body.as_mut())) {
            (true, _) => false,
            (false, Some((asked, decoder))) => {
                let consumed = read_body(asked, decoder, rest);
                self.read.len += consumed;
                if asked.body == BodyEnd::Missing {
                    return consumed > 0;
                }
                self.ended =
                    asked.body == BodyEnd::Broken || !asked.persists || asked.method == Method::CONNECT;
                self.body = None;
                true
            }
            (false, None) => match self.parser.parse(rest, limits, &mut self.head) {
                Ok(None) => false,
                Ok(Some(parsed)) => {
                    self.read.len += parsed.len;
                    self.read.requests.push(Asked::new(&parsed, &self.head));
                    self.head.clear();
                    self.body = Some(BodyDecoder::new(parsed.framing));
                    true
                }
                Err(error) => {
                    self.read.refused = Some(error);
                    self.ended = true;
                    false
                }
            },
        }
    }
}

/// Reads on in a body; gives how many bytes that took.
fn read_body(asked: &mut Asked, decoder: &mut BodyDecoder, rest: &[u8]) -> usize {
    let Ok(decoded) = decoder.decode(rest) else {
        asked.body = BodyEnd::Broken;
        return 0;
    };
    asked.content.extend_from_slice(rest.get(decoded.content).unwrap_or_default());
    if decoded.complete {
        asked.body = BodyEnd::Whole;
    }
    decoded.consumed
}

impl Asked {
    fn new(parsed: &ParsedHead, head: &RequestHead) -> Self {
        Self {
            method: head.method.clone(),
            target: head.text(head.target).to_owned(),
            path: head.path_text().to_owned(),
            version: parsed.version,
            framing: parsed.framing,
            expect: parsed.expect,
            persists: parsed.persists(),
            content: Vec::new(),
            body: BodyEnd::Missing,
        }
    }
}
