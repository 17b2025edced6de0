//! [`Compression`]: answers in a content coding that the client takes (RFC 9110 §8.4, §12.5.3).
//!
//! An answer's coding, tag and ranges belong together: what is compressed is other bytes of the same meaning, so its
//! tag is a weak one and it is not given in parts. Conditions and ranges are looked at where the answer leaves the
//! server, behind all middleware (RFC 9110 §13.2.2), and so against the tag that the client really gets.
//!
//! It belongs outside of what makes content and inside of what counts or logs answers. Problems are written behind it, and
//! are small. [`Decompression`](crate::layers::Decompression) is the other direction.

mod answer;
mod body;

use super::content_coding::CompressionLevel;
use super::{Kind, Middleware, Next};
use crate::http::{Request, Response};
use answer::Asked;

/// Compresses answers, in the coding that the client likes best: zstd, brotli, gzip or deflate, the first of these that it
/// takes where it likes them alike.
///
/// | of the answer | what is done |
/// |---|---|
/// | text, JSON, XML, JavaScript, WebAssembly, fonts of outlines, and what [`Compression::content_types`] adds, of 1 KiB or more, or of a length that nobody knows | it is compressed |
/// | images, video, archives, and all else | left as it is |
/// | `Content-Encoding` is set already, by a handler, by `StaticFiles` or by a layer within | left as it is |
/// | 1xx, 204, 205, 206, 304; `Content-Range`; a digest of the content | left as it is |
/// | `Cache-Control: no-transform` | left as it is: the way out for one answer |
/// | a GET with `Range` of what is given in parts | left as it is, so that parts can be joined |
///
/// What may be compressed has `Vary: Accept-Encoding`, whoever asks. What is compressed has its `ETag` weakened, and no
/// `Accept-Ranges`. A weak tag is still good for `If-None-Match`; in `If-Match` it never matches, so leave out routes whose
/// tags come back there.
///
/// A client that refuses content without a coding (`identity;q=0`) gets a coding even for what is small or of another type;
/// where it takes none that is known here it gets the content as it is, which helps it more than a 406 (RFC 9110 §12.4.1).
///
/// Up to 16 KiB that are at hand are compressed at once, and left as they are where that makes them no smaller. The rest is
/// compressed while the client takes it, in pieces, with flat memory and without a `Content-Length`; what a stream has
/// written is sent on as soon as it writes no more for now, and each of an [`Sse`](crate::Sse)'s events at once.
///
/// # Secrets
///
/// Who can have a secret compressed in one answer with text of their own, and see how long it becomes, learns the secret
/// byte by byte, through TLS (BREACH). Keep [`Compression::off`] on routes that answer with both; a session's cookie stands
/// in a field and is not compressed.
///
/// ```
/// use server::layers::Compression;
/// use server::testing::Client;
/// use server::{Server, get, routes};
///
/// #[get("/poem")]
/// async fn poem() -> String {
///     "festina lente\n".repeat(100)
/// }
///
/// #[get("/token", with = [Compression::off()])]
/// async fn token() -> String {
///     "1815".repeat(1000)
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::from(Server::new(routes![poem, token]).with(Compression::new()));
/// let compressed = client.get("/poem").header("accept-encoding", "gzip").await;
/// assert_eq!(compressed.header("content-encoding"), Some("gzip"));
/// assert!(compressed.bytes().len() < 100);
/// let plain = client.get("/token").header("accept-encoding", "gzip").await;
/// assert_eq!(plain.header("content-encoding"), None);
/// # }
/// ```
///
/// Needs the feature `compression`, which has gzip and deflate; `compression-brotli` and `compression-zstd` add theirs.
#[derive(Clone, Copy, Debug)]
pub struct Compression {
    is_on: bool,
    level: CompressionLevel,
    min_bytes: u64,
    content_types: &'static [&'static str],
}

impl Compression {
    /// Compresses what is of 1 KiB or more, at the level [`CompressionLevel::Balanced`].
    pub const fn new() -> Self {
        Self { is_on: true, level: CompressionLevel::Balanced, min_bytes: 1024, content_types: &[] }
    }

    /// Keeps what it stands around from being compressed: by layers further out, and by caches and proxies on the way.
    /// `Cache-Control: no-transform` is added to each answer.
    pub const fn off() -> Self {
        Self { is_on: false, ..Self::new() }
    }

    /// How hard to try.
    #[must_use]
    pub const fn level(mut self, level: CompressionLevel) -> Self {
        self.level = level;
        self
    }

    /// The fewest bytes of content that are worth it, where their number is known; 1 KiB unless set, which with a head
    /// fits into one packet anyway.
    #[must_use]
    pub const fn min_bytes(mut self, bytes: u64) -> Self {
        self.min_bytes = bytes;
        self
    }

    /// More types that get smaller, without parameters: `&["application/x-tar"]`.
    ///
    /// # Panics
    ///
    /// Where one is no type and subtype; in a constant that is a compile error.
    #[must_use]
    pub const fn content_types(mut self, content_types: &'static [&'static str]) -> Self {
        let mut rest = content_types;
        while let [content_type, more @ ..] = rest {
            assert!(
                is_content_type(content_type.as_bytes()),
                "expected content types such as \"application/x-tar\""
            );
            rest = more;
        }
        self.content_types = content_types;
        self
    }
}

impl<S: Sync> Middleware<S> for Compression {
    const KIND: Kind = Kind::Compression;

    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        if !self.is_on {
            return answer::left_alone(next.run(request).await);
        }
        let asked = Asked::of(&request);
        self.compress(next.run(request).await, &asked)
    }
}

impl Default for Compression {
    fn default() -> Self {
        Self::new()
    }
}

/// A token, a slash, a token; and not `*`, which is none here.
const fn is_content_type(text: &[u8]) -> bool {
    let (mut rest, mut slashes, mut run) = (text, 0, 0);
    while let [byte, more @ ..] = rest {
        match byte {
            b'/' if run > 0 => (slashes, run) = (slashes + 1, 0),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.' | b'_' => run += 1,
            _ => return false,
        }
        rest = more;
    }
    slashes == 1 && run > 0
}

#[cfg(test)]
mod tests;
