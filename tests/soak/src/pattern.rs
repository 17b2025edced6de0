//! Bytes that tell where they belong: a body that loses, doubles or swaps a piece does not match.

use std::sync::OnceLock;

use bytes::Bytes;

/// The pattern's length: a prime, so that no power of two of bytes can go missing unseen.
const PERIOD: usize = 65_521;

/// The most bytes that [`Pattern::piece`] gives at once.
const LONGEST: usize = 64 * 1024;

/// A place in the endless pattern.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pattern {
    position: u64,
}

impl Pattern {
    /// How many bytes have been given, or were found right.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next `len` bytes, of 64 KiB at most, in memory of their own.
    pub fn piece(&mut self, len: usize) -> Bytes {
        Bytes::copy_from_slice(self.next(len))
    }

    /// The same, from where they lie.
    pub fn next(&mut self, len: usize) -> &'static [u8] {
        let start = usize::try_from(self.position % PERIOD as u64).unwrap_or_default();
        let piece = table().get(start..start + len.min(LONGEST)).unwrap_or_default();
        self.position += piece.len() as u64;
        piece
    }

    /// Whether `bytes` are the ones that come next.
    pub fn matches(&mut self, bytes: &[u8]) -> bool {
        bytes.chunks(LONGEST).all(|part| self.next(part.len()) == part)
    }
}

/// The period, and once more as much as the longest piece may reach past its end.
fn table() -> &'static [u8] {
    static TABLE: OnceLock<Vec<u8>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut period = Vec::with_capacity(PERIOD);
        for _ in 0..PERIOD {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            period.push(state.to_le_bytes()[0]);
        }
        period.iter().cycle().take(PERIOD + LONGEST).copied().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_matches_where_it_belongs_and_nowhere_else() {
        let mut written = Pattern::default();
        let pieces: Vec<_> =
            [1, 100, LONGEST, 7, LONGEST].into_iter().map(|len| written.piece(len)).collect();
        let all = pieces.concat();
        assert!(Pattern::default().matches(&all));
        assert!(!Pattern::default().matches(all.get(1..).unwrap()));
        let mut swapped = pieces.clone();
        swapped.swap(2, 4);
        assert!(!Pattern::default().matches(&swapped.concat()));
        assert_eq!(written.position(), all.len() as u64);
    }
}
