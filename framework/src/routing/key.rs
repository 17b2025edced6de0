//! Keys: a literal or a method as one number, and a path's segment as the same.
//!
//! Most pieces of paths are shorter than eight bytes. Read eight bytes at a time, such a piece is found, cut out and
//! compared without a loop and without a call; what is longer is told apart by its length and its first bytes, and
//! compared whole where those are alike.

#![expect(clippy::indexing_slicing, reason = "`of` runs in the compiler, which refuses a wrong index")]

/// How many bytes of a text its key holds; the eighth byte is the length.
const TEXT_LEN: usize = 7;

const SLASHES: u64 = u64::from_ne_bytes([b'/'; 8]);
const LOW_BITS: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGH_BITS: u64 = u64::from_ne_bytes([0x80; 8]);

/// A text's length in the lowest byte (255 for all that are as long or longer), and in the others its first seven bytes:
/// the last of them, or of the text, highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u64);

impl Key {
    /// The key of no bytes.
    pub(super) const EMPTY: Self = Self(0);

    /// The key of a text.
    #[inline]
    pub(super) const fn of(text: &str) -> Self {
        let text = text.as_bytes();
        let len = if text.len() < 0xff { text.len() } else { 0xff };
        let mut index = if len < TEXT_LEN { len } else { TEXT_LEN };
        let (mut key, mut shift) = (0, 56);
        while index > 0 {
            index -= 1;
            shift -= 8;
            key = key << 8 | text[index] as u64;
        }
        // In two steps, as a word cannot be shifted by all its bits.
        Self(key << 8 << shift | len as u64)
    }

    /// Whether it is the same; for the compiler's interpreter, which knows no `==` of it.
    pub(super) const fn is(self, other: Self) -> bool {
        self.0 == other.0
    }

    /// Where among `slots` the search for a child of this key begins, below the node of this index.
    #[inline(always)]
    pub(super) const fn slot(self, parent: usize, slots: usize) -> usize {
        // A multiplication carries low bits up; the upper half is then brought into range without a division.
        let mixed = (self.0 ^ ((parent as u64) << 8)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        ((mixed * slots as u64) >> 32) as usize
    }

    /// Whether there is but one text of this key.
    #[inline(always)]
    pub(super) const fn is_whole(self) -> bool {
        self.0 & 0xff <= TEXT_LEN as u64
    }

    /// Reads the segment that begins at `start` in the path, which is no longer than that: where it ends, and its key.
    #[inline(always)]
    pub(super) fn read(path: &[u8], start: usize) -> (usize, Self) {
        let rest = path.get(start..).unwrap_or_default();
        let (word, found) = match rest.first_chunk() {
            Some(first) => {
                let word = u64::from_le_bytes(*first);
                let found = slashes_in(word);
                if found == 0 {
                    return Self::read_long(path, start, word);
                }
                (word, found)
            }
            None => ending(path, rest.len()),
        };
        // The bytes in front of the first slash are moved to the top, in two steps as there may be none.
        let high_bit = found.trailing_zeros();
        let len = high_bit / 8;
        (start + len as usize, Self(word << 8 << (63 - high_bit) | u64::from(len)))
    }

    /// Reads a segment that begins with eight bytes which are no slashes.
    #[inline]
    fn read_long(path: &[u8], start: usize, first: u64) -> (usize, Self) {
        let end = slash_behind(path, start + 8);
        (end, Self(first << 8 | (end - start).min(0xff) as u64))
    }
}

/// Whether two texts are the same whose keys are, and do not tell.
#[inline]
pub(super) fn same_long(one: &[u8], other: &[u8]) -> bool {
    // The key has the first seven bytes, these are the last eight: a call is needed for very long ones only.
    one.len() == other.len()
        && one.last_chunk::<8>() == other.last_chunk()
        && (one.len() <= TEXT_LEN + 8 || one == other)
}

/// The first slash at or behind `at`, or the path's end.
#[inline]
fn slash_behind(path: &[u8], mut at: usize) -> usize {
    loop {
        let rest = path.get(at..).unwrap_or_default();
        let found = match rest.first_chunk() {
            Some(next) => slashes_in(u64::from_le_bytes(*next)),
            None => ending(path, rest.len()).1,
        };
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
}

/// The high bit of each byte that is a slash; above the first one other bytes may have it too.
#[inline(always)]
fn slashes_in(word: u64) -> u64 {
    let others = word ^ SLASHES;
    others.wrapping_sub(LOW_BITS) & !others & HIGH_BITS
}

/// The last `len` bytes of the path, seven at most, and the slashes in them, the path's end being one more.
#[inline(always)]
fn ending(path: &[u8], len: usize) -> (u64, u64) {
    let len = len.min(TEXT_LEN);
    let word = match path.last_chunk() {
        // In two steps, as a word cannot be shifted by all its bits.
        Some(last) => u64::from_le_bytes(*last) >> (8 * (TEXT_LEN - len)) >> 8,
        None => path.iter().rev().take(len).fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    (word, slashes_in(word) | 0x80 << (8 * len))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The segments of a path as they are read, each with the key that its text has.
    #[track_caller]
    fn check(path: &str) {
        let mut start = 1;
        for segment in path[1..].split('/') {
            let (end, key) = Key::read(path.as_bytes(), start);
            assert_eq!(&path[start..end], segment, "{path}");
            assert_eq!(key, Key::of(segment), "{path}");
            start = end + 1;
        }
        assert_eq!(start, path.len() + 1);
    }

    #[test]
    fn a_segment_has_the_key_of_its_text_wherever_it_stands() {
        for len in (0..20).chain([254, 255, 256, 600]) {
            let text = "segment-".repeat(75)[..len].to_owned();
            for before in ["/", "/a/", "/abcdef/", "/abcdefg/", "/abcdefgh/"] {
                for after in ["", "/", "/b", "/bcdefgh", "/bcdefghijk/l"] {
                    check(&format!("{before}{text}{after}"));
                }
            }
        }
    }

    #[test]
    fn bytes_that_differ_from_a_slash_in_one_bit_are_none() {
        check("/./o/\u{f}/\u{2e}\u{30}\u{af}/--../....0000/");
    }

    #[test]
    fn a_key_tells_a_text_where_it_is_whole() {
        let texts = ["", "b", "aa", "ab", "abcdefg", "abcdefh", "abcdefgh", "abcdefghi"];
        for (index, text) in texts.iter().enumerate() {
            assert!(texts[..index].iter().all(|other| Key::of(other) != Key::of(text)), "{text}");
            assert_eq!(Key::of(text).is_whole(), text.len() < 8, "{text}");
        }
        assert_eq!(Key::of("abcdefgh"), Key::of("abcdefgx"));
    }

    #[test]
    fn long_texts_are_compared_whole() {
        for len in 8..40 {
            let text = "abcdefghij".repeat(4)[..len].to_owned();
            assert!(same_long(text.as_bytes(), text.clone().as_bytes()));
            assert!(!same_long(text.as_bytes(), &text.as_bytes()[..len - 1]));
            for place in TEXT_LEN..len {
                let mut other = text.clone().into_bytes();
                other[place] = b'x';
                assert!(!same_long(text.as_bytes(), &other), "{text} at {place}");
            }
        }
    }
}
