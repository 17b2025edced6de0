//! Media types (RFC 9110 §8.3.1) as `Content-Type` writes them.
//!
//! ```text
//! media-type = type "/" subtype parameters
//! parameters = *( OWS ";" OWS [ token "=" ( token / quoted-string ) ] )
//! ```

use std::borrow::Cow;

/// A media type, borrowed from a field value; its names are compared in any case.
#[derive(Clone, Debug)]
pub(crate) struct MediaType<'a> {
    pub(crate) kind: &'a str,
    pub(crate) subtype: &'a str,
    /// What follows, checked already.
    parameters: &'a str,
}

impl<'a> MediaType<'a> {
    /// Parses a field value; `None` where it is no media type.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (kind, rest) = token(text)?;
        let (subtype, parameters) = token(rest.strip_prefix('/')?)?;
        let mut rest = parameters;
        while !rest.is_empty() {
            rest = parameter(rest)?.1;
        }
        Some(Self { kind, subtype, parameters })
    }

    /// Whether this is `kind/subtype`.
    pub(crate) fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }

    /// Whether the subtype ends in `+suffix` (RFC 6839).
    #[inline]
    pub(crate) fn has_suffix(&self, suffix: &str) -> bool {
        self.subtype.rsplit_once('+').is_some_and(|(_, found)| found.eq_ignore_ascii_case(suffix))
    }

    /// The parameters in order, unquoted.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        let mut rest = self.parameters;
        std::iter::from_fn(move || {
            while !rest.is_empty() {
                let (found, after) = parameter(rest)?;
                rest = after;
                if found.is_some() {
                    return found;
                }
            }
            None
        })
    }

    /// The charset of its text, where that is neither UTF-8 nor ASCII, which is UTF-8 as well; it is UTF-8 where nothing
    /// is said.
    #[inline]
    pub(crate) fn other_charset(&self) -> Option<Cow<'a, str>> {
        let charset = self.parameters().find(|(name, _)| name.eq_ignore_ascii_case("charset"));
        let is_known = |charset: &str| {
            ["utf-8", "utf8", "us-ascii", "ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known))
        };
        charset.map(|(_, charset)| charset).filter(|charset| !is_known(charset))
    }
}

type Parameter<'a> = (&'a str, Cow<'a, str>);

/// Takes `OWS ";" OWS [ name "=" value ]`; there may be nothing after the semicolon.
fn parameter(text: &str) -> Option<(Option<Parameter<'_>>, &str)> {
    let text = skip_space(skip_space(text).strip_prefix(';')?);
    let Some((name, rest)) = token(text) else {
        return (text.is_empty() || text.starts_with(';')).then_some((None, text));
    };
    let rest = rest.strip_prefix('=')?;
    let (value, rest) = match rest.strip_prefix('"') {
        Some(quoted) => unquote(quoted)?,
        None => token(rest).map(|(value, rest)| (Cow::Borrowed(value), rest))?,
    };
    Some((Some((name, value)), rest))
}

/// Takes a quoted string after its opening quote (RFC 9110 §5.6.4).
fn unquote(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = text.find(['"', '\\'])?;
    let (plain, rest) = text.split_at_checked(end)?;
    if let Some(rest) = rest.strip_prefix('"') {
        return Some((Cow::Borrowed(plain), rest));
    }
    let mut value = String::from(plain);
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return Some((Cow::Owned(value), characters.as_str())),
            '\\' => value.push(characters.next()?),
            character => value.push(character),
        }
    }
}

/// Takes a token of one character at least (RFC 9110 §5.6.2).
fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let end = text.bytes().position(|byte| !is_token(byte)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(token, _)| !token.is_empty())
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_the_grammar() {
        let rows = [
            ("text/html", vec![]),
            ("TEXT/html;charset=UTF-8", vec![("charset", "UTF-8")]),
            ("text/html ; charset=\"utf-8\" ; q=1", vec![("charset", "utf-8"), ("q", "1")]),
            ("text/html;;a=b;", vec![("a", "b")]),
            (r#"text/html; a="x\"y;\\""#, vec![("a", r#"x"y;\"#)]),
        ];
        for (text, expected) in rows {
            let media = MediaType::parse(text).expect(text);
            assert!(media.is("text", "html"), "{text}");
            let found: Vec<_> = media.parameters().collect();
            assert_eq!(
                found,
                expected.into_iter().map(|(n, v)| (n, Cow::from(v))).collect::<Vec<_>>(),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_media_type() {
        let rows = [
            "",
            "/",
            "text",
            "text/",
            "/html",
            "text/html,text/plain",
            "text/html; charset",
            "text/html; =x",
            "text/html; a=",
            "text/html; a=\"x",
            "text/html; a=\"x\"y",
            "text /html",
            "text/html x",
            "text/html; a = b",
        ];
        for text in rows {
            assert!(MediaType::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn knows_suffix_and_charset() {
        fn parse(text: &str) -> MediaType<'_> {
            MediaType::parse(text).unwrap()
        }
        assert!(parse("application/merge-patch+JSON").has_suffix("json"));
        assert!(!parse("application/json").has_suffix("json"));
        for parameters in ["", "; Charset=\"UTF-8\"", ";charset=utf8", "; format=flowed; charset=US-ASCII"] {
            assert_eq!(parse(&format!("text/plain{parameters}")).other_charset(), None, "{parameters}");
        }
        assert_eq!(parse("text/plain; charset=latin1").other_charset().as_deref(), Some("latin1"));
        assert_eq!(parse("text/plain; charset=\"\"; charset=utf-8").other_charset().as_deref(), Some(""));
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(name in "[a-z]{1,4}", value in "[ -~é]{0,8}") {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            let text = format!("a/b ; {name}=\"{escaped}\";c=d");
            let media = MediaType::parse(&text).unwrap();
            let found: Vec<_> = media.parameters().collect();
            proptest::prop_assert_eq!(found, [(name.as_str(), Cow::from(value)), ("c", Cow::from("d"))]);
        }

        #[test]
        fn any_text_is_one_or_none(text in "[a/;=\"\\\\ é]{0,12}") {
            if let Some(media) = MediaType::parse(&text) {
                media.parameters().for_each(drop);
            }
        }
    }
}
