//! [`Decompression`]: the content of requests in a content coding (RFC 9110 §8.4), undone before the handler reads it.
//!
//! Nothing is decoded that nobody reads, and nothing is held but one piece: a handler that reads no body pays nothing, one
//! that streams stays flat. The engine bounds what is sent; this bounds what becomes of it.
//!
//! Its neighbour [`Compression`](crate::layers::Compression) is for answers.

mod body;

use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderValue, StatusCode};

use super::content_coding::Coding;
use super::{Kind, Middleware, Next};
use crate::http::{Request, Response, elements};
use crate::respond::Problem;
use body::Decoding;

/// The most codings that one body may have, one around the other.
const MAX_CODINGS: usize = 3;

/// Decodes requests whose `Content-Encoding` is gzip, deflate, brotli or zstd, so that handlers and extractors see the
/// content itself, without `Content-Encoding` and `Content-Length`.
///
/// The limit of the route's body, `body_limit` or `max_body`, holds for what is sent and for what it is decoded to.
///
/// | the request has | answer |
/// |---|---|
/// | content that decodes to more than the limit | 413 |
/// | content of more than 64 KiB that is over 100 times as large as what was sent ([`Decompression::max_ratio`]) | 413 |
/// | content that is not in its coding, is corrupt, ends too early or has something behind its end | 400 |
/// | another coding, or more than three | 415, with the known ones in `Accept-Encoding` (RFC 9110 §12.5.3) |
///
/// The first three are found as the content is read, so they are the extractor's refusal, or the [`BodyError`] of a handler
/// that reads by itself.
///
/// `deflate` is the zlib format, as the RFC has it; without that wrapper it is a 400. Of gzip and zstd several members may
/// follow each other.
///
/// [`BodyError`]: crate::BodyError
///
/// ```
/// use server::layers::Decompression;
/// use server::testing::Client;
/// use server::{post, routes};
///
/// #[post("/notes", with = [Decompression::new()])]
/// async fn store(note: String) -> String {
///     note
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let hello = b"\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15".to_vec();
/// let response = Client::new(routes![store])
///     .post("/notes")
///     .header("content-type", "text/plain")
///     .header("content-encoding", "deflate")
///     .body(hello)
///     .await;
/// assert_eq!(response.text(), "hello");
/// # }
/// ```
///
/// Needs the feature `compression`, which has gzip and deflate; `compression-brotli` and `compression-zstd` add theirs.
#[derive(Clone, Copy, Debug)]
pub struct Decompression {
    max_ratio: u32,
}

impl Decompression {
    /// Content may be up to 100 times as large as what was sent.
    pub const fn new() -> Self {
        Self { max_ratio: 100 }
    }

    /// How many times as large as what was sent the content may be, from 64 KiB on. What people write is rarely over 20,
    /// and gzip can have 1000.
    ///
    /// # Panics
    ///
    /// Where it is 0; in a constant that is a compile error.
    #[must_use]
    pub const fn max_ratio(mut self, ratio: u32) -> Self {
        assert!(ratio > 0, "content is never 0 times as large as what was sent");
        self.max_ratio = ratio;
        self
    }

    /// Puts a decoder around the body for each of its codings, the last first.
    fn decode(&self, request: &mut Request) -> Result<(), Response> {
        let mut codings = codings(request)?;
        if codings.is_empty() {
            return Ok(());
        }
        let (mut body, limit) = (request.take_body(), request.body_limit());
        // Nothing is in no coding at all.
        codings.truncate(if body.is_empty() { 0 } else { MAX_CODINGS });
        while let Some(coding) = codings.pop() {
            body = Decoding::start(body, coding, self, limit).map_err(|fault| {
                Response::problem(Problem::new(StatusCode::INTERNAL_SERVER_ERROR).source(fault))
            })?;
        }
        request.set_body(body);
        let headers = request.headers_mut();
        headers.remove(CONTENT_ENCODING);
        headers.remove(CONTENT_LENGTH);
        Ok(())
    }
}

impl<S: Sync> Middleware<S> for Decompression {
    const KIND: Kind = Kind::Decompression;

    async fn call(&self, mut request: Request, _: &S, next: Next<'_>) -> Response {
        match self.decode(&mut request) {
            Ok(()) => next.run(request).await,
            Err(refused) => refused,
        }
    }
}

impl Default for Decompression {
    fn default() -> Self {
        Self::new()
    }
}

/// The codings of a request's content, in the order in which they were applied.
fn codings(request: &Request) -> Result<Vec<Coding>, Response> {
    let mut codings = Vec::new();
    for value in request.header_values(CONTENT_ENCODING.as_str()) {
        let value = String::from_utf8_lossy(value);
        // It stands for no coding, and should not stand here at all (RFC 9110 §8.4).
        for name in elements(&value).filter(|name| !name.eq_ignore_ascii_case("identity")) {
            let Some(coding) = Coding::named(name) else {
                return Err(unsupported(&format!("the content coding `{name}` is not understood here")));
            };
            codings.push(coding);
            if codings.len() > MAX_CODINGS {
                return Err(unsupported("content in more than three codings is not understood here"));
            }
        }
    }
    Ok(codings)
}

/// 415, with what would have been understood (RFC 9110 §15.5.16).
fn unsupported(detail: &str) -> Response {
    let known = Coding::NAMES.join(", ");
    let problem =
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE).detail(format!("{detail}; understood: {known}"));
    let known = HeaderValue::try_from(known);
    Response::problem(problem.header(ACCEPT_ENCODING, known.expect("names are ASCII")))
}

#[cfg(test)]
mod tests;
