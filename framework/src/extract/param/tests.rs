//! Parameters from their text, and back to it.

use std::num::{NonZeroI8, NonZeroU64};

use super::*;

#[track_caller]
fn parses<T: for<'a> FromParam<'a> + PartialEq + fmt::Debug>(text: &str, expected: T) {
    assert_eq!(T::from_param(text).ok(), Some(expected), "{text}");
}

#[track_caller]
fn refuses<T: for<'a> FromParam<'a> + fmt::Debug>(text: &str, expected: &str) {
    let error = T::from_param(text).expect_err(text);
    assert_eq!(error.to_string(), expected, "{text}");
}

#[test]
fn reads_numbers_to_their_bounds() {
    parses("0", 0_u8);
    parses("255", u8::MAX);
    parses("18446744073709551615", u64::MAX);
    parses("-128", i8::MIN);
    parses("-1.5", -1.5_f64);
    parses("7", NonZeroU64::new(7).unwrap());
    refuses::<u8>("256", "expected an unsigned 8-bit integer");
    refuses::<u64>("18446744073709551616", "expected an unsigned 64-bit integer");
    refuses::<u64>("-1", "expected an unsigned 64-bit integer");
    parses("007", 7_u8);
    refuses::<u64>("+1", "expected an unsigned 64-bit integer");
    refuses::<i8>("+1", "expected an 8-bit integer");
    refuses::<f32>("+1.5", "expected a number");
    refuses::<u64>("", "expected an unsigned 64-bit integer");
    refuses::<u64>(" 1", "expected an unsigned 64-bit integer");
    refuses::<i32>("1_000", "expected a 32-bit integer");
    refuses::<NonZeroU64>("0", "expected an unsigned 64-bit integer other than zero");
    refuses::<NonZeroI8>("-129", "expected an 8-bit integer other than zero");
    refuses::<NonZeroI8>("0", "expected an 8-bit integer other than zero");
    refuses::<f64>("NaN", "expected a number");
    refuses::<f32>("inf", "expected a number");
    refuses::<f64>("1e999", "expected a number");
}

#[test]
fn reads_words() {
    parses("true", true);
    parses("é", 'é');
    parses("a b", "a b".to_owned());
    refuses::<bool>("yes", "expected `true` or `false`");
    refuses::<char>("ab", "expected a single character");
    assert_eq!(Parsed::<std::net::Ipv4Addr>::from_param("127.0.0.1").unwrap().octets(), [127, 0, 0, 1]);
    refuses::<Parsed<std::net::Ipv4Addr>>("localhost", "invalid IPv4 address syntax");
}

#[test]
fn borrows_text() {
    let text = String::from("name");
    let borrowed = <&str>::from_param(&text).unwrap();
    assert_eq!(borrowed.as_ptr(), text.as_ptr());
    assert!(matches!(Cow::from_param(&text), Ok(Cow::Borrowed(_))));
}

#[test]
fn repeats_a_text_bounded_and_escaped() {
    assert_eq!(Found("a\r\n\u{1b}\u{202e}`").to_string(), "a\\r\\n\\u{1b}\\u{202e}`");
    assert_eq!(Found(&"x".repeat(64)).to_string(), "x".repeat(64));
    assert_eq!(Found(&"é".repeat(65)).to_string(), format!("{}…", "é".repeat(64)));
}

/// What `url` accepts for a parameter of the type `T`.
fn text<T: ?Sized>(value: impl IntoParam<T>) -> String {
    value.into_param().to_string()
}

#[test]
fn writes_values_and_references() {
    assert_eq!(text::<u64>(42), "42");
    assert_eq!(text::<u64>(&42), "42");
    assert_eq!(text::<str>("a"), "a");
    assert_eq!(text::<str>(String::from("a")), "a");
    assert_eq!(text::<str>(&String::from("a")), "a");
    assert_eq!(text::<str>(Cow::Borrowed("a")), "a");
    assert_eq!(text::<bool>(true), "true");
}
