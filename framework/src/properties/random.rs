//! Numbers that an input decides, and the pieces in which it comes.

/// SplitMix64, as good as is needed to draw pieces and faults.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of a seed.
    #[cfg(test)]
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The numbers of an input (seeded with its FNV-1a hash): the same input draws the same.
    pub(crate) fn of(input: &[u8]) -> Self {
        let hash = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(input.iter().fold(0xcbf2_9ce4_8422_2325, hash))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Small numbers more often than large ones, all below `end`.
    #[cfg(test)]
    pub(crate) fn mostly_small(&mut self, end: usize) -> usize {
        let bits = self.below(usize::BITS as usize - end.leading_zeros() as usize + 1);
        self.below(end.min(1 << bits))
    }

    /// Another generator, which does not disturb this one.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }
}

/// An input of so many bytes also comes byte by byte.
const SMALL: usize = 2048;
/// An input of so many is also cut once behind each of them.
const TINY: usize = 32;

/// Ways to cut `input`: where each of its pieces ends, the last of which is left out.
///
/// A single cut, three times or wherever there can be one; several; and one behind each byte: the last two as far as
/// that does not take too long.
pub(crate) fn cuts(input: &[u8]) -> Vec<Vec<usize>> {
    let mut random = Random::of(input);
    let mut ways: Vec<Vec<usize>> =
        [1, 1, 1, 4].map(|count| (0..count).map(|_| random.below(input.len() + 1)).collect()).into();
    ways.iter_mut().for_each(|cuts| cuts.sort_unstable());
    if input.len() <= SMALL {
        ways.push((0..input.len()).collect());
    }
    if input.len() <= TINY {
        ways.extend((0..input.len()).map(|cut| vec![cut]));
    }
    ways
}
