//! Any text as names and values: taken as other implementations take it, or refused for a reason that is listed.

use std::collections::BTreeMap;
use std::fmt::Debug;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;

use super::MAX_PAIRS;
use super::decode::{Coding, Malformed, decode};
use super::fields::MAX_FAULTS;
use crate::extract::rejection::FormRejection;
use crate::extract::{Form, Query};

/// More than one fault is told in: a name and a text, each of 64 characters and escaped, and what was expected.
const FAULT_CHARS: usize = 1500;

/// Where we differ from `serde_html_form`. There is nothing else.
const EXCEPTIONS: [Exception; 7] = [
    // A `%` without two hexadecimal digits, which they take for itself.
    Exception { ours: Ours::Broken, applies: |text, _| has_broken_escape(text) },
    // Escapes that are not UTF-8, for which they put U+FFFD.
    Exception {
        ours: Ours::Broken,
        applies: |text, _| pieces(text).any(|piece| percent_decode_str(piece).decode_utf8().is_err()),
    },
    // More names and values than are bounded.
    Exception { ours: Ours::Broken, applies: |_, pairs| pairs.len() > MAX_PAIRS },
    // A number that is not finite, which JSON could not say.
    Exception {
        ours: Ours::Refused,
        applies: |_, pairs| pairs.iter().any(|(name, value)| name == "g" && is_infinite(value)),
    },
    // A number with a `+` in front, which a path's param has not either.
    Exception {
        ours: Ours::Refused,
        applies: |_, pairs| {
            pairs.iter().any(|(name, value)| "bdg".contains(name.as_str()) && value.starts_with('+'))
        },
    },
    // A `bool` spelt as a ticked box or a digit.
    Exception {
        ours: Ours::Taken,
        applies: |_, pairs| {
            pairs
                .iter()
                .any(|(name, value)| name == "e" && matches!(value.as_str(), "1" | "0" | "on" | "off"))
        },
    },
    // An empty text for an optional type that cannot be empty, as a browser sends it.
    Exception {
        ours: Ours::Taken,
        applies: |_, pairs| {
            pairs.iter().any(|(name, value)| value.is_empty() && "befgh".contains(name.as_str()))
        },
    },
];

/// Where we differ from another deserializer on purpose, and what we make of it.
struct Exception {
    ours: Ours,
    /// Whether it can be met in this text, of these pairs as they read them.
    applies: fn(&str, &[(String, String)]) -> bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ours {
    /// It is no list of names and values.
    Broken,
    /// It is no value of the type.
    Refused,
    /// It is one.
    Taken,
}

/// A bit of everything that a query or a form is made into.
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
    g: Option<f64>,
    h: Option<Choice>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Choice {
    One,
    Two,
}

/// Holds where `input`, as text with escapes, is decoded as the crate `percent-encoding` decodes it, or refused because
/// it has an escape that is none or makes no UTF-8; and where `input`, as text, comes back out of its escapes.
///
/// # Panics
///
/// Where it does not hold.
pub fn percent(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    for (coding, spaced) in [(Coding::Percent, text.to_owned()), (Coding::Form, text.replace('+', " "))] {
        let theirs = percent_decode_str(&spaced).decode_utf8();
        match decode(text, coding) {
            Ok(ours) => {
                assert_eq!(Some(&ours), theirs.as_ref().ok());
                assert!(!has_broken_escape(text), "{coding:?}: {ours}");
            }
            Err(Malformed::Utf8) => assert!(theirs.is_err(), "{coding:?}: {theirs:?}"),
            Err(Malformed::NotUtf8) => panic!("{coding:?}: it is UTF-8 as it came"),
            Err(Malformed::Escape) => assert!(has_broken_escape(text), "{coding:?}: {theirs:?}"),
        }
        let encoded = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        assert_eq!(decode(&encoded, coding).as_deref(), Ok(text), "{coding:?}");
        assert_eq!(decode(&encoded.replace("%20", "+"), Coding::Form).as_deref(), Ok(text));
    }
}

/// Holds where `input`, as a query string, is taken as `serde_html_form` takes it, but for what is listed.
///
/// # Panics
///
/// Where it does not hold.
pub fn query(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    fn both<'a, T: Deserialize<'a> + Debug + PartialEq>(text: &'a str) {
        compare(text, Query::<T>::parse(text).map(|query| query.0).map_err(|error| error.to_string()));
    }
    both::<Compared>(text);
    both::<Vec<(String, String)>>(text);
    both::<BTreeMap<String, Vec<String>>>(text);
}

/// Holds where `input`, as a form, is taken as `serde_html_form` takes it, but for what is listed; where what is no
/// form is told from one that is no value; and where `flatten` changes nothing.
///
/// # Panics
///
/// Where it does not hold.
pub fn form(input: &[u8]) {
    #[derive(Debug, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        inner: Compared,
    }
    let ours = Form::<Compared>::parse(input);
    let text = match (std::str::from_utf8(input), &ours) {
        (Ok(text), _) => text,
        (Err(_), Err(FormRejection::NotUtf8 { .. })) => return,
        (Err(error), _) => panic!("{error}, but {ours:?}"),
    };
    let ours = ours.map(|form| form.0).map_err(|error| {
        let broken = matches!(error, FormRejection::Malformed(_));
        assert!(!broken || is_excepted(text, &[Ours::Broken]), "{error}, of a form that is one");
        error.to_string()
    });
    // What is flattened goes through a buffer, for which unknown names are decoded as well.
    if let Ok(ours) = &ours
        && !is_excepted(text, &[Ours::Broken])
    {
        let flat = Form::<Flat>::parse(input).map(|form| form.0.inner);
        assert!(flat.as_ref().is_ok_and(|flat| flat == ours), "{ours:?}, but {flat:?} where it is flattened");
    }
    compare(text, ours);
}

/// Compares what we made of `text` with what they make of it.
fn compare<'a, T: Deserialize<'a> + Debug + PartialEq>(text: &'a str, ours: Result<T, String>) {
    match (ours, theirs::<T>(text)) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs),
        (Ok(ours), Err(error)) => {
            assert!(is_excepted(text, &[Ours::Taken]), "they refuse ({error}) what we take: {ours:?}");
        }
        (Err(error), theirs) => {
            assert!(
                !error.contains(char::is_control) && error.chars().count() < MAX_FAULTS * FAULT_CHARS,
                "{error:?} is for a client"
            );
            let agrees = theirs.is_err() || is_excepted(text, &[Ours::Broken, Ours::Refused]);
            assert!(agrees, "we refuse ({error}) what they take: {theirs:?}");
        }
    }
}

/// Whether one of these exceptions can be met in `text`.
fn is_excepted(text: &str, ours: &[Ours]) -> bool {
    let pairs: Vec<(String, String)> = theirs(text).unwrap_or_default();
    let mut listed = EXCEPTIONS.iter().filter(|exception| ours.contains(&exception.ours));
    listed.any(|exception| (exception.applies)(text, &pairs))
}

fn theirs<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_html_form::from_str(text).map_err(|error| error.to_string())
}

/// Whether a `%` stands without two hexadecimal digits behind it.
fn has_broken_escape(text: &str) -> bool {
    let is_escape = |behind: &str| behind.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    text.split('%').skip(1).any(|behind| !is_escape(behind))
}

/// The names and values, still encoded.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split('&').flat_map(|pair| pair.splitn(2, '='))
}

fn is_infinite(text: &str) -> bool {
    text.parse().is_ok_and(|number: f64| !number.is_finite())
}
