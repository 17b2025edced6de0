//! The chunked coding, both ways.

use std::hint::black_box;

use server::__micro::{decode_chunked, encode_chunk, encode_last_chunk};

use crate::case::Case;

/// How many chunks a body has.
const CHUNKS: usize = 16;

pub(crate) fn cases() -> Vec<Case> {
    [("small", 16), ("large", 4096)]
        .into_iter()
        .flat_map(|(name, len)| [decode(name, len), encode(name, len)])
        .collect()
}

fn body(chunk: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..CHUNKS {
        encode_chunk(chunk, &mut body);
    }
    encode_last_chunk(&mut body);
    body
}

/// Counts a chunk; a pass is a body.
fn decode(name: &str, len: usize) -> Case {
    let body = body(&vec![b'x'; len]);
    assert_eq!(decode_chunked(&body), Some(CHUNKS * len));
    let run = move || {
        black_box(decode_chunked(black_box(&body)));
    };
    Case::new(format!("chunked/decode/{name}"), run).operations(CHUNKS)
}

fn encode(name: &str, len: usize) -> Case {
    let chunk = vec![b'x'; len];
    let mut out = Vec::with_capacity(body(&chunk).len());
    let run = move || {
        out.clear();
        for _ in 0..CHUNKS {
            encode_chunk(black_box(&chunk), &mut out);
        }
        encode_last_chunk(&mut out);
        black_box(&out);
    };
    Case::new(format!("chunked/encode/{name}"), run).operations(CHUNKS)
}
