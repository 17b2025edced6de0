//! [`ETag`]: entity tags, and the lists of them that conditional requests carry (RFC 9110 §8.8.3, §13.1).
//!
//! ```text
//! entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE
//! etagc      = %x21 / %x23-7E / obs-text
//! condition  = "*" / #entity-tag
//! ```

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};

use http::HeaderValue;

/// An entity tag: it names one state of a resource, so that a client can ask whether that is still the current one.
///
/// In a tuple before a response it sets `ETag`. A GET or HEAD that names the same tag in `If-None-Match` is then
/// answered with 304 and without a body.
///
/// ```
/// use server::{ETag, get};
///
/// #[get("/motto")]
/// async fn motto() -> (ETag, &'static str) {
///     (ETag::strong(7), "festina lente")
/// }
///
/// assert_eq!(ETag::weak("draft 7").to_string(), r#"W/"draft%207""#);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ETag {
    weak: bool,
    /// Of `etagc` alone.
    opaque: Box<[u8]>,
}

impl ETag {
    /// A tag that changes with every byte of the representation (RFC 9110 §8.8.1); only such ones match in `If-Match`.
    ///
    /// What cannot stand in a tag, and `%`, is percent-encoded, so that no text can end the field line and two texts
    /// never make one tag.
    pub fn strong(version: impl fmt::Display) -> Self {
        Self { weak: false, opaque: encode(&version.to_string()) }
    }

    /// A tag that changes with the meaning; the bytes may differ, as those of a page with the time on it do.
    pub fn weak(version: impl fmt::Display) -> Self {
        Self { weak: true, opaque: encode(&version.to_string()) }
    }

    /// A strong tag made from the content, a hash of 128 bits.
    ///
    /// The hash tells versions apart; it is no proof against one who makes two contents of one tag on purpose.
    #[inline]
    pub fn of(content: &[u8]) -> Self {
        let half = |first: u8| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u8(first);
            hasher.write(content);
            hasher.finish()
        };
        Self::strong(format_args!("{:016x}{:016x}", half(1), half(2)))
    }

    /// Whether it is a weak one.
    pub fn is_weak(&self) -> bool {
        self.weak
    }

    /// The same, for content of the same meaning in other bytes.
    #[cfg(feature = "compression")]
    pub(crate) fn weakened(self) -> Self {
        Self { weak: true, ..self }
    }

    /// What stands between the quotes.
    pub fn opaque(&self) -> &[u8] {
        &self.opaque
    }

    /// Strong comparison (RFC 9110 §8.8.3.2): the same tag, and neither is weak.
    pub fn is_same_bytes(&self, other: &Self) -> bool {
        !self.weak && !other.weak && self.opaque == other.opaque
    }

    /// Weak comparison: the same tag, weak or not.
    pub fn is_same_meaning(&self, other: &Self) -> bool {
        self.opaque == other.opaque
    }

    /// The field value.
    pub fn to_value(&self) -> HeaderValue {
        let prefix: &[u8] = if self.weak { b"W/\"" } else { b"\"" };
        let value = HeaderValue::from_bytes(&[prefix, &self.opaque, b"\""].concat());
        value.expect("a field value may hold all that a tag holds")
    }

    /// Parses a field value; `None` where it is no tag.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        Self::parse_first(value).filter(|(_, rest)| rest.is_empty()).map(|(tag, _)| tag)
    }

    /// Takes a tag from the beginning.
    fn parse_first(text: &[u8]) -> Option<(Self, &[u8])> {
        let (weak, text) = match text.strip_prefix(b"W/") {
            Some(text) => (true, text),
            None => (false, text),
        };
        let text = text.strip_prefix(b"\"")?;
        let end = text.iter().position(|&byte| !is_etagc(byte))?;
        let (opaque, rest) = text.split_at_checked(end)?;
        let rest = rest.strip_prefix(b"\"")?;
        Some((Self { weak, opaque: opaque.into() }, rest))
    }
}

fn is_etagc(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)
}

#[inline]
fn encode(text: &str) -> Box<[u8]> {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'%' | 0x80.. => drop(write!(encoded, "%{byte:02X}")),
            _ if is_etagc(byte) => encoded.push(char::from(byte)),
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded.into_bytes().into()
}

impl fmt::Display for ETag {
    /// Writes the field value; bytes beyond UTF-8, which only a client's tag may hold, become `\u{fffd}`.
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = if self.weak { "W/" } else { "" };
        write!(f, "{prefix}\"{}\"", String::from_utf8_lossy(&self.opaque))
    }
}

impl fmt::Debug for ETag {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ETag({self})")
    }
}

/// What `If-Match` and `If-None-Match` name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EntityTags {
    /// `*`: whatever is there.
    Any,
    /// These; one at least.
    List(Vec<ETag>),
}

impl EntityTags {
    /// Parses all lines of the field; `None` where they are no such list, or an empty one.
    pub(crate) fn parse<'a>(values: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let mut values = values.peekable();
        let first = values.next_if_eq(&b"*".as_slice());
        if first.is_some() {
            return values.next().is_none().then_some(Self::Any);
        }
        let mut tags = Vec::new();
        for value in values {
            parse_list(value, &mut tags)?;
        }
        (!tags.is_empty()).then_some(Self::List(tags))
    }

    /// Whether `*`, or one of them by the comparison `same`.
    pub(crate) fn contain(&self, tag: &ETag, same: impl Fn(&ETag, &ETag) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(|listed| same(listed, tag)),
        }
    }
}

/// Parses `#entity-tag`, with the empty elements that a recipient must allow (RFC 9110 §5.6.1.2).
fn parse_list(mut rest: &[u8], tags: &mut Vec<ETag>) -> Option<()> {
    loop {
        rest = rest.trim_ascii_start();
        if let Some(after) = rest.strip_prefix(b",") {
            rest = after;
            continue;
        }
        if rest.is_empty() {
            return Some(());
        }
        let (tag, after) = ETag::parse_first(rest)?;
        tags.push(tag);
        rest = after.trim_ascii_start();
        if !rest.is_empty() && !rest.starts_with(b",") {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(values: &[&str]) -> Option<EntityTags> {
        EntityTags::parse(values.iter().map(|value| value.as_bytes()))
    }

    #[test]
    fn writes_what_it_was_made_of() {
        let rows = [
            (ETag::strong("v1"), "\"v1\""),
            (ETag::strong(7), "\"7\""),
            (ETag::weak("a b"), "W/\"a%20b\""),
            (ETag::strong("a%20b"), "\"a%2520b\""),
            (ETag::strong("a\"\r\nset-cookie: x"), "\"a%22%0D%0Aset-cookie:%20x\""),
            (ETag::strong("é"), "\"%C3%A9\""),
            (ETag::strong(""), "\"\""),
        ];
        for (tag, text) in rows {
            assert_eq!((tag.to_string().as_str(), tag.to_value().as_bytes()), (text, text.as_bytes()));
            assert_eq!(ETag::parse(text.as_bytes()), Some(tag));
        }
    }

    #[test]
    fn content_makes_a_tag_of_its_own() {
        assert_eq!(ETag::of(b"a"), ETag::of(b"a"));
        assert_ne!(ETag::of(b"a"), ETag::of(b"b"));
        assert_eq!(ETag::of(b"").opaque().len(), 32);
        assert!(!ETag::of(b"").is_weak());
    }

    /// The table of RFC 9110 §8.8.3.2.
    #[test]
    fn compares_strongly_and_weakly() {
        let rows = [
            (ETag::weak("1"), ETag::weak("1"), false, true),
            (ETag::weak("1"), ETag::weak("2"), false, false),
            (ETag::weak("1"), ETag::strong("1"), false, true),
            (ETag::strong("1"), ETag::strong("1"), true, true),
        ];
        for (a, b, strong, weak) in rows {
            assert_eq!((a.is_same_bytes(&b), a.is_same_meaning(&b)), (strong, weak), "{a} {b}");
            assert_eq!((b.is_same_bytes(&a), b.is_same_meaning(&a)), (strong, weak), "{b} {a}");
        }
    }

    #[test]
    fn reads_lists() {
        let list = |tags: &[ETag]| Some(EntityTags::List(tags.to_vec()));
        let (a, b) = (ETag::strong("a"), ETag::weak("b"));
        let comma = ETag { weak: false, opaque: b"x,y"[..].into() };
        let rows: &[(&[&str], Option<EntityTags>)] = &[
            (&["*"], Some(EntityTags::Any)),
            (&["\"a\""], list(std::slice::from_ref(&a))),
            (&["\"a\",W/\"b\""], list(&[a.clone(), b.clone()])),
            (&[", \"a\" ,,\tW/\"b\" ,"], list(&[a.clone(), b.clone()])),
            (&["\"a\"", "W/\"b\""], list(&[a.clone(), b])),
            (&["\"x,y\""], list(&[comma])),
            (&["\"\""], list(&[ETag::strong("")])),
            (&[], None),
            (&[""], None),
            (&[" , "], None),
            (&["a"], None),
            (&["\"a"], None),
            (&["\"a\" \"b\""], None),
            (&["w/\"a\""], None),
            (&["W/ \"a\""], None),
            (&["\"a b\""], None),
            (&["*, \"a\""], None),
            (&["*", "\"a\""], None),
            (&["\"a\"", "*"], None),
            (&["*", "*"], None),
            (&["*, *"], None),
            (&["*", ""], None),
            (&["", "*"], None),
        ];
        for (values, expected) in rows {
            assert_eq!(&parse(values), expected, "{values:?}");
        }
    }

    #[test]
    fn bytes_beyond_ascii_are_kept() {
        let tag = ETag::parse(b"\"\xff\"").unwrap();
        assert_eq!((tag.opaque(), tag.to_string().as_str()), (b"\xff".as_slice(), "\"\u{fffd}\""));
        assert_eq!(tag.to_value().as_bytes(), b"\"\xff\"");
    }

    proptest::proptest! {
        #[test]
        fn any_text_makes_a_tag_that_is_read_back(text in "\\PC{0,12}|[\\x00-\\x7f]{0,12}", weak: bool) {
            let tag = if weak { ETag::weak(&text) } else { ETag::strong(&text) };
            proptest::prop_assert_eq!(ETag::parse(tag.to_value().as_bytes()), Some(tag));
        }

        #[test]
        fn what_is_read_is_written_alike(text in "(W/)?\"[a\", \\\\é]{0,4}\"?") {
            if let Some(tag) = ETag::parse(text.as_bytes()) {
                proptest::prop_assert_eq!(tag.to_string(), text);
            }
        }

        #[test]
        fn any_line_is_a_list_or_none(line in "[W/\"a*, ]{0,12}") {
            if let Some(EntityTags::List(tags)) = parse(&[&line]) {
                let again: Vec<_> = tags.iter().map(ToString::to_string).collect();
                proptest::prop_assert_eq!(parse(&[&again.join(", ")]), Some(EntityTags::List(tags)));
            }
        }
    }
}
