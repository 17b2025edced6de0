//! [`Csp`]: a content security policy (CSP Level 3), put together in a constant.
//!
//! The policy is written as it is built, into an array: a constant can hold it, and an answer needs one copy of it. The
//! place of a nonce is a byte that no policy can hold.

#![expect(
    clippy::indexing_slicing,
    reason = "constants are made here, and each index stands under its bound"
)]

use std::fmt;

use http::HeaderValue;

/// The longest policy, in bytes.
const MAX_LEN: usize = 1024;
/// Stands for the nonce in what is written so far.
const NONCE_PLACE: u8 = 1;
/// What nonces need.
const HAS_NONCES: bool = cfg!(feature = "csp-nonces");
/// The one `<style>` of ours: that of problems as HTML.
const OWN_STYLE: &str = "'sha256-nZH7m/ZdmP/+dqSelz6VHT1r6vjhL9jaY3fpXrNA+ik='";

/// The words that stand in quotes (CSP §2.3.1), but for `'none'`, nonces and hashes.
const KEYWORDS: [&str; 10] = [
    "'self'",
    "'unsafe-inline'",
    "'unsafe-eval'",
    "'unsafe-hashes'",
    "'strict-dynamic'",
    "'report-sample'",
    "'wasm-unsafe-eval'",
    "'inline-speculation-rules'",
    "'trusted-types-eval'",
    "'script'",
];

/// A content security policy: what a page may load, run and be framed by.
///
/// ```
/// use server::layers::{Csp, SecurityHeaders};
///
/// const POLICY: Csp = Csp::new()
///     .default_src(&["'self'"])
///     .img_src(&["'self'", "data:", "https://images.example.org"])
///     .frame_ancestors(&["'none'"]);
/// const HEADERS: SecurityHeaders = SecurityHeaders::new().csp(POLICY);
///
/// assert_eq!(
///     POLICY.to_string(),
///     "default-src 'self'; img-src 'self' data: https://images.example.org; frame-ancestors 'none'",
/// );
/// ```
///
/// A source that would end its directive, or that a browser would take for the name of a host, does not compile:
///
/// ```compile_fail
/// use server::layers::Csp;
///
/// const POLICY: Csp = Csp::new().script_src(&["self"]);
/// # assert!(POLICY.to_string().is_empty());
/// ```
#[derive(Clone, Copy)]
pub struct Csp {
    text: [u8; MAX_LEN],
    len: usize,
}

macro_rules! directives {
    ($($(#[$doc:meta])* $function:ident $name:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// As [`Csp::directive`] does.
        #[must_use]
        pub const fn $function(self, sources: &[&str]) -> Self {
            self.directive($name, sources)
        }
    )*};
}

impl Csp {
    /// The source that each request's own nonce takes the place of; see [`CspNonce`](super::CspNonce).
    #[cfg(feature = "csp-nonces")]
    pub const NONCE: &'static str = "'nonce'";

    /// A policy without directives, which allows everything.
    #[inline]
    pub const fn new() -> Self {
        Self { text: [0; MAX_LEN], len: 0 }
    }

    /// The default of [`SecurityHeaders`](super::SecurityHeaders): everything from this origin, nothing inline, no
    /// plugins, no `<base>`. The style of the problems that this server writes as HTML is allowed
    /// by its hash.
    #[inline]
    pub const fn strict() -> Self {
        Self::new()
            .default_src(&["'self'"])
            .style_src(&["'self'", OWN_STYLE])
            .object_src(&["'none'"])
            .base_uri(&["'none'"])
            .form_action(&["'self'"])
    }

    directives! {
        /// What is not said of a kind of its own.
        default_src "default-src";
        /// Scripts.
        script_src "script-src";
        /// Styles.
        style_src "style-src";
        /// Images.
        img_src "img-src";
        /// Fonts.
        font_src "font-src";
        /// What scripts may connect to: `fetch`, WebSockets, server-sent events.
        connect_src "connect-src";
        /// Audio and video.
        media_src "media-src";
        /// Plugins.
        object_src "object-src";
        /// Frames in the page.
        frame_src "frame-src";
        /// Workers.
        worker_src "worker-src";
        /// Application manifests.
        manifest_src "manifest-src";
        /// The `href` of `<base>`.
        base_uri "base-uri";
        /// Where forms may be sent.
        form_action "form-action";
        /// Who may have the page in a frame.
        frame_ancestors "frame-ancestors";
    }

    /// Requires trusted types where a script writes markup: `require-trusted-types-for 'script'`.
    ///
    /// # Panics
    ///
    /// As [`Csp::directive`] does.
    #[must_use]
    #[inline]
    pub const fn require_trusted_types(self) -> Self {
        self.directive("require-trusted-types-for", &["'script'"])
    }

    /// Adds any directive; one without values, such as `upgrade-insecure-requests`, has no sources.
    ///
    /// # Panics
    ///
    /// Where the name is none, or there already; where a source has a space, `;` or `,` in it, or no browser would
    /// understand it as it was meant; and where the policy is longer than 1 KiB. In a constant these are compile
    /// errors.
    #[must_use]
    #[inline]
    pub const fn directive(mut self, name: &str, sources: &[&str]) -> Self {
        assert!(is_name(name.as_bytes()), "the name of a directive is made of lower case letters and `-`");
        assert!(!self.has(name), "this directive is there already: a browser looks at the first one alone");
        if self.len > 0 {
            self = self.push(b"; ");
        }
        self = self.push(name.as_bytes());
        let mut rest = sources;
        while let [source, more @ ..] = rest {
            check_source(source, sources.len());
            self = self.push(b" ");
            self = match source.as_bytes() {
                b"'nonce'" => self.push(b"'nonce-").push(&[NONCE_PLACE]).push(b"'"),
                bytes => self.push(bytes),
            };
            rest = more;
        }
        self
    }

    #[inline]
    const fn push(mut self, bytes: &[u8]) -> Self {
        assert!(self.len + bytes.len() <= MAX_LEN, "a content security policy has 1024 bytes at most");
        self.text.split_at_mut(self.len).1.split_at_mut(bytes.len()).0.copy_from_slice(bytes);
        self.len += bytes.len();
        self
    }

    /// Whether the directive of this name is there.
    #[inline]
    pub(super) const fn has(&self, name: &str) -> bool {
        let name = name.as_bytes();
        let mut start = 0;
        while start < self.len {
            let mut end = start;
            while end < self.len && self.text[end] != b';' {
                end += 1;
            }
            let (_, directive) = self.text.split_at(start);
            let is_long_enough = end - start >= name.len();
            if is_long_enough && is_same(directive.split_at(name.len()).0, name) {
                let next = start + name.len();
                if next == end || self.text[next] == b' ' {
                    return true;
                }
            }
            start = end + 2;
        }
        false
    }

    /// Whether it has a place for a nonce.
    #[inline]
    pub(super) fn has_nonce(&self) -> bool {
        self.written().contains(&NONCE_PLACE)
    }

    /// The value of the field, with `nonce` in its places, and one directive more where that is not empty.
    #[inline]
    pub(super) fn header_value(&self, nonce: &str, more: &'static str) -> HeaderValue {
        let mut value = Vec::with_capacity(self.len + nonce.len() * 2 + more.len() + 2);
        for &byte in self.written() {
            if byte == NONCE_PLACE {
                value.extend_from_slice(nonce.as_bytes());
            } else {
                value.push(byte);
            }
        }
        if !more.is_empty() {
            value.extend_from_slice(if value.is_empty() { b"" } else { b"; " });
            value.extend_from_slice(more.as_bytes());
        }
        HeaderValue::try_from(value).expect("sources are visible ASCII, and so are nonces")
    }

    fn written(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or_default()
    }
}

/// Written alike.
impl PartialEq for Csp {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.written() == other.written()
    }
}

impl Eq for Csp {}

impl Default for Csp {
    #[inline]
    fn default() -> Self {
        Self::strict()
    }
}

/// The policy as it is sent; `'nonce-…'` stands for a nonce.
impl fmt::Display for Csp {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.written()).replace(char::from(NONCE_PLACE), "…"))
    }
}

impl fmt::Debug for Csp {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Csp({self})")
    }
}

const fn is_name(name: &[u8]) -> bool {
    let mut rest = name;
    while let [b'a'..=b'z' | b'-', more @ ..] = rest {
        rest = more;
    }
    rest.is_empty() && !name.is_empty()
}

/// Refuses, of a directive with so many sources, one that says something else than it seems to.
#[inline]
const fn check_source(source: &str, count: usize) {
    let bytes = source.as_bytes();
    let mut rest = bytes;
    while let [byte, more @ ..] = rest {
        assert!(
            matches!(byte, b'!'..=b'~') && !matches!(byte, b';' | b','),
            "a source has no space, `;`, `,` or control character in it, and is ASCII: each is a text of its own"
        );
        rest = more;
    }
    match bytes {
        [] => panic!("a source is not empty"),
        b"'none'" => assert!(count == 1, "`'none'` stands alone"),
        b"'nonce'" if HAS_NONCES => {}
        b"'nonce'" => panic!("nonces need the feature `csp-nonces`"),
        [b'\'', ..] => assert!(
            is_keyword(source) || is_hash(bytes),
            "no such word in quotes: a nonce is `Csp::NONCE`, new for each request, and a hash is `'sha256-...'`"
        ),
        _ => {
            let word = bytes;
            assert!(
                !is_unquoted_keyword(word),
                "a browser takes this for the name of a host: keywords stand in quotes, as in `'self'` or `'none'`"
            );
        }
    }
}

#[inline]
const fn is_keyword(source: &str) -> bool {
    let mut keywords: &[&str] = &KEYWORDS;
    while let [keyword, rest @ ..] = keywords {
        if is_same(keyword.as_bytes(), source.as_bytes()) {
            return true;
        }
        keywords = rest;
    }
    false
}

#[inline]
const fn is_unquoted_keyword(source: &[u8]) -> bool {
    let mut keywords: &[&str] = &KEYWORDS;
    while let [keyword, rest @ ..] = keywords {
        if let [b'\'', word @ .., b'\''] = keyword.as_bytes()
            && is_same(word, source)
        {
            return true;
        }
        keywords = rest;
    }
    matches!(source, b"none") || matches!(source, [b's', b'h', b'a', b'2' | b'3' | b'5', _, _, b'-', ..])
}

#[inline]
const fn is_hash(source: &[u8]) -> bool {
    let ([b'\'', b's', b'h', b'a', b'2', b'5', b'6', b'-', hash @ .., b'\'']
    | [b'\'', b's', b'h', b'a', b'3', b'8', b'4', b'-', hash @ .., b'\'']
    | [b'\'', b's', b'h', b'a', b'5', b'1', b'2', b'-', hash @ .., b'\'']) = source
    else {
        return false;
    };
    let mut rest = hash;
    while let [b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'/' | b'-' | b'_' | b'=', more @ ..] = rest {
        rest = more;
    }
    rest.is_empty() && !hash.is_empty()
}

#[inline]
pub(super) const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let (mut a, mut b) = (a, b);
    while let ([one, more @ ..], [other, others @ ..]) = (a, b) {
        if *one != *other {
            return false;
        }
        (a, b) = (more, others);
    }
    a.is_empty() && b.is_empty()
}

#[cfg(test)]
mod tests;
