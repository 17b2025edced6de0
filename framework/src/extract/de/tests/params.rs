//! Path parameters.

use super::*;

fn params<'de, T: Deserialize<'de>>(params: &[(&'static str, &'de str)]) -> Result<T, String> {
    Fields::params(params.iter().copied()).into_params().map_err(|error| error.to_string())
}

#[test]
fn makes_one_value_a_tuple_a_struct_a_map_a_list() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Place<'a> {
        id: u64,
        name: &'a str,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Id(u64);
    let two = &[("id", "7"), ("name", "a+b")];
    assert_eq!(params(&[("id", "7")]), Ok(7_u64));
    assert_eq!(params(&[("id", "7")]), Ok(Id(7)));
    assert_eq!(params(&[("id", "7")]), Ok((7_u64,)));
    assert_eq!(params(&[("sort", "by-age")]), Ok(Sort::ByAge));
    assert_eq!(params(&[("path", "a%2Fb/c")]), Ok("a/b/c".to_owned()));
    assert_eq!(params(two), Ok((7_u8, "a+b")));
    assert_eq!(params(two), Ok(Place { id: 7, name: "a+b" }));
    assert_eq!(params(two), Ok(vec!["7", "a+b"]));
    assert_eq!(params(two), Ok(BTreeMap::from([("id", "7"), ("name", "a+b")])));
    assert_eq!(params(&[]), Ok(()));
    assert_eq!(params::<Option<u8>>(&[]), Ok(None));
}

#[test]
fn names_the_parameter() {
    let refused = "`id`: expected an unsigned 64-bit integer, found `x`";
    assert_eq!(params::<u64>(&[("id", "x")]).unwrap_err(), refused);
    assert_eq!(params::<(u64, &str)>(&[("id", "x"), ("name", "y")]).unwrap_err(), refused);
    let plus = "`id`: expected an unsigned 64-bit integer, found `+1`";
    assert_eq!(params::<u64>(&[("id", "+1")]).unwrap_err(), plus);
    assert_eq!(params::<u64>(&[("id", "%2B1")]).unwrap_err(), plus);
    assert_eq!(params::<BTreeMap<String, u64>>(&[("id", "x")]).unwrap_err(), refused);
    assert_eq!(params::<Sort>(&[("s", "x")]).unwrap_err(), "`s`: expected `by-name` or `by-age`, found `x`");
    assert_eq!(params::<&str>(&[("s", "%ff")]).unwrap_err(), "`s`: expected UTF-8 once percent-decoded");
}

#[test]
fn says_when_the_pattern_cannot_make_the_type() {
    let two = &[("a", "1"), ("b", "2")];
    assert!(params::<u8>(two).unwrap_err().contains("the pattern has 2"));
    assert!(params::<(u8, u8, u8)>(two).unwrap_err().contains("takes 3 parameters, the pattern has 2"));
}
