//! Keys: a pattern with a method as one number, by which `server` finds what may conflict.
//!
//! What they are, and how one stands below a prefix, is written in `server`'s `routing/survey.rs`, which joins them.

use super::pattern::Segment;

/// By how many bits each piece turns what stands before it; `server` turns by the same.
const TURN: u32 = 7;

/// Any numbers that are not near each other.
const LITERAL: u64 = 0xcbf2_9ce4_8422_2325;
const METHOD: u64 = 0x9ae1_6a3b_2f90_404f;
const PARAM: u64 = 0x94d0_49bb_1331_11eb;
const CATCH_ALL: u64 = 0xd6e8_feb8_6659_fd93;

/// The key of these segments; 0 where there are none.
pub(crate) fn of(segments: &[Segment]) -> u64 {
    segments.iter().fold(0, |key, segment| {
        let number = match segment {
            Segment::Literal(text) if text.is_empty() => 0,
            Segment::Literal(text) => number(LITERAL, text),
            Segment::Param(_) => PARAM,
            Segment::CatchAll(_) => CATCH_ALL,
        };
        key.rotate_left(TURN) ^ number
    })
}

/// The key of segments with a method behind them.
pub(crate) fn with(segments: u64, method: &str) -> u64 {
    segments.rotate_left(TURN) ^ number(METHOD, method)
}

/// A text as a number: FNV-1a, and then the bits mixed, so that all of them depend on each byte.
fn number(start: u64, text: &str) -> u64 {
    let hash =
        text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mixed = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ mixed >> 33
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Segment {
        Segment::Literal(text.to_owned())
    }

    #[test]
    fn a_key_is_of_the_kinds_the_literals_and_their_order() {
        let (id, name) = (Segment::Param("id".to_owned()), Segment::Param("name".to_owned()));
        assert_eq!(of(&[literal("users"), id.clone()]), of(&[literal("users"), name]));
        let all = Segment::CatchAll("id".to_owned());
        let different =
            [vec![literal("users"), id.clone()], vec![id, literal("users")], vec![literal("users"), all]];
        let [one, other, third] = different.map(|segments| of(&segments));
        assert!(one != other && one != third && other != third);
        assert_ne!(with(one, "GET"), with(one, "HEAD"));
    }

    #[test]
    fn the_pattern_of_a_slash_is_nothing() {
        assert_eq!(of(&[literal("")]), 0);
        assert_ne!(of(&[literal("a"), literal("")]), of(&[literal("a")]));
    }
}
