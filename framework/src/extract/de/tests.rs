//! The deserializer against types as applications write them, and against `serde_html_form`.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::__properties::replay;

mod flattened;
mod params;

fn make<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, String> {
    let fields = Fields::parse(text, Coding::Form).map_err(|error| error.to_string())?;
    fields.into_map().map_err(|errors| errors.to_string())
}

#[track_caller]
fn check<T: for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug>(text: &str, expected: Result<T, &str>) {
    assert_eq!(make::<T>(text), expected.map_err(str::to_owned), "{text}");
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
    check("page=007&least=0.50", Ok(Search { page: 7, least: Some(0.5), ..Search::default() }));
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
        ("page=%2B1", "`page`: expected an unsigned 32-bit integer, found `+1`"),
        ("page=+1", "`page`: expected an unsigned 32-bit integer, found ` 1`"),
        ("page=1_000", "`page`: expected an unsigned 32-bit integer, found `1_000`"),
        ("least=%2B1.5", "`least`: expected a number, found `+1.5`"),
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
fn every_fault_of_a_list_is_told() {
    check::<Search>(
        "id=a&id=1&id=256&page=x&id=b",
        Err("`id`: expected an unsigned 8-bit integer, found `a`; \
             `id`: expected an unsigned 8-bit integer, found `256`; \
             `id`: expected an unsigned 8-bit integer, found `b`; \
             `page`: expected an unsigned 32-bit integer, found `x`"),
    );

    #[derive(Debug, PartialEq, Deserialize)]
    struct Place {
        at: (u8, bool, u8),
        by: Option<[u8; 2]>,
    }
    check("at=1&at=true&at=2&by=3&by=4", Ok(Place { at: (1, true, 2), by: Some([3, 4]) }));
    check::<Place>(
        "at=x&at=1&at=y&by=z&by=1",
        Err("`at`: expected an unsigned 8-bit integer, found `x`; \
             `at`: expected an unsigned 8-bit integer, found `y`; \
             `by`: expected an unsigned 8-bit integer, found `z`"),
    );
}

#[test]
fn quotes_a_bounded_piece_of_a_long_text() {
    let error = make::<Search>(&format!("page={}", "x".repeat(100_000))).unwrap_err();
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
    let nested = |fault: &str| format!("{fault}: {}", value::FLATTEN);
    check::<Outer>("inner=x", Err(&nested("`inner`: expected struct Inner, found `x`")));
    let missing = nested("`inner`: expected struct Inner, found ``");
    check::<Outer>("", Err(&missing));
    check::<BTreeMap<String, BTreeMap<String, u8>>>("a=x", Err(&nested("`a`: expected a map, found `x`")));
    check::<BTreeMap<String, Vec<Vec<u8>>>>("a=x", Err(&nested("`a`: expected a list, found `x`")));
    let whole = |fault: &str| format!("{fault}: {}", map::WHOLE);
    check::<u8>("a=1", Err(&whole("expected an unsigned 8-bit integer, found names and values")));
}

#[test]
fn makes_maps_and_borrows() {
    check("2=b&1=a", Ok(BTreeMap::from([(1_u8, "a".to_owned()), (2, "b".to_owned())])));
    let borrowed: HashMap<&str, &str> = make("a=1&b=2").unwrap();
    assert_eq!(borrowed, HashMap::from([("a", "1"), ("b", "2")]));
    let refused = make::<HashMap<&str, &str>>("a=%31").unwrap_err();
    assert_eq!(refused, "`a`: expected a borrowed string, found `1`");
}

#[test]
fn a_list_of_pairs_keeps_their_order() {
    let pairs = |text: &'static str| make::<Vec<(&str, &str)>>(text);
    assert_eq!(pairs("b=1&a=2&b=3&c&a="), Ok(vec![("b", "1"), ("a", "2"), ("b", "3"), ("c", ""), ("a", "")]));
    assert_eq!(pairs("b=1&a=2"), Ok(vec![("b", "1"), ("a", "2")]));
    assert_eq!(pairs(""), Ok(vec![]));
    check::<Vec<(String, u8)>>("a=1&b=x", Err("`b`: expected an unsigned 8-bit integer, found `x`"));
    let pair = "`a`: expected an unsigned 8-bit integer, found names and values";
    check::<Vec<u8>>("a=1", Err(&format!("{pair}: {}", map::WHOLE)));
}

#[test]
fn bounds_the_pairs() {
    let pairs = |count: usize| (0..count).map(|index| format!("k{index}=1")).collect::<Vec<_>>().join("&");
    assert_eq!(make::<HashMap<String, u8>>(&pairs(MAX_PAIRS)).unwrap().len(), MAX_PAIRS);
    let refused = make::<HashMap<String, u8>>(&pairs(MAX_PAIRS + 1)).unwrap_err();
    assert_eq!(refused, "expected at most 1000 names and values");
    assert_eq!(make::<HashMap<String, Vec<u8>>>(&"a=1&".repeat(MAX_PAIRS)).unwrap()["a"].len(), MAX_PAIRS);
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

/// Names and values, some of them encoded, some of them broken.
fn texts() -> impl Strategy<Value = String> {
    let name = prop_oneof![8 => "[a-h]", 1 => "[a-h%+]{0,3}"];
    let value = prop_oneof![
        "[0-9]{0,11}",
        "(-|%2[bB])?[0-9]{1,3}(\\.[0-9e]{1,3})?",
        "true|false|on|off|one|two|inf|NaN",
        "[a-zé&=+%/ ]{0,4}",
        "(%[0-9a-f]{2}){0,3}",
        ".",
    ];
    let equals = prop_oneof![8 => Just("="), 1 => Just("")];
    let pair = (name, equals, value).prop_map(|(name, equals, value)| format!("{name}{equals}{value}"));
    prop::collection::vec(pair, 0..12).prop_map(|pairs| pairs.join("&"))
}

proptest! {
    #[test]
    fn queries_are_taken_as_elsewhere_or_refused(text in texts()) {
        query(text.as_bytes());
    }

    #[test]
    fn forms_are_taken_as_elsewhere_or_refused(text in texts()) {
        form(text.as_bytes());
    }

    #[test]
    fn any_text_makes_a_map_or_an_error(text in "[a-c=&%+0-9é\\PC]{0,40}") {
        if let Ok(map) = make::<BTreeMap<String, Vec<String>>>(&text) {
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
        prop_assert_eq!(make::<Flat>(&text).unwrap().inner, make::<Inner>(&text).unwrap());
    }
}

#[test]
fn the_fuzzers_texts_are_taken_as_elsewhere_or_refused() {
    replay("query", query);
    replay("form", form);
}
