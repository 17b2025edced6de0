//! Any bytes as `Range`: the bytes that RFC 9110 §14.1 names, counted one by one, or refused.

use std::ops;

use http::header::RANGE;
use http::{HeaderValue, Method};

use super::Range;
use crate::__properties::{trim, values};
use crate::extract::TypedHeader;
use crate::http::{MAX_RANGES, Request};

/// Every length up to this is tried, byte by byte.
const SMALL: u64 = 24;

/// Holds where `input`, as the lines of a `Range`, is read as it is read by hand, and names the same bytes of a
/// representation of any length.
///
/// # Panics
///
/// Where it does not hold.
pub fn range(input: &[u8]) {
    let Some(lines) = values(input) else { return };
    let mut request = Request::new(Method::GET, "/");
    for line in &lines {
        request.headers_mut().append(RANGE, line.clone());
    }
    let ours = Range::decode(&mut request.header_values("range")).ok();
    let by_hand = lines_by_hand(&lines);
    let (ours, by_hand) = match (ours, by_hand) {
        (None, None) => return,
        (Some(ours), Some(by_hand)) => (ours, by_hand),
        (ours, by_hand) => panic!("{ours:?}, by hand {by_hand:?}"),
    };
    assert!(by_hand.len() <= MAX_RANGES, "{by_hand:?}");
    for len in 0..=SMALL {
        let bytes = |asked: &Asked| (0..len).filter(|&at| asked.names(at, len)).collect::<Vec<_>>();
        let marked: Vec<_> = by_hand.iter().map(bytes).filter(|bytes| !bytes.is_empty()).collect();
        let found = ours.satisfiable(len).unwrap_or_default();
        assert_eq!(
            found.into_iter().map(Iterator::collect::<Vec<_>>).collect::<Vec<_>>(),
            marked,
            "of {len}"
        );
        let all = marked.concat();
        let around = all.iter().min().zip(all.iter().max()).map(|(&first, &last)| first..last + 1);
        assert_eq!(ours.only(len).ok(), around, "of {len}");
    }
    for len in [1 << 32, i64::MAX as u64, u64::MAX - 1, u64::MAX] {
        let asked: Vec<_> = by_hand.iter().filter(|asked| asked.names_any(len)).collect();
        let found = ours.satisfiable(len).unwrap_or_default();
        assert_eq!(found.len(), asked.len(), "of {len}");
        found.iter().zip(asked).for_each(|(found, asked)| ends_where_asked(found, asked, len));
    }
}

/// Too many bytes to count: the first and the last are named, and their neighbours are not.
fn ends_where_asked(found: &ops::Range<u64>, asked: &Asked, len: u64) {
    let names = |at: Option<u64>| at.is_some_and(|at| at < len && asked.names(at, len));
    let (before, last) = (found.start.checked_sub(1), found.end.checked_sub(1));
    assert_eq!(
        [before, Some(found.start), last, Some(found.end)].map(names),
        [false, true, true, false],
        "{found:?} of {len}, by hand {asked:?}"
    );
}

/// What stands on the two sides of the hyphen.
#[derive(Debug)]
struct Asked {
    first: Option<u64>,
    last: Option<u64>,
}

impl Asked {
    /// Whether the byte `at` of `len` is asked for.
    fn names(&self, at: u64, len: u64) -> bool {
        match (self.first, self.last) {
            (Some(first), Some(last)) => first <= at && at <= last,
            (Some(first), None) => first <= at,
            (None, Some(count)) => len - at <= count,
            (None, None) => false,
        }
    }

    /// Whether any byte of `len` is; `len` is not zero.
    fn names_any(&self, len: u64) -> bool {
        self.names(self.first.unwrap_or(len - 1), len) && self.first.is_none_or(|first| first < len)
    }
}

/// One line, `bytes=` in any case, elements between commas, of which the empty ones do not count.
fn lines_by_hand(lines: &[HeaderValue]) -> Option<Vec<Asked>> {
    let [line] = lines else { return None };
    let line = line.as_bytes();
    let (unit, set) = line.split_at_checked("bytes=".len())?;
    if !unit.eq_ignore_ascii_case(b"bytes=") {
        return None;
    }
    let elements: Vec<_> =
        set.split(|&byte| byte == b',').map(trim).filter(|part| !part.is_empty()).collect();
    let asked: Vec<_> = elements.into_iter().map(by_hand).collect::<Option<_>>()?;
    (1..=MAX_RANGES).contains(&asked.len()).then_some(asked)
}

fn by_hand(element: &[u8]) -> Option<Asked> {
    let sides: Vec<_> = element.split(|&byte| byte == b'-').collect();
    let [first, last] = sides.as_slice() else { return None };
    let is_number = |side: &[u8]| side.iter().all(u8::is_ascii_digit);
    if !is_number(first) || !is_number(last) || (first.is_empty() && last.is_empty()) {
        return None;
    }
    // What is too large to count to is as large as can be.
    let digit = |number: u64, digit: &u8| number.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    let number = |side: &[u8]| (!side.is_empty()).then(|| side.iter().fold(0, digit));
    let asked = Asked { first: number(first), last: number(last) };
    let is_backwards = asked.first.zip(asked.last).is_some_and(|(first, last)| last < first);
    (!is_backwards).then_some(asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::__properties::replay;

    proptest::proptest! {
        #[test]
        fn any_value_names_the_bytes_that_it_names_by_hand(
            value in "(bytes=|[Bb]ytes ?=)([0-9]{0,2}-[0-9]{0,2}[, ]{1,2}){0,5}[0-9, -]{0,8}\n?",
        ) {
            range(value.as_bytes());
        }

        #[test]
        fn any_bytes_do(value: Vec<u8>) {
            range(&value);
        }
    }

    #[test]
    fn the_fuzzers_values_name_the_bytes_that_they_name_by_hand() {
        replay("range", range);
    }

    #[test]
    fn an_element_that_is_empty_is_not_counted() {
        range(format!("bytes={},,", ["0-0"; MAX_RANGES].join(",")).as_bytes());
    }
}
