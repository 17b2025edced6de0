//! What goes through serde's buffer: `flatten`, tagged and untagged enums.

use super::*;

#[derive(Debug, PartialEq, Deserialize)]
struct List {
    q: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Paging {
    page: u32,
    #[serde(default)]
    per_page: Option<u8>,
    #[serde(default)]
    ratio: f32,
    #[serde(default)]
    deep: bool,
    #[serde(default)]
    ids: Vec<i16>,
    #[serde(default)]
    zip: String,
    sort: Option<Sort>,
    least: Option<NonZeroU32>,
}

fn list(q: &str, page: u32) -> List {
    let paging = Paging {
        page,
        per_page: None,
        ratio: 0.0,
        deep: false,
        ids: vec![],
        zip: String::new(),
        sort: None,
        least: None,
    };
    List { q: q.to_owned(), paging }
}

#[test]
fn finds_numbers_where_numbers_are_asked_for() {
    check("q=1&page=7", Ok(list("1", 7)));
    check("page=%37&q=x", Ok(list("x", 7)));
    let mut all = list("7", 7);
    all.paging = Paging {
        page: 7,
        per_page: Some(20),
        ratio: 1.0,
        deep: true,
        ids: vec![-1, 2],
        zip: "01234".into(),
        sort: Some(Sort::ByName),
        least: NonZeroU32::new(3),
    };
    check("q=7&page=7&per_page=20&ratio=1&deep=on&ids=-1&ids=2&zip=01234&sort=by-name&least=3", Ok(all));
    let mut one = list("", 1);
    one.paging.ids = vec![5];
    check("q=&page=1&ids=5&per_page=&sort=", Ok(one));
}

#[test]
fn names_the_field_inside() {
    let rows = [
        ("q=1&page=abc", "`page`: expected an unsigned 32-bit integer, found `abc`"),
        ("q=1&page=%61bc", "`page`: expected an unsigned 32-bit integer, found `abc`"),
        ("q=1&page=", "`page`: expected an unsigned 32-bit integer, found ``"),
        ("q=1&page=%2B1", "`page`: expected an unsigned 32-bit integer, found `+1`"),
        ("q=1&page=1&ratio=%2B1", "`ratio`: expected a number, found `+1`"),
        ("q=1&page=1&per_page=300", "`per_page`: expected an unsigned 8-bit integer, found `300`"),
        ("q=1&page=1&ids=1&ids=x", "`ids`: expected a 16-bit integer, found `x`"),
        ("q=1&page=1&sort=up", "`sort`: expected `by-name` or `by-age`, found `up`"),
        ("q=1&page=1&least=0", "`least`: expected a nonzero u32, found `0`"),
        ("q=1", "`page` is missing"),
        ("page=1&deep=true", "`q` is missing"),
    ];
    for (text, expected) in rows {
        check::<List>(text, Err(expected));
    }
}

#[test]
fn an_empty_text_is_none_where_an_option_is_flattened() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        letter: Option<char>,
        sort: Option<Sort>,
    }
    check("letter=&sort=", Ok(Outer { inner: Inner { letter: None, sort: None } }));
    check("letter=a&sort=", Ok(Outer { inner: Inner { letter: Some('a'), sort: None } }));
}

#[test]
fn names_without_values_are_told_apart() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        tags: Vec<String>,
    }
    let expected = || Ok(Outer { inner: Inner { tags: vec![String::new()] } });
    for text in ["tags&other", "other&tags", "tags=&other", "tags&other=", "other&tags&", "tags"] {
        check(text, expected());
    }
}

#[test]
fn an_optional_struct_is_there_when_its_fields_are() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        #[serde(flatten)]
        inner: Option<Inner>,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        page: u32,
    }
    check("page=7", Ok(Outer { inner: Some(Inner { page: 7 }) }));
    check("other=7", Ok(Outer { inner: None }));
}

#[test]
fn tagged_enums_hold_numbers() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    enum Shape {
        Circle { radius: u32 },
        Named { name: String },
    }
    check("kind=circle&radius=2", Ok(Shape::Circle { radius: 2 }));
    check("kind=named&name=2", Ok(Shape::Named { name: "2".into() }));
    check::<Shape>("kind=circle&radius=x", Err("`radius`: expected an unsigned 32-bit integer, found `x`"));
}

#[test]
fn untagged_enums_take_the_first_variant_that_fits() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Key {
        Number { key: u32 },
        Name { key: String },
    }
    check("key=7", Ok(Key::Number { key: 7 }));
    check("key=seven", Ok(Key::Name { key: "seven".into() }));
}

#[test]
fn a_map_takes_the_rest() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Rest {
        page: u32,
        #[serde(flatten)]
        rest: BTreeMap<String, String>,
    }
    let rest = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
    check("a=1&page=2", Ok(Rest { page: 2, rest }));
}

#[test]
fn gives_up_on_an_endless_map_of_numbers() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Rest {
        #[serde(flatten)]
        rest: BTreeMap<String, u32>,
    }
    let text = |count| (0..count).map(|key| format!("k{key}=1")).collect::<Vec<_>>().join("&");
    assert_eq!(make::<Rest>(&text(60)).unwrap().rest.len(), 60);
    assert!(make::<Rest>(&text(1000)).is_err());
}
