//! The nearest good name for one that is not known.

/// A longer name is compared with none: it is no slip of the fingers, and the comparison is quadratic.
const LONGEST: usize = 64;

/// Finds the candidate that `written` was probably meant to be, if any is near enough.
///
/// Case and the difference between `-` and `_` do not count. Near enough is a third of the letters wrong, or one name
/// being the other with words before or after it (`max_body_size`).
pub(super) fn nearest<'a>(written: &str, mut candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    nearest_of(written, &mut candidates)
}

/// The same, compiled once for all kinds of candidates.
fn nearest_of<'a>(written: &str, candidates: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = plain(written);
    if written.is_empty() || written.len() > LONGEST {
        return None;
    }
    let mut best = None;
    for candidate in candidates {
        let name = plain(candidate);
        let distance = edit_distance(&written, &name);
        let slip = distance <= (written.len() / 3).max(1);
        let part = has_words(&written, &name) || has_words(&name, &written);
        let rank = (!slip, distance);
        if (slip || part) && best.is_none_or(|(other, _)| rank < other) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace('-', "_")
}

/// Whether `inner` is a run of whole words of `outer`.
fn has_words(outer: &str, inner: &str) -> bool {
    format!("_{outer}_").contains(&format!("_{inner}_"))
}

/// Counts the letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
fn edit_distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    // Rows of the table for the prefixes of `a` that end two, one and no letters ago.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &letter) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &other) in b.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let mut least = (at(&last, j + 1) + 1).min(at(&row, j) + 1);
            least = least.min(at(&last, j) + usize::from(letter != other));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(&other) && b.get(j - 1) == Some(&letter);
            if swapped {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        let rows = [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("port", "port", 0),
            ("prot", "port", 1),
            ("pott", "port", 1),
            ("ports", "port", 1),
            ("ort", "port", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
        ];
        for (a, b, distance) in rows {
            assert_eq!(edit_distance(a, b), distance, "{a} {b}");
            assert_eq!(edit_distance(b, a), distance, "{b} {a}");
        }
    }

    #[test]
    fn finds_the_name_that_was_meant() {
        let names = ["host", "port", "max_body", "max_head", "keep_alive_timeout", "request_timeout"];
        let rows = [
            ("prot", Some("port")),
            ("PORT", Some("port")),
            ("keepalive_timeout", Some("keep_alive_timeout")),
            ("Keep-Alive-Timeout", Some("keep_alive_timeout")),
            ("max_body_size", Some("max_body")),
            ("max_boddy", Some("max_body")),
            ("keep_alive", Some("keep_alive_timeout")),
            ("timeout", Some("request_timeout")),
            ("elephant", None),
            ("", None),
            ("x", None),
        ];
        for (written, expected) in rows {
            assert_eq!(nearest(written, names.iter().copied()), expected, "{written}");
        }
        assert_eq!(nearest(&"port_".repeat(13), names.iter().copied()), None);
    }
}
