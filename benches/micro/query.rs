//! Queries, from the text to a type.

use std::hint::black_box;

use serde::Deserialize;
use server::Query;

use crate::case::Case;

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Search {
    q: String,
    page: Option<u32>,
    per_page: u8,
    sort: Option<String>,
    tag: Vec<String>,
}

const ONE: &str = "page=2";
const FIVE: &str = "q=fast+%22web%22+framework&page=2&per_page=50&sort=updated&tag=rust&tag=http";

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Page {
    page: u32,
}

pub(crate) fn cases() -> Vec<Case> {
    assert!(Query::<Page>::parse(ONE).is_ok() && Query::<Search>::parse(FIVE).is_ok());
    let one = || {
        black_box(Query::<Page>::parse(black_box(ONE)).is_ok());
    };
    let five = || {
        black_box(Query::<Search>::parse(black_box(FIVE)).is_ok());
    };
    vec![Case::new("query/one", one), Case::new("query/six", five)]
}
