use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;
use crate::{Form, Query};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Sort {
    ByName,
    ByAge,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Id(u64);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Paging {
    page: u32,
    least: Option<i64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Filter {
    #[serde(rename = "q&a =")]
    q: String,
    note: Option<String>,
    sort: Sort,
    on: bool,
    id: Id,
    letter: char,
    score: f64,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    sizes: Vec<u8>,
    range: (i32, i32),
    #[serde(flatten)]
    paging: Paging,
}

#[track_caller]
fn check<T: Serialize + ?Sized>(value: &T, expected: &str) {
    assert_eq!(encode(value).as_deref(), Ok(expected));
}

#[track_caller]
fn refuse<T: Serialize + ?Sized>(value: &T, expected: &str) {
    assert_eq!(encode(value).unwrap_err().to_string(), expected);
}

#[test]
fn writes_structs_maps_and_pairs() {
    check(&Paging { page: 2, least: Some(-3) }, "page=2&least=-3");
    check(&Paging { page: 2, least: None }, "page=2");
    check(&BTreeMap::from([(1, "a"), (2, "b c")]), "1=a&2=b%20c");
    check(&BTreeMap::from([("tag", vec!["a", "b"])]), "tag=a&tag=b");
    check(&[("q", "a&b=c+d%"), ("q", "é")], "q=a%26b%3Dc%2Bd%25&q=%C3%A9");
    check(&(("a", 1), ("b", [2, 3]), ("c", None::<u8>)), "a=1&b=2&b=3");
    check(&Some(Some(Paging { page: 1, least: None })), "page=1");
    check(&[(Sort::ByName, Sort::ByAge)], "by-name=by-age");
    check(&[("unit", ())], "unit=");
    for nothing in [encode(&()), encode(&None::<Paging>), encode(&[("a", Vec::<u8>::new())])] {
        assert_eq!(nothing.as_deref(), Ok(""));
    }
}

#[test]
fn refuses_what_nobody_could_read() {
    let value = "expected a text, a number, a boolean, the name of a variant or a list of these, found";
    let element = "expected a text, a number, a boolean or the name of a variant, found";
    refuse("a=b", "expected a struct, a map or a list of pairs, found a single value");
    refuse(&["a"], "expected a name with its value, found a single value");
    refuse(&[("a", "b", "c")], "expected a pair, found a longer list");
    refuse(&[["a"]], "expected a pair, found a shorter list");
    refuse(&[("a", [[1]])], &format!("`a`: {element} a list"));
    refuse(&[("a", [Some(1), None])], &format!("`a`: {element} `None`"));
    refuse(&[("a", f64::NAN)], &format!("`a`: {value} NaN"));
    refuse(&[("a", Paging { page: 1, least: None })], &format!("`a`: {value} a struct or a map"));
    refuse(&[("a", Ok::<u8, u8>(1))], &format!("`a`: {value} a variant with content"));
    refuse(&[([1], 1)], "expected a name, found a list");
}

#[test]
fn appends_behind_what_is_there() {
    let mut url = "/posts".to_owned();
    append_query(&mut url, &());
    assert_eq!(url, "/posts");
    append_query(&mut url, &[("a", 1)]);
    append_query(&mut url, &[("b", 2)]);
    assert_eq!(url, "/posts?a=1&b=2");
}

prop_compose! {
    fn filters()(
        (q, note) in (any::<String>(), any::<Option<String>>()),
        by_name in any::<bool>(),
        (on, id, letter) in (any::<bool>(), any::<u64>(), any::<char>()),
        score in any::<f64>().prop_filter("finite", |score| score.is_finite()),
        tags in prop::collection::vec(any::<String>(), 0..4),
        sizes in prop::collection::vec(any::<u8>(), 0..4),
        (range, page, least) in (any::<(i32, i32)>(), any::<u32>(), any::<Option<i64>>()),
    ) -> Filter {
        let sort = if by_name { Sort::ByName } else { Sort::ByAge };
        Filter { q, note, sort, on, id: Id(id), letter, score, tags, sizes, range, paging: Paging { page, least } }
    }
}

proptest! {
    #[test]
    fn is_read_back_as_it_was(filter in filters()) {
        let text = encode(&filter).unwrap();
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && !b"#?/+".contains(&byte)), "{}", text);
        prop_assert_eq!(&Query::<Filter>::parse(&text).unwrap().0, &filter);
        prop_assert_eq!(&Form::<Filter>::parse(text.as_bytes()).unwrap().0, &filter);
    }

    #[test]
    fn pairs_are_read_back_in_their_order(pairs in prop::collection::vec(any::<(String, String)>(), 0..8)) {
        let text = encode(&pairs).unwrap();
        prop_assert_eq!(Query::<Vec<(String, String)>>::parse(&text).unwrap().0, pairs);
    }
}
