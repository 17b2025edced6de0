//! Any bytes as a compressed message: the same in all pieces, and never more than may be; and as messages that are
//! compressed, which are read back.

use super::super::decoder::{Decoder, Event, MessageLimits, Violation};
use super::super::frame::{Opcode, encode_masked};
use super::super::socket::Message;
use super::codec::{Deflater, Inflater};
use crate::__properties::cuts;

/// Longer inputs would only be slower.
const MAX_INPUT: usize = 16 * 1024;
/// Bytes of a message; so little that a short input can pass it.
const LIMIT: usize = 5000;
const WIDE: MessageLimits = MessageLimits { message: MAX_INPUT, frame: 2 * MAX_INPUT };

/// Holds where `input` inflates to the same whatever its pieces, to no more than is allowed; and where its lines, as
/// messages of a server, come through compressing and inflating as they were.
///
/// # Panics
///
/// Where it does not hold.
pub fn deflate(input: &[u8]) {
    let input = input.get(..MAX_INPUT).unwrap_or(input);
    for context in [None, Some(15), Some(9)] {
        let whole = inflate(input, &[], context);
        for cuts in cuts(input) {
            assert_eq!(inflate(input, &cuts, context), whole, "context {context:?}, cut at {cuts:?}");
        }
    }
    for (bits, keeps_context) in [(15, false), (9, false), (15, true), (9, true)] {
        comes_through(input, bits, keeps_context);
    }
}

/// What a message of these bytes inflates to, twice: the second may refer to the first.
fn inflate(input: &[u8], cuts: &[usize], context: Option<u8>) -> Result<Vec<Vec<u8>>, Violation> {
    let mut inflater = Inflater::new(context);
    let message = |_| {
        let (mut output, mut start) = (Vec::new(), 0);
        let mut taken = Ok(());
        for end in cuts.iter().copied().chain([input.len()]) {
            let piece = input.get(start..end).unwrap_or_default();
            start = end;
            taken = taken.and_then(|()| inflater.inflate(piece, &mut output, LIMIT));
            // Room doubles as it grows.
            assert!(output.capacity() <= 2 * (LIMIT + 1), "room for {} bytes", output.capacity());
        }
        taken.and_then(|()| inflater.finish(&mut output, LIMIT))?;
        assert!(output.len() <= LIMIT, "{} bytes", output.len());
        Ok(output)
    };
    (0..2).map(message).collect()
}

/// Sends each line as a message, with its client's answer to nothing but that.
fn comes_through(input: &[u8], bits: u8, keeps_context: bool) {
    let mut deflater = Deflater::new(bits, keeps_context, 0);
    let mut decoder = Decoder::new(WIDE, Some(Inflater::new(keeps_context.then_some(bits))));
    for line in input.split(|&byte| byte == b'\n') {
        let mut sent = Vec::new();
        deflater.encode(Opcode::Binary, line, &mut sent);
        assert!(sent.len() <= line.len() + line.len() / 64 + 64, "{} of {} bytes", sent.len(), line.len());
        let received = masked(&sent);
        let expected = Event::Message(Message::from(line.to_vec()));
        assert_eq!(decoder.decode(&received), Ok((received.len(), Some(expected))));
    }
}

/// A server's frame as a client would have sent it.
fn masked(frame: &[u8]) -> Vec<u8> {
    let (first, payload) = match frame {
        [first, 126, _, _, payload @ ..] => (*first, payload),
        [first, 0..126, payload @ ..] => (*first, payload),
        _ => panic!("{} is longer than any line", frame.escape_ascii()),
    };
    let mut masked = Vec::new();
    encode_masked(true, Opcode::Binary, payload, [1, 2, 3, 4], &mut masked);
    if let Some(byte) = masked.first_mut() {
        *byte = first;
    }
    masked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::__properties::replay;

    proptest! {
        #[test]
        fn any_bytes_are_inflated_the_same_in_all_pieces(
            input in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..300),
                "[ab\n]{0,400}".prop_map(String::into_bytes),
            ],
        ) {
            deflate(&input);
        }

        #[test]
        fn what_is_compressed_is(message in "[a-f\n]{0,9}", times in 0_usize..2000, fault: prop::sample::Index, byte: u8) {
            let mut sent = Vec::new();
            Deflater::new(15, true, 0).encode(Opcode::Binary, message.repeat(times).as_bytes(), &mut sent);
            let head = if sent.get(1) == Some(&126) { 4 } else { 2 };
            sent.drain(..head);
            deflate(&sent);
            let at = fault.index(sent.len());
            sent[at] = byte;
            deflate(&sent);
        }
    }

    #[test]
    fn the_fuzzers_bytes_are() {
        replay("deflate", deflate);
    }
}
