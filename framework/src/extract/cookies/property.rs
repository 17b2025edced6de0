//! Any bytes as `Cookie`: the names and values that stand there by RFC 6265 §5.4, none of them in disguise.

use std::collections::BTreeMap;

use http::header::COOKIE;
use http::{HeaderValue, Method};

use super::{Cookies, set_cookie, with_defaults};
use crate::__properties::{trim, values};
use crate::http::Request;

/// Holds where `input`, as the lines of a `Cookie`, is the jar that it is by hand, and where each cookie in it comes back
/// out of the `Set-Cookie` that would set it.
///
/// # Panics
///
/// Where it does not hold.
pub fn cookies(input: &[u8]) {
    let Some(lines) = values(input) else { return };
    let jar = Cookies::of(&request(&lines));
    let ours: BTreeMap<_, _> = jar.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(ours, by_hand(&lines));
    for (name, value) in ours {
        let cookie = with_defaults((name.clone(), value.clone()).into());
        let line = set_cookie(&cookie).expect("what has a name can be set");
        let end = line.as_bytes().iter().position(|&byte| byte == b';').expect("attributes stand behind it");
        let pair = HeaderValue::from_bytes(line.as_bytes().get(..end).unwrap_or_default());
        let again = Cookies::of(&request(&[pair.expect("it is a part of a field value")]));
        assert_eq!(again.iter().collect::<Vec<_>>(), [(name.as_str(), value.as_str())]);
    }
}

fn request(lines: &[HeaderValue]) -> Request {
    let mut request = Request::new(Method::GET, "/");
    for line in lines {
        request.headers_mut().append(COOKIE, line.clone());
    }
    request
}

/// Pieces between semicolons, cut at the first `=`, of which the first of a name counts.
fn by_hand(lines: &[HeaderValue]) -> BTreeMap<String, String> {
    let mut jar = BTreeMap::new();
    let pieces = lines.iter().flat_map(|line| line.as_bytes().split(|&byte| byte == b';'));
    for piece in pieces.filter(|piece| std::str::from_utf8(piece).is_ok()) {
        let Some(equals) = piece.iter().position(|&byte| byte == b'=') else { continue };
        let (sent, behind) = piece.split_at(equals);
        let (sent, value) = (trim(sent), behind.get(1..).map(trim).unwrap_or_default());
        let (Some(name), Some(value)) = (unescaped(sent), unescaped(value)) else { continue };
        let is_disguised = is_prefixed(name.as_bytes()) && !is_prefixed(sent);
        if !name.is_empty() && !is_disguised {
            jar.entry(name).or_insert(value);
        }
    }
    jar
}

/// Whether a browser lets no other site and no plain connection set a cookie of this name.
fn is_prefixed(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(b"__host-") || name.starts_with(b"__secure-")
}

/// A `%` without two digits behind it stands for itself.
fn unescaped(mut text: &[u8]) -> Option<String> {
    let mut bytes = Vec::new();
    while let [byte, rest @ ..] = text {
        let escaped =
            rest.get(..2).filter(|digits| *byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let digits = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(*byte));
        text = rest.get(if escaped.is_some() { 2.. } else { 0.. }).unwrap_or_default();
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::__properties::replay;

    proptest::proptest! {
        #[test]
        fn any_field_is_the_jar_that_it_is_by_hand(
            lines in "((__Host-|%5f_secure%2D)?[ab%=é\u{a0} \t]{0,4}=?[ -~é]{0,5}[;\n]?){0,6}",
        ) {
            cookies(lines.as_bytes());
        }
    }

    #[test]
    fn the_fuzzers_fields_are_the_jars_that_they_are_by_hand() {
        replay("cookies", cookies);
    }
}
