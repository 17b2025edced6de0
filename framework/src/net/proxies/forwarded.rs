//! The elements of a `Forwarded` field line, from the last to the first (RFC 7239 §4).
//!
//! ```text
//! Forwarded         = 1#forwarded-element
//! forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )
//! forwarded-pair    = token "=" ( token / quoted-string )
//! ```
//!
//! A line is taken apart from its end: a client may send `for="`, and read from the start, the quote would take in what
//! a proxy appends to it. Read from the end, what a proxy wrote is whole before anything to its left is looked at.

use std::borrow::Cow;

/// What one proxy says of the request that it received.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// `for`: who it came from.
    pub(super) node: Option<Cow<'a, str>>,
    pub(super) proto: Option<Cow<'a, str>>,
    pub(super) host: Option<Cow<'a, str>>,
}

/// The elements of a line, from the last to the first; `None` for one that does not follow the grammar, behind which
/// there are no more. Empty ones are passed over (RFC 9110 §5.6.1).
#[derive(Debug)]
pub(super) struct Elements<'a> {
    /// What is still to be read, without the comma behind it.
    rest: Option<&'a [u8]>,
}

impl<'a> Elements<'a> {
    pub(super) fn of(line: &'a [u8]) -> Self {
        Self { rest: Some(line) }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Option<Element<'a>>;

    fn next(&mut self) -> Option<Option<Element<'a>>> {
        loop {
            let rest = self.rest.take()?;
            let Some(start) = last_element(rest) else { return Some(None) };
            let (before, element) = rest.split_at_checked(start)?;
            self.rest = before.strip_suffix(b",");
            let element = element.trim_ascii();
            if !element.is_empty() {
                let element = std::str::from_utf8(element).ok().and_then(parse_element);
                self.rest = self.rest.filter(|_| element.is_some());
                return Some(element);
            }
        }
    }
}

/// Where the last element begins: behind the last comma outside of quotes. `None` where a quote is not opened.
fn last_element(line: &[u8]) -> Option<usize> {
    let mut end = line.len();
    loop {
        let found = line.get(..end)?.iter().rposition(|byte| matches!(byte, b',' | b'"'));
        let Some(at) = found else { return Some(0) };
        if line.get(at) == Some(&b',') {
            return Some(at + 1);
        }
        // It closes: the nearest one to its left that is not escaped has opened.
        end = opening_quote(line.get(..at)?)?;
    }
}

/// The last quote in `line` that no backslash escapes.
fn opening_quote(line: &[u8]) -> Option<usize> {
    let mut end = line.len();
    loop {
        let at = line.get(..end)?.iter().rposition(|&byte| byte == b'"')?;
        let escapes = line.get(..at)?.iter().rev().take_while(|&&byte| byte == b'\\').count();
        if escapes % 2 == 0 {
            return Some(at);
        }
        end = at;
    }
}

/// Reads an element; `None` where it does not follow the grammar, or says a thing twice.
fn parse_element(mut text: &str) -> Option<Element<'_>> {
    let mut element = Element::default();
    loop {
        text = text.trim_ascii_start();
        if !text.starts_with(';') && !text.is_empty() {
            let (name, value, behind) = parse_pair(text)?;
            let place = match name.to_ascii_lowercase().as_str() {
                "for" => Some(&mut element.node),
                "proto" => Some(&mut element.proto),
                "host" => Some(&mut element.host),
                // `by`, and extensions.
                _ => None,
            };
            if let Some(place) = place
                && place.replace(value).is_some()
            {
                return None;
            }
            text = behind.trim_ascii_start();
        }
        if text.is_empty() {
            return Some(element);
        }
        text = text.strip_prefix(';')?;
    }
}

/// A pair at the start of `text`: its name, its value without quotes, and what follows.
fn parse_pair(text: &str) -> Option<(&str, Cow<'_, str>, &str)> {
    let (name, rest) = text.split_once('=')?;
    if !is_token(name) {
        return None;
    }
    if let Some(quoted) = rest.strip_prefix('"') {
        let (value, behind) = unquote(quoted)?;
        return Some((name, value, behind));
    }
    let end = rest.find([';', ' ', '\t']).unwrap_or(rest.len());
    let (value, behind) = rest.split_at_checked(end)?;
    // Colons and brackets stand in quotes (RFC 7239 §4); proxies that leave the quotes out are understood.
    let is_value =
        !value.is_empty() && value.bytes().all(|byte| is_token_byte(byte) || b":[]".contains(&byte));
    is_value.then_some((name, Cow::Borrowed(value), behind))
}

/// The text up to the quote that ends it, with escapes undone, and what follows.
fn unquote(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = text.find(['"', '\\'])?;
    let (plain, rest) = text.split_at_checked(end)?;
    if let Some(behind) = rest.strip_prefix('"') {
        return Some((Cow::Borrowed(plain), behind));
    }
    let mut value = plain.to_owned();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return Some((Cow::Owned(value), chars.as_str())),
            '\\' => value.push(chars.next()?),
            other => value.push(other),
        }
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// RFC 9110 §5.6.2.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `for`, `proto` and `host` of each element, from the last on; `!` for one that is malformed.
    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        let show = |element: Option<Element<'_>>| match element {
            Some(Element { node, proto, host }) => {
                let texts =
                    [node, proto, host].map(|text| text.map_or_else(|| "-".to_owned(), Cow::into_owned));
                texts.join(" ")
            }
            None => "!".to_owned(),
        };
        let found: Vec<_> = Elements::of(line.as_bytes()).map(show).collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn elements_come_from_the_last_on() {
        check("", &[]);
        check(" , ,", &[]);
        check("for=192.0.2.43, for=198.51.100.17", &["198.51.100.17 - -", "192.0.2.43 - -"]);
        check("For=\"[2001:db8:cafe::17]:4711\"", &["[2001:db8:cafe::17]:4711 - -"]);
        check("for=192.0.2.60;proto=http;by=203.0.113.43", &["192.0.2.60 http -"]);
        check("for=_gazonk; Host = a", &["!"]);
        check("for=_gazonk ; HOST=\"a:80\" ;", &["_gazonk - a:80"]);
        check(";;proto=https", &["- https -"]);
        check("for=[2001:db8::1]:80", &["[2001:db8::1]:80 - -"]);
        check("secret=\"a,b;for=c\";for=x,for=y", &["y - -", "x - -"]);
        check("host=\"a\\\"b\\\\\",for=y", &["y - -", "- - a\"b\\"]);
    }

    #[test]
    fn what_a_client_leaves_open_takes_in_nothing_of_a_proxys() {
        let proxys = "203.0.113.9 - -";
        check("for=\", for=203.0.113.9", &[proxys, "!"]);
        check("for=\"a, for=203.0.113.9", &[proxys, "!"]);
        check("for=\"a\\, for=203.0.113.9", &[proxys, "!"]);
        check("for=\\\", for=203.0.113.9", &[proxys, "!"]);
        check("for=a\\, for=203.0.113.9", &[proxys, "!"]);
        check("for=\"\\\", for=\"203.0.113.9\"", &[proxys, "!"]);
        check("\", for=\"203.0.113.9\"", &[proxys, "!"]);
    }

    #[test]
    fn one_that_is_malformed_ends_it() {
        for line in [
            "for",
            "for=",
            "=a",
            "for=a;for=b",
            "for=a b",
            "for=\"a\"b",
            "for=\"a",
            "f r=a",
            "for=a/b",
            "for=a;proto",
        ] {
            check(&format!("for=x, {line}"), &["!"]);
        }
    }

    proptest! {
        #[test]
        fn what_a_proxy_appends_is_read_whatever_stands_before_it(sent in "[ -~]{0,40}", address in "[0-9.]{1,15}") {
            let line = format!("{sent}, for=\"{address}\";proto=https");
            let last = Elements::of(line.as_bytes()).next().flatten().unwrap();
            prop_assert_eq!(last.node.as_deref(), Some(&*address));
            prop_assert_eq!(last.proto.as_deref(), Some("https"));
        }

        #[test]
        fn any_bytes_are_read_to_an_end(line in prop::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(Elements::of(&line).count() <= line.len() + 1);
        }
    }
}
