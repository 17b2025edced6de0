//! Which page of a list is asked for: the parameters `?page=&per_page=`, each within its bounds.

use serde::{Deserialize, Serialize};

/// A page of a list; each parameter that is out of bounds is refused by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Page {
    /// The first unless the client says otherwise. The last that can be asked for keeps offsets far from what an
    /// `i64` holds.
    #[serde(default = "first", rename = "page")]
    pub(crate) number: UpTo<1_000_000>,
    /// 20 unless the client says otherwise.
    #[serde(default = "twenty")]
    pub(crate) per_page: UpTo<100>,
}

/// A number from 1 to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub(crate) struct UpTo<const MAX: i64>(pub(crate) i64);

impl<const MAX: i64> TryFrom<i64> for UpTo<MAX> {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        let within = (1..=MAX).contains(&number);
        if within {
            Ok(Self(number))
        } else {
            Err(format!("expected a number from 1 to {MAX}, found {number}"))
        }
    }
}

fn first() -> UpTo<1_000_000> {
    UpTo(1)
}

fn twenty() -> UpTo<100> {
    UpTo(20)
}

impl Page {
    /// How many entries stand before it.
    pub(crate) fn offset(self) -> i64 {
        (self.number.0 - 1) * self.per_page.0
    }
}

#[cfg(test)]
mod tests {
    use server::Query;

    use super::*;

    #[test]
    fn takes_each_bound_and_nothing_beyond() {
        let rows = [
            ("", Some(0)),
            ("per_page=1", Some(0)),
            ("page=3", Some(40)),
            ("page=1000000&per_page=100", Some(99_999_900)),
            ("page=0", None),
            ("page=-1", None),
            ("page=1000001", None),
            ("per_page=0", None),
            ("per_page=101", None),
        ];
        for (query, expected) in rows {
            let found = Query::<Page>::parse(query).ok().map(|page| page.offset());
            assert_eq!(found, expected, "{query}");
        }
    }
}
