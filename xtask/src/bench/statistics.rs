//! The arithmetic of the report.

/// What the rounds gave: their middle, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

/// Summarises; nothing of nothing.
pub(crate) fn summary(values: &[f64]) -> Option<Summary> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (min, max) = (*sorted.first()?, *sorted.last()?);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some(Summary { median: f64::midpoint(lower, upper), min, max })
}

/// Each value over the limit of the same round; a round that only one of them has is left out.
pub(crate) fn ratios(values: &[(u32, f64)], limits: &[(u32, f64)]) -> Vec<f64> {
    let limit_of = |round| limits.iter().find(|(other, _)| *other == round).map(|(_, limit)| *limit);
    let ratio = |(round, value): &(u32, f64)| {
        limit_of(*round).filter(|limit| *limit > 0.0).map(|limit| value / limit)
    };
    values.iter().filter_map(ratio).collect()
}

/// What one request costs, of what a short run and a long one cost with all that surrounds them.
pub(crate) fn per_request(short: (u64, f64), long: (u64, f64)) -> Option<f64> {
    let requests = long.0.checked_sub(short.0).filter(|requests| *requests > 0)?;
    #[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
    let requests = requests as f64;
    // An empty loop may cost the long run a little less; nothing costs less than nothing.
    Some(((long.1 - short.1) / requests).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_middle_whatever_the_order() {
        for (values, expected) in [
            (&[][..], None),
            (&[2.0][..], Some((2.0, 2.0, 2.0))),
            (&[3.0, 1.0][..], Some((2.0, 1.0, 3.0))),
            (&[5.0, 1.0, 2.0][..], Some((2.0, 1.0, 5.0))),
            (&[4.0, 1.0, 2.0, 8.0][..], Some((3.0, 1.0, 8.0))),
        ] {
            let found = summary(values).map(|summary| (summary.median, summary.min, summary.max));
            assert_eq!(found, expected, "{values:?}");
        }
    }

    #[test]
    fn compares_within_a_round() {
        let limits = [(0, 100.0), (1, 200.0), (2, 0.0)];
        assert_eq!(ratios(&[(1, 100.0), (0, 80.0), (2, 5.0), (3, 7.0)], &limits), [0.5, 0.8]);
    }

    #[test]
    fn takes_away_what_both_runs_cost() {
        for (short, long, expected) in [
            ((1_000, 5_500.0), (3_000, 15_500.0), Some(5.0)),
            ((1_000, 100.0), (3_000, 90.0), Some(0.0)),
            ((1_000, 1.0), (1_000, 2.0), None),
            ((2_000, 1.0), (1_000, 2.0), None),
        ] {
            assert_eq!(per_request(short, long), expected, "{short:?} {long:?}");
        }
    }
}
