//! Message framing (RFC 9112 §6.3): where the body ends, and which of the bytes that come are its content.

#[cfg(any(test, feature = "__properties"))]
mod property;

use std::ops::Range;

use http::HeaderMap;

use super::ChunkError;
use super::chunked::ChunkedDecoder;

#[cfg(any(test, feature = "__properties"))]
pub use property::framing;
#[cfg(any(test, feature = "__properties"))]
pub(crate) use property::{Body, decode_cut};

/// How the end of a request's body is found.
///
/// RFC 9112 §6.3 for requests, in its order: `chunked` as the transfer coding ends the body with its last chunk
/// (3, 4); a valid Content-Length says how many bytes it has (6); otherwise there is none (7). A head with both, or
/// with either of them at fault, is refused before it comes to this (3, 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// No body: neither field is there, or Content-Length is zero.
    Empty,
    /// So many bytes, one at least.
    Sized(u64),
    /// Chunks up to the last chunk and the trailer section.
    Chunked,
}

/// What a decoder made of the start of its input.
///
/// The caller hands out `content`, drops `consumed` bytes and, while the body is not complete, calls again: at once
/// if anything was consumed and bytes are left, otherwise with more of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// Where in the input content lies; may be empty.
    pub(crate) content: Range<usize>,
    /// Bytes that are done with: framing and content. Never less than `content.end`.
    pub(crate) consumed: usize,
    /// Whether the body ends with the last byte consumed; what lies behind is the next request's.
    pub(crate) complete: bool,
}

/// Takes the framing off a body.
#[derive(Clone, Debug)]
pub(crate) struct BodyDecoder(Inner);

#[derive(Clone, Debug)]
enum Inner {
    /// Content that is still to come; zero is the end.
    Sized {
        remaining: u64,
    },
    Chunked(ChunkedDecoder),
}

impl BodyDecoder {
    /// A decoder for the first byte behind the head.
    pub(crate) fn new(framing: Framing) -> Self {
        Self(match framing {
            Framing::Empty => Inner::Sized { remaining: 0 },
            Framing::Sized(remaining) => Inner::Sized { remaining },
            Framing::Chunked => Inner::Chunked(ChunkedDecoder::default()),
        })
    }

    /// Finds the next run of content in `input`, which begins behind what was consumed before.
    ///
    /// Everything up to that run is consumed, and the framing behind it as far as it came, so that the end of a body
    /// is known with its last content. Nothing is consumed once the body is complete.
    ///
    /// # Errors
    ///
    /// A [`ChunkError`] at the first byte that the chunked coding does not have there; the connection is then done
    /// with. A body whose length is given cannot fail.
    pub(crate) fn decode(&mut self, input: &[u8]) -> Result<Decoded, ChunkError> {
        match &mut self.0 {
            Inner::Sized { remaining } => {
                let len =
                    usize::try_from(*remaining).map_or(input.len(), |remaining| remaining.min(input.len()));
                *remaining -= len as u64;
                Ok(Decoded { content: 0..len, consumed: len, complete: *remaining == 0 })
            }
            Inner::Chunked(decoder) => decoder.decode(input),
        }
    }

    /// Whether the body was read to its end.
    pub(crate) fn is_complete(&self) -> bool {
        match &self.0 {
            Inner::Sized { remaining } => *remaining == 0,
            Inner::Chunked(decoder) => decoder.is_complete(),
        }
    }

    /// The fields of the trailer section, once, where the body is complete and has any.
    pub(crate) fn take_trailers(&mut self) -> Option<Box<HeaderMap>> {
        match &mut self.0 {
            Inner::Sized { .. } => None,
            Inner::Chunked(decoder) => decoder.take_trailers(),
        }
    }

    /// Bytes of content still to come; `None` while only the last chunk will tell.
    pub(crate) fn remaining_len(&self) -> Option<u64> {
        match &self.0 {
            Inner::Sized { remaining } => Some(*remaining),
            Inner::Chunked(decoder) => decoder.is_complete().then_some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_body_is_complete_before_it_begins() {
        let mut body = BodyDecoder::new(Framing::Empty);
        assert!(body.is_complete());
        assert_eq!(body.remaining_len(), Some(0));
        assert_eq!(body.decode(b"GET /"), Ok(Decoded { content: 0..0, consumed: 0, complete: true }));
    }

    #[test]
    fn a_sized_body_ends_where_it_says() {
        for cut in 0..=5 {
            let mut body = BodyDecoder::new(Framing::Sized(5));
            let first = body.decode(&b"helloGET /"[..cut]).unwrap();
            assert_eq!(first, Decoded { content: 0..cut, consumed: cut, complete: cut == 5 });
            assert_eq!(body.remaining_len(), Some(5 - cut as u64));
            assert_eq!(body.is_complete(), cut == 5);
            let rest = body.decode(&b"helloGET /"[cut..]).unwrap();
            assert_eq!(rest, Decoded { content: 0..5 - cut, consumed: 5 - cut, complete: true });
        }
    }

    #[test]
    fn the_largest_length_is_counted_down_and_not_reserved() {
        let mut body = BodyDecoder::new(Framing::Sized(u64::MAX));
        assert_eq!(body.decode(b"hello"), Ok(Decoded { content: 0..5, consumed: 5, complete: false }));
        assert_eq!(body.remaining_len(), Some(u64::MAX - 5));
    }

    #[test]
    fn a_chunked_body_knows_its_length_at_its_end_only() {
        let mut body = BodyDecoder::new(Framing::Chunked);
        assert_eq!((body.is_complete(), body.remaining_len()), (false, None));
        let decoded = body.decode(b"5\r\nhello\r\n0\r\n\r\nGET /").unwrap();
        assert_eq!(decoded, Decoded { content: 3..8, consumed: 15, complete: true });
        assert_eq!((body.is_complete(), body.remaining_len()), (true, Some(0)));
        assert_eq!(body.decode(b"GET /"), Ok(Decoded { content: 0..0, consumed: 0, complete: true }));
    }

    #[test]
    fn trailers_are_there_at_the_end_once_and_wherever_it_is_cut() {
        let coding = b"2\r\nhi\r\n0\r\nChecksum: \t7 \r\nempty:\r\nchecksum:a:b\r\n\r\nGET /";
        for cut in 0..coding.len() {
            let mut body = BodyDecoder::new(Framing::Chunked);
            for mut piece in [&coding[..cut], &coding[cut..]] {
                while !piece.is_empty() && !body.is_complete() {
                    assert_eq!(body.take_trailers(), None);
                    let consumed = body.decode(piece).unwrap().consumed;
                    piece = &piece[consumed..];
                }
            }
            let trailers = body.take_trailers().unwrap();
            let found: Vec<_> =
                trailers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
            assert_eq!(
                found,
                [("checksum", &b"7"[..]), ("checksum", b"a:b"), ("empty", b"")],
                "cut at {cut}"
            );
            assert_eq!(body.take_trailers(), None);
        }
    }
}
