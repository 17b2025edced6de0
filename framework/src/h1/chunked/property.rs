//! Any bytes as a chunked body, and as content that is sent in chunks.

use super::{encode_chunk, encode_last_chunk};
use crate::__properties::{Random, cuts, read_chunked};
use crate::h1::Framing::Chunked;
use crate::h1::framing::{Body, decode_cut};

/// What a pipelining client sends behind a body.
const BEHIND: &[u8] = b"GET / HTTP/1.1\r\n";

/// Holds where `input`, as a chunked body, is read the same in all pieces and as another reader reads it, and where
/// `input`, as content, comes back out of chunks of any size with nothing of what stands behind them.
///
/// # Panics
///
/// Where it does not hold.
pub fn chunked(input: &[u8]) {
    let whole = decode_cut(Chunked, input, &[]);
    for cuts in cuts(input) {
        assert_eq!(decode_cut(Chunked, input, &cuts), whole, "cut at {cuts:?}");
    }
    if let Ok(body) = whole {
        let len = body.complete.then_some(body.len);
        assert_eq!(read_chunked(input), Ok((body.content, len)));
    }

    let mut coding = encode(input);
    let expected = Body { content: input.to_vec(), len: coding.len(), complete: true };
    coding.extend_from_slice(BEHIND);
    for cuts in cuts(&coding).into_iter().chain([vec![]]) {
        assert_eq!(
            decode_cut(Chunked, &coding, &cuts).as_ref(),
            Ok(&expected),
            "{} cut at {cuts:?}",
            coding.escape_ascii()
        );
    }
}

/// Sends `content` in chunks whose sizes it decides itself.
fn encode(content: &[u8]) -> Vec<u8> {
    let mut random = Random::of(content);
    let (mut rest, mut coding) = (content, Vec::new());
    while !rest.is_empty() {
        let most = 1 << random.below(12);
        let (chunk, behind) = rest.split_at((1 + random.below(most)).min(rest.len()));
        encode_chunk(chunk, &mut coding);
        rest = behind;
    }
    encode_last_chunk(&mut coding);
    coding
}
