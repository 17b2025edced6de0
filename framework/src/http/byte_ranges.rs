//! Which bytes of a representation a client asks for (RFC 9110 §14.1.2, §14.2).
//!
//! ```text
//! Range        = "bytes=" 1#( int-range / suffix-range )
//! int-range    = 1*DIGIT "-" [ 1*DIGIT ]
//! suffix-range = "-" 1*DIGIT
//! ```

use std::ops;

/// The most ranges of one request: each costs a part of an answer, and clients have asked for thousands (CVE-2011-3192).
pub(crate) const MAX_RANGES: usize = 16;

/// What a part of an answer costs beside its bytes, roughly. Ranges that lie closer than this are cheaper as one.
const PART_BYTES: u64 = 128;

/// The ranges that a request names; one at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ByteRanges {
    specs: Vec<Spec>,
}

/// One range, as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spec {
    /// From this byte on.
    From(u64),
    /// From the one to the other, both included.
    Between(u64, u64),
    /// So many at the end.
    Last(u64),
}

impl ByteRanges {
    /// Parses the value of the field.
    ///
    /// # Errors
    ///
    /// What was expected, where it is another unit, no set of ranges, or one of more than [`MAX_RANGES`].
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let malformed = || "expected ranges such as `bytes=0-499,-500`".to_owned();
        let (unit, set) = text.split_once('=').ok_or_else(malformed)?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return Err("expected the unit `bytes`".to_owned());
        }
        let mut specs = Vec::new();
        for element in set.split(',').map(|element| element.trim_matches([' ', '\t'])) {
            if element.is_empty() {
                continue;
            }
            if specs.len() == MAX_RANGES {
                return Err(format!("expected at most {MAX_RANGES} ranges"));
            }
            specs.push(Spec::parse(element).ok_or_else(malformed)?);
        }
        if specs.is_empty() { Err(malformed()) } else { Ok(Self { specs }) }
    }

    /// Those that lie in a representation of `len` bytes, cut at its end, in the order asked for.
    pub(crate) fn within(&self, len: u64) -> Vec<ops::Range<u64>> {
        self.specs.iter().filter_map(|spec| spec.within(len)).collect()
    }

    /// The same, with those that overlap, touch or nearly touch made one, in the place of the first of them: no byte is
    /// sent twice (RFC 9110 §15.3.7.2).
    pub(crate) fn merged(&self, len: u64) -> Vec<ops::Range<u64>> {
        let mut apart: Vec<ops::Range<u64>> = Vec::new();
        for mut range in self.within(len) {
            // One that grows may reach the next: at most `MAX_RANGES` turns.
            let mut place = apart.len();
            while let Some(near) = apart.iter().position(|other| are_near(other, &range)) {
                let other = apart.remove(near);
                range = other.start.min(range.start)..other.end.max(range.end);
                place = place.min(near);
            }
            apart.insert(place.min(apart.len()), range);
        }
        apart
    }
}

fn are_near(a: &ops::Range<u64>, b: &ops::Range<u64>) -> bool {
    a.start <= b.end.saturating_add(PART_BYTES) && b.start <= a.end.saturating_add(PART_BYTES)
}

impl Spec {
    /// `None` where the element does not follow the grammar, or ends before it begins.
    fn parse(element: &str) -> Option<Self> {
        let (first, last) = element.split_once('-')?;
        match (first, last) {
            ("", last) => Some(Self::Last(number(last)?)),
            (first, "") => Some(Self::From(number(first)?)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::Between(first, last))
            }
        }
    }

    fn within(self, len: u64) -> Option<ops::Range<u64>> {
        let range = match self {
            Self::From(first) => first..len,
            Self::Between(first, last) => first..last.saturating_add(1).min(len),
            Self::Last(count) => len.saturating_sub(count)..len,
        };
        (!range.is_empty()).then_some(range)
    }
}

/// Digits alone; a number that is too large to count to lies beyond every end.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_are_near_become_one() {
        // Start and end.
        let rows: &[(&str, &[(u64, u64)])] = &[
            ("bytes=0-9", &[(0, 10)]),
            ("bytes=0-9,5-19", &[(0, 20)]),
            ("bytes=0-9,10-19", &[(0, 20)]),
            ("bytes=0-9,138-139", &[(0, 140)]),
            ("bytes=0-9,139-140", &[(0, 10), (139, 141)]),
            ("bytes=900-909,0-9", &[(900, 910), (0, 10)]),
            ("bytes=900-909,0-9,400-409,5-15", &[(900, 910), (0, 16), (400, 410)]),
            ("bytes=500-509,0-9,900-909,600-,-1", &[(500, 1000), (0, 10)]),
            ("bytes=0-,0-,0-,0-", &[(0, 1000)]),
            ("bytes=2000-,0-0", &[(0, 1)]),
            ("bytes=2000-", &[]),
        ];
        for (value, expected) in rows {
            let merged = ByteRanges::parse(value).unwrap().merged(1000);
            let found: Vec<_> = merged.into_iter().map(|range| (range.start, range.end)).collect();
            assert_eq!(found, *expected, "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn merged_they_hold_every_byte_once(value in "bytes=([0-9]{1,4}-,|[0-9]{1,3}-9[0-9]{2},|-[0-9]{1,3},){1,9}") {
            let Ok(ranges) = ByteRanges::parse(&value) else { return Ok(()) };
            let merged = ranges.merged(1500);
            for (index, range) in merged.iter().enumerate() {
                proptest::prop_assert!(range.start < range.end && range.end <= 1500);
                proptest::prop_assert!(!merged.iter().skip(index + 1).any(|other| are_near(range, other)));
            }
            for asked in ranges.within(1500) {
                let holds = |range: &ops::Range<u64>| range.start <= asked.start && asked.end <= range.end;
                proptest::prop_assert!(merged.iter().any(holds), "{value}: {merged:?}");
            }
        }
    }
}
