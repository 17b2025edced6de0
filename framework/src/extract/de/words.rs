//! What was expected and what was found, in words for a client: bounded, and with nothing in it that a screen obeys.

use std::fmt;

use serde_core::de::Unexpected;

/// The most characters of a client's text that an answer quotes.
const QUOTED_CHARS: usize = 64;

/// Quotes a client's text: what is not printable escaped, and no more of it than a line holds.
#[inline]
pub(crate) fn quoted(text: &str) -> String {
    format!("`{}`", bounded(text, QUOTED_CHARS))
}

/// At most `limit` characters, what is not printable escaped.
#[inline]
pub(crate) fn bounded(text: &str, limit: usize) -> String {
    let mut bounded = String::new();
    for character in text.chars().take(limit) {
        match character {
            '\'' | '"' => bounded.push(character),
            _ => bounded.extend(character.escape_debug()),
        }
    }
    if text.chars().nth(limit).is_some() {
        bounded.push('…');
    }
    bounded
}

/// What stands there, as a client would call it.
#[inline]
pub(super) fn what(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Str(text) => quoted(text),
        Unexpected::Char(character) => quoted(character.encode_utf8(&mut [0; 4])),
        Unexpected::Bool(value) => quoted(&value.to_string()),
        Unexpected::Unsigned(number) => quoted(&number.to_string()),
        Unexpected::Signed(number) => quoted(&number.to_string()),
        Unexpected::Float(number) => quoted(&number.to_string()),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "names and values".to_owned(),
        Unexpected::Option | Unexpected::Unit => "nothing".to_owned(),
        other => other.to_string(),
    }
}

/// The names that serde's own visitors give types, in words.
#[inline]
pub(super) fn in_words(expected: &str) -> &str {
    match expected {
        "u8" => "an unsigned 8-bit integer",
        "u16" => "an unsigned 16-bit integer",
        "u32" => "an unsigned 32-bit integer",
        "u64" => "an unsigned 64-bit integer",
        "u128" => "an unsigned 128-bit integer",
        "usize" => "an unsigned integer",
        "i8" => "an 8-bit integer",
        "i16" => "a 16-bit integer",
        "i32" => "a 32-bit integer",
        "i64" => "a 64-bit integer",
        "i128" => "a 128-bit integer",
        "isize" => "an integer",
        "f32" | "f64" => "a number",
        "a boolean" => "`true` or `false`",
        "a character" => "one character",
        "a sequence" => "a list",
        other => other,
    }
}

/// A few names, as a sentence lists them.
pub(super) struct Listed(pub(super) &'static [&'static str]);

impl fmt::Display for Listed {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("none"),
            [name] => write!(f, "`{name}`"),
            [first, second] => write!(f, "`{first}` or `{second}`"),
            [first, more @ ..] => {
                write!(f, "one of `{first}`")?;
                more.iter().try_for_each(|name| write!(f, ", `{name}`"))
            }
        }
    }
}
