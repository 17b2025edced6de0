//! Random frames, mostly almost valid, and those that the fuzzer keeps.

use proptest::prelude::*;

use super::{Opcode, encode_masked, websocket};
use crate::__properties::replay;

/// A frame, or something like it.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let opcodes = [
        Opcode::Text,
        Opcode::Text,
        Opcode::Binary,
        Opcode::Continuation,
        Opcode::Continuation,
        Opcode::Ping,
        Opcode::Pong,
        Opcode::Close,
    ];
    let payload = prop_oneof![
        "[aé€😀]{0,40}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..140),
        (999_u16..1016).prop_map(|code| code.to_be_bytes().to_vec()),
    ];
    (any::<bool>(), prop::sample::select(opcodes.to_vec()), payload, any::<[u8; 4]>()).prop_map(
        |(is_final, opcode, payload, mask)| {
            let mut bytes = Vec::new();
            encode_masked(is_final || opcode.is_control(), opcode, &payload, mask, &mut bytes);
            bytes
        },
    )
}

proptest! {
    #[test]
    fn any_frames_say_the_same_in_all_pieces(
        frames in prop::collection::vec(frame(), 0..8),
        faults in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..2),
    ) {
        let mut input = frames.concat();
        for (place, byte) in faults {
            if !input.is_empty() {
                let at = place.index(input.len());
                input[at] = byte;
            }
        }
        websocket(&input);
    }

    #[test]
    fn any_bytes_do(input: Vec<u8>) {
        websocket(&input);
    }
}

#[test]
fn the_fuzzers_frames_do() {
    replay("websocket", websocket);
}
