//! The deserializer against types as applications write them, and against `serde_html_form`.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

mod flattened;
mod params;

fn form<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, String> {
    let fields = Fields::parse(text, Coding::Form).map_err(|error| error.to_string())?;
    fields.into_map().map_err(|errors| errors.to_string())
}

#[track_caller]
fn check<T: for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug>(text: &str, expected: Result<T, &str>) {
    assert_eq!(form::<T>(text), expected.map_err(str::to_owned), "{text}");
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Search {
    q: String,
    page: u32,
    exact: bool,
    tag: Vec<String>,
    id: Vec<u8>,
    sort: Option<Sort>,
    limit: Option<u8>,
    note: Option<String>,
    letter: Option<char>,
    least: Option<f64>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Sort {
    ByName,
    ByAge,
}

#[test]
fn text_is_what_the_type_asks_for() {
    check("", Ok(Search::default()));
    check(
        "q=a+b%26&page=7&exact=on",
        Ok(Search { q: "a b&".into(), page: 7, exact: true, ..Search::default() }),
    );
    check(
        "tag=a&q=x&tag=b&id=1&id=2",
        Ok(Search { q: "x".into(), tag: vec!["a".into(), "b".into()], id: vec![1, 2], ..Search::default() }),
    );
    check(
        "sort=by-age&letter=%C3%A9&least=-1.5e3",
        Ok(Search { sort: Some(Sort::ByAge), letter: Some('é'), least: Some(-1500.0), ..Search::default() }),
    );
    check("&&q=&unknown=%zz&", Ok(Search::default()));
}

#[test]
fn an_empty_text_is_none_unless_the_type_can_be_empty() {
    check("limit=&note=&sort=&letter=&least=", Ok(Search { note: Some(String::new()), ..Search::default() }));
    check::<Search>("page=", Err("`page`: expected an unsigned 32-bit integer, found ``"));
}

#[test]
fn names_the_field_what_was_expected_and_what_was_found() {
    let rows = [
        ("page=abc", "`page`: expected an unsigned 32-bit integer, found `abc`"),
        ("page=4294967296", "`page`: expected an unsigned 32-bit integer, found `4294967296`"),
        ("page=-1", "`page`: expected an unsigned 32-bit integer, found `-1`"),
        ("page=1&page=2", "`page`: expected one value, found 2"),
        ("id=1&id=256", "`id`: expected an unsigned 8-bit integer, found `256`"),
        ("exact=yes", "`exact`: expected `true` or `false`, found `yes`"),
        ("sort=by+age", "`sort`: expected `by-name` or `by-age`, found `by age`"),
        ("letter=ab", "`letter`: expected one character, found `ab`"),
        ("least=NaN", "`least`: expected a number, found `NaN`"),
        ("q=%f", "`q`: expected two hexadecimal digits after each `%`"),
        ("q=%ff", "`q`: expected UTF-8 once percent-decoded"),
        ("%ff=1", "`%ff`: expected UTF-8 once percent-decoded"),
        (
            "page=%0d%0a%1b%E2%80%AE",
            "`page`: expected an unsigned 32-bit integer, found `\\r\\n\\u{1b}\\u{202e}`",
        ),
    ];
    for (text, expected) in rows {
        check::<Search>(text, Err(expected));
    }
}

#[test]
fn quotes_a_bounded_piece_of_a_long_text() {
    let error = form::<Search>(&format!("page={}", "x".repeat(100_000))).unwrap_err();
    assert_eq!(error, format!("`page`: expected an unsigned 32-bit integer, found `{}…`", "x".repeat(64)));
}

#[test]
fn a_field_without_a_default_must_be_there() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        id: u64,
    }
    check("id=1", Ok(Strict { id: 1 }));
    check::<Strict>("", Err("`id` is missing"));
    check::<Strict>("id=1&x=2", Err("`x` is not known: expected `id`"));
}

#[test]
fn refuses_what_cannot_be_text() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        inner: Inner,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {}
    check::<Outer>("inner=x", Err("`inner`: expected struct Inner, found `x`"));
    check::<BTreeMap<String, BTreeMap<String, u8>>>("a=x", Err("`a`: expected a map, found `x`"));
    check::<u8>("a=1", Err("expected an unsigned 8-bit integer, found names and values"));
}

#[test]
fn makes_maps_and_borrows() {
    check("2=b&1=a", Ok(BTreeMap::from([(1_u8, "a".to_owned()), (2, "b".to_owned())])));
    let borrowed: HashMap<&str, &str> = form("a=1&b=2").unwrap();
    assert_eq!(borrowed, HashMap::from([("a", "1"), ("b", "2")]));
    let refused = form::<HashMap<&str, &str>>("a=%31").unwrap_err();
    assert_eq!(refused, "`a`: expected a borrowed string, found `1`");
}

#[test]
fn a_list_of_pairs_keeps_their_order() {
    let pairs = |text: &'static str| form::<Vec<(&str, &str)>>(text);
    assert_eq!(pairs("b=1&a=2&b=3&c&a="), Ok(vec![("b", "1"), ("a", "2"), ("b", "3"), ("c", ""), ("a", "")]));
    assert_eq!(pairs("b=1&a=2"), Ok(vec![("b", "1"), ("a", "2")]));
    assert_eq!(pairs(""), Ok(vec![]));
    check::<Vec<(String, u8)>>("a=1&b=x", Err("`b`: expected an unsigned 8-bit integer, found `x`"));
    check::<Vec<u8>>("a=1", Err("`a`: expected an unsigned 8-bit integer, found a name and a value"));
}

#[test]
fn bounds_the_pairs() {
    let pairs = |count: usize| (0..count).map(|index| format!("k{index}=1")).collect::<Vec<_>>().join("&");
    assert_eq!(form::<HashMap<String, u8>>(&pairs(MAX_PAIRS)).unwrap().len(), MAX_PAIRS);
    let refused = form::<HashMap<String, u8>>(&pairs(MAX_PAIRS + 1)).unwrap_err();
    assert_eq!(refused, "expected at most 1000 names and values");
    assert_eq!(form::<HashMap<String, Vec<u8>>>(&"a=1&".repeat(MAX_PAIRS)).unwrap()["a"].len(), MAX_PAIRS);
}

#[test]
fn groups_many_names_as_it_groups_few() {
    let names = || (0..50).flat_map(|_| (0..40).map(|name| format!("n{name}")));
    for taken in [1, 16, 17, 18, 40, 41, 100, 999] {
        let text: Vec<_> =
            names().take(taken).enumerate().map(|(value, name)| format!("{name}={value}")).collect();
        let mut expected: HashMap<String, Vec<usize>> = HashMap::new();
        for (value, name) in names().take(taken).enumerate() {
            expected.entry(name).or_default().push(value);
        }
        check(&text.join("&"), Ok(expected));
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Compared {
    a: Option<String>,
    b: Option<u32>,
    #[serde(default)]
    c: Vec<String>,
    #[serde(default)]
    d: Vec<i64>,
    e: Option<bool>,
    f: Option<char>,
}

/// Text that both take: our escapes are strict and our `bool`s more, so these are left out.
fn pairs() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let name = prop::sample::select(vec!["a", "b", "c", "d", "e", "f", "g"]);
    let value = prop_oneof!["[0-9]{0,11}", "-?[0-9]{1,3}", "true|false", "[a-zé&=+%/ ]{0,4}", "."];
    prop::collection::vec((name, value), 0..12)
}

proptest! {
    #[test]
    fn agrees_with_serde_html_form(pairs in pairs()) {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        let text: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let text = text.join("&");
        let theirs = serde_html_form::from_str::<Compared>(&text);
        let spelt_otherwise = pairs.iter().any(|(name, value)| *name == "e" && (value == "0" || value == "1"));
        // An empty `char` is an error to them and nothing to us.
        let empty_char = pairs.iter().any(|(name, value)| *name == "f" && value.is_empty());
        if !spelt_otherwise && !empty_char {
            prop_assert_eq!(form::<Compared>(&text).ok(), theirs.ok(), "{}", text);
        }
    }

    #[test]
    fn any_text_makes_a_map_or_an_error(text in "[a-c=&%+0-9é\\PC]{0,40}") {
        if let Ok(map) = form::<BTreeMap<String, Vec<String>>>(&text) {
            let pairs: usize = map.values().map(Vec::len).sum();
            prop_assert_eq!(pairs, text.split('&').filter(|pair| !pair.is_empty()).count());
        }
    }

    #[test]
    fn flattening_changes_nothing(page in any::<u32>(), name in "[0-9a-z.]{0,6}", ids in prop::collection::vec(any::<i16>(), 0..4)) {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Flat { #[serde(flatten)] inner: Inner }
        #[derive(Debug, PartialEq, Deserialize)]
        struct Inner { page: u32, name: String, #[serde(default)] ids: Vec<i16> }
        let ids: String = ids.iter().map(|id| format!("&ids={id}")).collect();
        let text = format!("name={name}&page={page}{ids}");
        prop_assert_eq!(form::<Flat>(&text).unwrap().inner, form::<Inner>(&text).unwrap());
    }
}
