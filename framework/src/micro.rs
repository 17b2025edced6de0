//! Parts of the engine that nobody can name from outside, as `benches/micro` measures them: each alone.
//!
//! No part of the public interface, nor of a build without the feature `__micro`.

use std::time::SystemTime;

use http::{Method, Version};

use crate::h1::{
    self, BodyDecoder, BodyLength, ChunkHead, EncodeContext, Framing, HeadLimits, HeadParser, Persistence,
    RequestKind,
};
use crate::http::{RequestHead, Response};
use crate::routing::{self, Captures, Found};

/// Reads heads as a connection does: one parser, one buffer.
#[derive(Debug, Default)]
pub struct Heads {
    parser: HeadParser,
    limits: HeadLimits,
    head: RequestHead,
}

impl Heads {
    /// Reads one that is whole; its length, and how many field lines it has.
    pub fn parse(&mut self, input: &[u8]) -> Option<(usize, usize)> {
        let parsed = self.parser.parse(input, &self.limits, &mut self.head).ok()??;
        let fields = self.head.fields.len();
        self.head.clear();
        Some((parsed.len, fields))
    }
}

/// A routing table that is only known at run time.
#[derive(Clone, Copy, Debug)]
pub struct Table(&'static routing::Table);

impl Table {
    /// Makes the table of routes such as `GET|PUT /users/:id`; it is never freed.
    pub fn of(routes: &[&str]) -> Self {
        Self(routing::table_of(routes))
    }

    /// The index of the route that answers, and how many parameters its pattern took.
    ///
    /// # Errors
    ///
    /// The status of the refusal: 404 or 405.
    pub fn find(&self, method: &Method, path: &str) -> Result<(usize, usize), u16> {
        let mut captures = Captures::default();
        match self.0.find(method, path, &mut captures) {
            Found::Route(index) => Ok((index, captures.len())),
            Found::MethodNotAllowed => Err(405),
            Found::NotFound => Err(404),
        }
    }
}

/// Takes a chunked body apart; the bytes of content, where it is whole and nothing is wrong with it.
pub fn decode_chunked(body: &[u8]) -> Option<usize> {
    let mut decoder = BodyDecoder::new(Framing::Chunked);
    let (mut rest, mut len) = (body, 0);
    loop {
        let decoded = decoder.decode(rest).ok()?;
        len += decoded.content.len();
        if decoded.complete {
            return Some(len);
        }
        rest = rest.get(decoded.consumed..).filter(|rest| decoded.consumed > 0 && !rest.is_empty())?;
    }
}

/// Writes `data` as a chunk.
pub fn encode_chunk(data: &[u8], out: &mut Vec<u8>) {
    let Some(head) = ChunkHead::new(data.len()) else { return };
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(data);
    out.extend_from_slice(h1::CHUNK_END);
}

/// Writes the last chunk.
pub fn encode_last_chunk(out: &mut Vec<u8>) {
    h1::encode_last_chunk(out);
}

/// Writes the head of an answer to a GET on a connection that is kept.
pub fn encode_head(response: &Response, len: u64, date: &[u8; 29], out: &mut Vec<u8>) {
    let context = EncodeContext {
        version: Version::HTTP_11,
        kind: RequestKind::Other,
        persistence: Persistence::KeepAlive,
        date: &h1::DateLine::new(*date),
    };
    h1::encode_head(response, BodyLength::Known(len), &context, out);
}

/// Formats a value of the `Date` field.
pub fn format_date(time: SystemTime) -> [u8; 29] {
    h1::format_date(time)
}
