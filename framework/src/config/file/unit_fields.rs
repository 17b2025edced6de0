//! Values with units for `#[serde(deserialize_with = …)]`, by the grammar that settings have.

use std::fmt;
use std::time::Duration;

use serde_core::de::{Deserializer, Error, Visitor};

use crate::config::errors::Excerpt;
use crate::config::units::{UnitError, parse_duration, parse_size};

/// Reads a duration such as `500ms`, `75s`, `2m` or `1h`; `0` needs no unit.
///
/// # Errors
///
/// Where the text does not follow that grammar; the error says what was probably meant.
pub fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let expected = "a duration in ms, s, m or h, such as 75s";
    deserializer.deserialize_str(Written { parse: parse_duration, expected })
}

/// Reads a size such as `100B`, `16KiB`, `2MiB` or `10MB`, in bytes; `0` needs no unit.
///
/// # Errors
///
/// Where the text does not follow that grammar; the error says what was probably meant.
pub fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let expected = "a size in B, KB, MB, GB, KiB, MiB or GiB, such as 2MiB";
    deserializer.deserialize_str(Written { parse: parse_size, expected })
}

struct Written<T> {
    parse: fn(&str) -> Result<T, UnitError>,
    expected: &'static str,
}

impl<T> Visitor<'_> for Written<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).map_err(|UnitError { nearest }| {
            let near =
                nearest.map(|near| format!("; did you mean `{}`?", Excerpt(&near))).unwrap_or_default();
            E::custom(format_args!("expected {}, found `{}`{near}", self.expected, Excerpt(text)))
        })
    }
}
