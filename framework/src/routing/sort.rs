//! The order of the rows that the trie is built from: patterns that begin alike lie beside each other.
//!
//! The compiler's interpreter takes about a tenth of a microsecond for a step, two for a call, and hundreds for a call
//! of the standard library's slice functions. So each segment first becomes one number that sorts as the segment does,
//! texts are looked at only where numbers cannot tell, and the inner loops call nothing.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses a wrong index")]

use super::Segment;
use super::gather::{Row, narrow};

/// A row at its place in the order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The row's index.
    pub(super) row: u16,
    /// How many segments it shares with the row before.
    pub(super) shared: u16,
}

impl Place {
    pub(super) const NONE: Self = Self { row: 0, shared: 0 };
}

/// Sorts by segments: literals by length and text, then the param, then the catch-all; a pattern before those that
/// continue it. Rows that match alike keep their order.
///
/// `keys` has the length of `segments`, and `spare` that of `rows` and `order`.
pub(super) const fn sort(
    rows: &[Row],
    segments: &[Segment],
    keys: &mut [u128],
    order: &mut [Place],
    spare: &mut [Place],
) {
    let mut index = 0;
    let count = segments.len();
    while index < count {
        keys[index] = match &segments[index] {
            Segment::Literal(text) => key(text.as_bytes()),
            Segment::Param(_) => PARAM,
            Segment::CatchAll(_) => CATCH_ALL,
        };
        index += 1;
    }
    let mut index = 0;
    let count = rows.len();
    while index < count {
        order[index].row = narrow!(index);
        index += 1;
    }
    let sorter = Sorter { rows, segments, keys };
    let mut run = 1;
    while run < count {
        spare.copy_from_slice(order);
        sorter.merge_runs(run, spare, order);
        run *= 2;
    }
    let mut index = 1;
    while index < count {
        order[index].shared = narrow!(sorter.shared_len(order[index - 1], order[index]));
        index += 1;
    }
}

struct Sorter<'a> {
    rows: &'a [Row],
    segments: &'a [Segment],
    keys: &'a [u128],
}

impl Sorter<'_> {
    /// Merges each two neighbouring runs, which are sorted; `to` is a copy of `from`.
    ///
    /// Routes are written in an order that is nearly sorted, a resource after the other. So only the part of two runs
    /// that overlaps is merged, which the ends of both say.
    const fn merge_runs(&self, run: usize, from: &[Place], to: &mut [Place]) {
        let count = from.len();
        let mut middle = run;
        while middle < count {
            let (last_left, first_right) = (from[middle - 1], from[middle]);
            if self.precedes(first_right, last_left) {
                let (mut start, mut left_end) = (middle - run, middle - 1);
                while start < left_end {
                    let half = (start + left_end) / 2;
                    if self.precedes(first_right, from[half]) { left_end = half } else { start = half + 1 }
                }
                let (mut end, mut right_end) = (middle + 1, min(middle + run, count));
                while end < right_end {
                    let half = (end + right_end) / 2;
                    if self.precedes(from[half], last_left) { end = half + 1 } else { right_end = half }
                }
                self.merge((start, middle, end), from, to);
            }
            middle += 2 * run;
        }
    }

    /// Merges the run from the first to the second index with that to the third.
    const fn merge(&self, (start, middle, end): (usize, usize, usize), from: &[Place], to: &mut [Place]) {
        let (mut left, mut right, mut place) = (start, middle, start);
        while place < end {
            if left < middle && (right == end || !self.precedes(from[right], from[left])) {
                to[place] = from[left];
                left += 1;
            } else {
                to[place] = from[right];
                right += 1;
            }
            place += 1;
        }
    }

    /// Whether `one` stands strictly before `other`.
    const fn precedes(&self, one: Place, other: Place) -> bool {
        let (one_start, one_len) = self.rows[one.row as usize].segments;
        let (other_start, other_len) = self.rows[other.row as usize].segments;
        let (one_start, other_start) = (one_start as usize, other_start as usize);
        let len = if one_len < other_len { one_len } else { other_len } as usize;
        let mut index = 0;
        while index < len {
            let (key, other_key) = (self.keys[one_start + index], self.keys[other_start + index]);
            if key != other_key {
                return key < other_key;
            }
            if key > LONGEST_WHOLE && key < PARAM {
                let difference = self.compare_texts(one_start + index, other_start + index);
                if difference != 0 {
                    return difference < 0;
                }
            }
            index += 1;
        }
        one_len < other_len
    }

    /// How many segments the two rows have in common from the start.
    const fn shared_len(&self, one: Place, other: Place) -> usize {
        let (one_start, one_len) = self.rows[one.row as usize].segments;
        let (other_start, other_len) = self.rows[other.row as usize].segments;
        let (one_start, other_start) = (one_start as usize, other_start as usize);
        let len = if one_len < other_len { one_len } else { other_len } as usize;
        let mut index = 0;
        while index < len {
            let key = self.keys[one_start + index];
            let whole = key <= LONGEST_WHOLE || key >= PARAM;
            if key != self.keys[other_start + index]
                || !(whole || self.compare_texts(one_start + index, other_start + index) == 0)
            {
                return index;
            }
            index += 1;
        }
        len
    }

    /// Compares two literals whose keys are alike.
    const fn compare_texts(&self, one: usize, other: usize) -> i32 {
        let (Segment::Literal(one), Segment::Literal(other)) = (&self.segments[one], &self.segments[other])
        else {
            return 0;
        };
        let (one, other) = (one.as_bytes(), other.as_bytes());
        if one.len() != other.len() {
            return if one.len() < other.len() { -1 } else { 1 };
        }
        let mut index = KEY_TEXT_LEN;
        while index < one.len() {
            if one[index] != other[index] {
                return one[index] as i32 - other[index] as i32;
            }
            index += 1;
        }
        0
    }
}

/// How many bytes of a literal its key holds.
const KEY_TEXT_LEN: usize = 13;

/// The greatest key of a literal that it holds whole.
const LONGEST_WHOLE: u128 = ((KEY_TEXT_LEN as u128 + 1) << (8 * KEY_TEXT_LEN)) - 1;

const PARAM: u128 = 1 << 120;
const CATCH_ALL: u128 = 2 << 120;

/// A number that sorts as the literal does: its kind, its length (two bytes, or their maximum), the start of its text.
const fn key(text: &[u8]) -> u128 {
    let len = text.len();
    let mut key = if len < 0xffff { len } else { 0xffff } as u128;
    let mut rest = text;
    let mut room = 8 * KEY_TEXT_LEN;
    while let [byte, after @ ..] = rest {
        if room == 0 {
            return key;
        }
        key = (key << 8) | *byte as u128;
        room -= 8;
        rest = after;
    }
    key << room
}

const fn min(one: usize, other: usize) -> usize {
    if one < other { one } else { other }
}
