//! "Did you mean …?": the candidate nearest to what was written.

/// The candidate that `text` was most likely meant to be; `None` where none is near.
///
/// Near is one edit in a short word, two in a word of five letters or more, or the same letters in another case.
pub(crate) fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let bound = if text.chars().count() < 5 { 1 } else { 2 };
    candidates
        .into_iter()
        .map(|candidate| (distance(&text.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= bound)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters to insert, delete, replace or swap with a neighbour to get from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let replaced = last.get(j).copied().unwrap_or(0) + usize::from(x != y);
            let deleted = last.get(j + 1).copied().unwrap_or(0) + 1;
            let inserted = row.last().copied().unwrap_or(0) + 1;
            let mut least = replaced.min(deleted).min(inserted);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(&y) && b.get(j - 1) == Some(&x);
            if swapped {
                least = least.min(before.get(j - 1).copied().unwrap_or(0) + 1);
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
        for (a, b, expected) in
            [("", "", 0), ("a", "", 1), ("timeout", "timout", 1), ("GET", "GTE", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(a, b), expected, "{a} to {b}");
            assert_eq!(distance(b, a), expected, "{b} to {a}");
        }
    }

    #[test]
    fn names_the_nearest_or_none() {
        let options = ["timeout", "tag", "body_limit"];
        assert_eq!(nearest("timout", options), Some("timeout"));
        assert_eq!(nearest("Tag", options), Some("tag"));
        assert_eq!(nearest("bodylimit", options), Some("body_limit"));
        assert_eq!(nearest("colour", options), None);
    }
}
