//! Numbers as paths, queries and forms spell them: one rule for all.

use std::str::FromStr;

/// Parses with `FromStr`, but for a `+` in front: what HTML's fields for numbers send (WHATWG HTML §2.3.4.3) never has one,
/// and unescaped it is a space in one part of a URL and a plus in the other.
///
/// Zeros may lead, as they do in `/2024/05`.
#[inline]
pub(super) fn parse<T: FromStr>(text: &str) -> Option<T> {
    if text.as_bytes().first() == Some(&b'+') { None } else { text.parse().ok() }
}
