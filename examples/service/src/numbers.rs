//! Work for a thread of its own: the prime factors of a number.

/// The largest number whose factors are looked for: that takes milliseconds.
const LARGEST: u64 = 1_000_000_000_000;

/// A number that would take too long.
#[derive(server::HttpError, Debug)]
#[status(422)]
#[detail("the factors of {number} would take too long: ask for those of {largest} at most")]
pub(crate) struct TooLarge {
    number: u64,
    #[member]
    largest: u64,
}

/// The smallest first, each as often as it divides.
pub(crate) fn prime_factors(number: u64) -> Result<Vec<u64>, TooLarge> {
    if number > LARGEST {
        return Err(TooLarge { number, largest: LARGEST });
    }
    let (mut rest, mut divisor, mut found) = (number, 2, Vec::new());
    while divisor * divisor <= rest {
        if rest.is_multiple_of(divisor) {
            found.push(divisor);
            rest /= divisor;
        } else {
            divisor += 1;
        }
    }
    if rest > 1 {
        found.push(rest);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_prime_and_in_order() {
        let rows: [(u64, &[u64]); 6] = [
            (0, &[]),
            (1, &[]),
            (2, &[2]),
            (360, &[2, 2, 2, 3, 3, 5]),
            (999_983 * 999_983, &[999_983, 999_983]),
            (LARGEST - 11, &[LARGEST - 11]),
        ];
        for (number, expected) in rows {
            assert_eq!(prime_factors(number).unwrap(), expected, "{number}");
        }
        assert!(prime_factors(LARGEST + 1).is_err());
    }
}
