//! Which page of a list is asked for: an extractor, made out of another one.

use serde::Deserialize;
use server::{Query, extractor};

use crate::error::ApiError;

/// The most entries of a page.
const MAX_PER_PAGE: i64 = 100;

/// The last page that can be asked for: offsets stay far from what an `i64` holds.
const MAX_PAGE: i64 = 1_000_000;

/// A page of a list, within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// From 1 on.
    pub(crate) number: i64,
    /// 1 to 100; 20 unless the client says otherwise.
    pub(crate) per_page: i64,
}

/// The parameters `?page=&per_page=` as they were sent.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Paging {
    page: Option<i64>,
    per_page: Option<i64>,
}

/// Takes the page from the query.
#[extractor]
pub(crate) async fn page(paging: Query<Paging>) -> Result<Page, ApiError> {
    Page::new(paging.page.unwrap_or(1), paging.per_page.unwrap_or(20))
}

impl Page {
    /// Checks the bounds.
    ///
    /// # Errors
    ///
    /// [`ApiError::BadPage`], with the bound that was missed.
    pub(crate) fn new(number: i64, per_page: i64) -> Result<Self, ApiError> {
        if !(1..=MAX_PAGE).contains(&number) {
            return Err(ApiError::BadPage(format!("expected a page from 1 to {MAX_PAGE}, found {number}")));
        }
        if !(1..=MAX_PER_PAGE).contains(&per_page) {
            let detail = format!("expected per_page from 1 to {MAX_PER_PAGE}, found {per_page}");
            return Err(ApiError::BadPage(detail));
        }
        Ok(Self { number, per_page })
    }

    /// How many entries stand before it.
    pub(crate) fn offset(self) -> i64 {
        (self.number - 1) * self.per_page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_each_bound_and_nothing_beyond() {
        let rows = [((1, 1), Some(0)), ((3, 20), Some(40)), ((MAX_PAGE, MAX_PER_PAGE), Some(99_999_900))];
        let refused = [(0, 20), (-1, 20), (MAX_PAGE + 1, 20), (1, 0), (1, MAX_PER_PAGE + 1)];
        for ((page, per_page), expected) in rows.into_iter().chain(refused.map(|row| (row, None))) {
            let found = Page::new(page, per_page).ok().map(Page::offset);
            assert_eq!(found, expected, "page {page}, per_page {per_page}");
        }
    }
}
