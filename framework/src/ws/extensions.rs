//! `Sec-WebSocket-Extensions` (RFC 6455 §9.1): what a client offers.
//!
//! ```text
//! extension-list = 1#( token *( ";" param ) )
//! param          = token [ "=" ( token / quoted-string of a token ) ]
//! ```

use super::handshake::is_token;

/// One extension that is offered.
#[cfg_attr(
    not(feature = "ws-deflate"),
    allow(dead_code, reason = "no extension is known without the feature")
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) name: String,
    pub(super) params: Vec<Param>,
}

#[cfg_attr(
    not(feature = "ws-deflate"),
    allow(dead_code, reason = "no extension is known without the feature")
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Param {
    pub(super) name: String,
    pub(super) value: Option<String>,
}

/// Parses the field's values, of all its lines, in the client's order; `None` where they are something else.
///
/// Empty elements are passed over, as in any list; a value without another element is none.
pub(super) fn parse<'a>(values: impl Iterator<Item = &'a [u8]>) -> Option<Vec<Offer>> {
    let mut offers = Vec::new();
    for value in values {
        let mut reader = Reader { rest: std::str::from_utf8(value).ok()? };
        let before = offers.len();
        loop {
            reader.skip_spaces();
            if !reader.is_at(',') && !reader.rest.is_empty() {
                offers.push(reader.offer()?);
                reader.skip_spaces();
            }
            if reader.rest.is_empty() {
                break;
            }
            reader.expect(',')?;
        }
        if offers.len() == before {
            return None;
        }
    }
    Some(offers)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn offer(&mut self) -> Option<Offer> {
        let name = self.token()?;
        let mut params = Vec::new();
        loop {
            self.skip_spaces();
            if !self.is_at(';') {
                return Some(Offer { name, params });
            }
            self.expect(';')?;
            self.skip_spaces();
            let name = self.token()?;
            self.skip_spaces();
            let value = if self.is_at('=') {
                self.expect('=')?;
                self.skip_spaces();
                Some(if self.is_at('"') { self.quoted()? } else { self.token()? })
            } else {
                None
            };
            params.push(Param { name, value });
        }
    }

    fn token(&mut self) -> Option<String> {
        let end = self.rest.find([',', ';', '=', ' ', '\t']).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        is_token(token).then(|| token.to_owned())
    }

    /// What stands in quotes, which must be a token without them.
    fn quoted(&mut self) -> Option<String> {
        self.expect('"')?;
        let mut text = String::new();
        let mut chars = self.rest.chars();
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => text.push(chars.next()?),
                char => text.push(char),
            }
        }
        self.rest = chars.as_str();
        is_token(&text).then_some(text)
    }

    fn is_at(&self, char: char) -> bool {
        self.rest.starts_with(char)
    }

    fn expect(&mut self, char: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(char)?;
        Some(())
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The offers as text, one form for each.
    fn shown(values: &[&str]) -> Option<String> {
        let param = |param: &Param| match &param.value {
            Some(value) => format!(";{}={value}", param.name),
            None => format!(";{}", param.name),
        };
        let offer = |offer: &Offer| offer.name.clone() + &offer.params.iter().map(param).collect::<String>();
        let offers = parse(values.iter().map(|value| value.as_bytes()))?;
        Some(offers.iter().map(offer).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn takes_what_the_grammar_has() {
        let rows: &[(&[&str], &str)] = &[
            (&[], ""),
            (&["foo"], "foo"),
            (&["foo", "bar; baz=2"], "foo,bar;baz=2"),
            (&["foo, bar; baz=2"], "foo,bar;baz=2"),
            (&[" foo ;\tbar = 1 ; qux ,, baz "], "foo;bar=1;qux,baz"),
            (&["a; b=\"10\"; c=\"x\\y\""], "a;b=10;c=xy"),
        ];
        for (values, expected) in rows {
            assert_eq!(shown(values).as_deref(), Some(*expected), "{values:?}");
        }
    }

    #[test]
    fn refuses_what_it_has_not() {
        for value in [
            "",
            ",",
            "a b",
            "a;",
            "a;;b",
            "a; b=",
            "a; b=\"\"",
            "a; b=\"x y\"",
            "a; b=\"x",
            "a; =1",
            "a/b",
            "é",
        ] {
            assert_eq!(shown(&[value]), None, "{value:?}");
        }
        assert_eq!(shown(&["a", ""]), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken_or_refused(value in "[a;,=\" \\\\]{0,16}") {
            let _ = shown(&[&value]);
        }
    }
}
