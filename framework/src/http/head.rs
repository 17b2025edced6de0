//! The head of a request as it was received: one buffer, and where in it the parts lie.
//!
//! `h1` fills it in one pass and copies the bytes once; [`Request`](super::Request) reads it. Names and values are
//! checked before they come here, so that every span is inside the buffer and the target is ASCII.

use http::{Method, Uri, Version};

/// A range of bytes inside [`RequestHead::bytes`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Makes the span from `start` up to, and without, `end`.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "nobody looks at more than 4 GiB of a head")]
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// Where one field line's name and value lie; whitespace around the value is outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldSpan {
    pub(crate) name: Span,
    pub(crate) value: Span,
}

/// A request line and header section that were found to be well formed.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestHead {
    /// The head as received, from the method's first byte to the empty line.
    pub(crate) bytes: Vec<u8>,
    pub(crate) method: Method,
    pub(crate) version: Version,
    /// The whole request target, in whichever form it came (RFC 9112 §3.2).
    pub(crate) target: Span,
    /// The path of an origin-form or absolute-form target, undecoded; `*` for the asterisk-form. Empty where an
    /// absolute-form has no path, which reads as `/`; empty as well for the authority-form of CONNECT.
    pub(crate) path: Span,
    /// What follows the first `?`, without it.
    pub(crate) query: Option<Span>,
    /// The authority of an absolute-form or authority-form target, which has been put in the place of Host's value.
    pub(crate) authority: Option<Span>,
    /// Every field line, in the order received.
    pub(crate) fields: Vec<FieldSpan>,
}

impl RequestHead {
    /// Empties the head and keeps its buffers' capacity.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.fields.clear();
        self.method = Method::GET;
        self.version = Version::HTTP_11;
        self.target = Span::default();
        self.path = Span::default();
        self.query = None;
        self.authority = None;
    }

    /// The text of `span`; the parser admits only ASCII where text is asked for.
    pub(crate) fn text(&self, span: Span) -> &str {
        std::str::from_utf8(span.of(&self.bytes)).unwrap_or_default()
    }

    /// The request target as received.
    pub(crate) fn target(&self) -> &[u8] {
        self.target.of(&self.bytes)
    }

    /// The path that routing looks at: never empty but for CONNECT's authority-form.
    pub(crate) fn path(&self) -> &[u8] {
        let path = self.path.of(&self.bytes);
        if path.is_empty() && self.method != Method::CONNECT { b"/" } else { path }
    }

    /// The same as text, which costs a look at each byte.
    pub(crate) fn path_text(&self) -> &str {
        std::str::from_utf8(self.path()).unwrap_or_default()
    }

    /// Puts the target's authority, where it has one, in the place of the value of Host: that is to be ignored
    /// (RFC 9112 §3.2.2), and nobody who reads the fields shall see another host than the target's.
    #[inline]
    pub(crate) fn replace_host(&mut self) {
        let Some(authority) = self.authority else { return };
        for field in &mut self.fields {
            if field.name.of(&self.bytes).eq_ignore_ascii_case(b"host") {
                field.value = authority;
            }
        }
    }

    /// The target as a [`Uri`]; see [`Request::uri`](super::Request::uri) for what that cannot hold.
    #[inline]
    pub(crate) fn uri(&self) -> Uri {
        let escaped = |target: &str| {
            let path_len = target.find('?').unwrap_or(target.len());
            let (path, query) = target.split_at_checked(path_len).unwrap_or((target, ""));
            format!("{}{query}", path.replace('`', "%60")).parse()
        };
        let origin_form = || match self.query {
            Some(query) => escaped(&format!("{}?{}", self.path_text(), self.text(query))),
            None => escaped(self.path_text()),
        };
        let target = self.text(self.target);
        let uri = target.parse().or_else(|_| escaped(target));
        uri.or_else(|_| origin_form()).or_else(|_| escaped(self.path_text())).unwrap_or_default()
    }

    /// Every field line with its name as received, in order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|field| (field.name.of(&self.bytes), field.value.of(&self.bytes)))
    }
}
