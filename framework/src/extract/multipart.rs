//! [`Multipart`]: a body of several parts (RFC 7578), as it comes; and [`MultipartForm`], all of it as a value.
//!
//! What a boundary and a part's head are is found by `parser` and `head`, which do no I/O.

mod file;
mod form;
mod head;
mod parser;
mod rejection;

use std::fmt;

use bytes::{Bytes, BytesMut};

pub use file::UploadedFile;
pub use form::MultipartForm;
use head::PartHead;
use parser::{Event, Parser};
pub use rejection::MultipartRejection;

use super::FromRequest;
use super::body::BodyRejection;
use super::media_type::MediaTypeRejection;
use crate::http::{Body, MediaType, Request};

/// What is bounded beside the whole body.
///
/// ```
/// use server::PartLimits;
///
/// let limits = PartLimits { parts: 2, part_bytes: 1024 * 1024, ..PartLimits::default() };
/// assert_eq!(limits.head_bytes, 8 * 1024);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartLimits {
    /// The most parts; 128 unless said otherwise.
    pub parts: usize,
    /// The most bytes of a part's content; without a bound of its own, as the body has one.
    pub part_bytes: u64,
    /// The most bytes of a part's head, its field lines together; 8 KiB unless said otherwise.
    pub head_bytes: usize,
}

impl Default for PartLimits {
    fn default() -> Self {
        Self { parts: 128, part_bytes: u64::MAX, head_bytes: 8 * 1024 }
    }
}

/// Takes the parts of a `multipart/form-data` body one after the other, each as it comes: nothing is buffered but a part's
/// head and a piece of its content.
///
/// For forms that fit in memory there is [`MultipartForm`], which makes a value of them.
///
/// ```
/// use server::{Multipart, post};
/// use server::rejection::MultipartRejection;
///
/// #[post("/upload", body_limit = "1GiB", timeout = "1h")]
/// async fn upload(mut parts: Multipart) -> Result<String, MultipartRejection> {
///     let mut seen = String::new();
///     while let Some(mut part) = parts.next_part().await? {
///         let mut len = 0;
///         while let Some(chunk) = part.chunk().await? {
///             len += chunk.len();
///         }
///         seen += &format!("{}: {len} bytes\n", part.name());
///     }
///     Ok(seen)
/// }
/// ```
///
/// Refuses with 415 another content type or none, or a content coding, which `layers::Decompression` would undo; 400
/// one without a boundary, 413 a body over the limit: `body_limit` in the route's attribute, or the server's `max_body`.
/// What is found only as the parts come is an error of [`Multipart::next_part`] and [`Part::chunk`], which answer alike:
/// 400 what is malformed, with the part's name where it has one, 413 what passes a limit.
pub struct Multipart {
    body: Body,
    parser: Parser,
    limits: PartLimits,
    /// Parts begun so far.
    begun: usize,
    /// The name of the setting that bounds the body.
    setting: &'static str,
    /// Whether the part that was begun last is still being read.
    in_part: bool,
}

impl Multipart {
    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: PartLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Waits for the next part; `None` after the last. What was not read of the one before is skipped.
    ///
    /// # Errors
    ///
    /// See [`MultipartRejection`]; after an error nothing more comes.
    pub async fn next_part(&mut self) -> Result<Option<Part<'_>>, MultipartRejection> {
        while self.in_part {
            self.next_chunk(None).await?;
        }
        let head = loop {
            match self.parser.next(self.limits.head_bytes)? {
                Event::Starved => self.feed(None).await?,
                Event::Head(head) => break head,
                Event::End => return Ok(None),
                Event::Content(_) | Event::PartEnd => {}
            }
        };
        if self.begun == self.limits.parts {
            return Err(MultipartRejection::TooManyParts { limit: self.limits.parts });
        }
        self.begun += 1;
        self.in_part = true;
        Ok(Some(Part { multipart: self, head, len: 0 }))
    }

    /// The next piece of the current part.
    async fn next_chunk(&mut self, part: Option<&str>) -> Result<Option<Bytes>, MultipartRejection> {
        while self.in_part {
            match self.parser.next(self.limits.head_bytes)? {
                Event::Starved => self.feed(part).await?,
                Event::Content(chunk) => return Ok(Some(chunk)),
                Event::PartEnd | Event::Head(_) | Event::End => self.in_part = false,
            }
        }
        Ok(None)
    }

    /// Gives the parser what comes next of the body.
    async fn feed(&mut self, part: Option<&str>) -> Result<(), MultipartRejection> {
        match self.body.chunk().await {
            Some(Ok(chunk)) => self.parser.push(chunk),
            Some(Err(error)) => {
                self.in_part = false;
                return Err(MultipartRejection::Body(BodyRejection::of(error, self.setting)));
            }
            None => {
                self.in_part = false;
                let part = part.map(str::to_owned);
                return Err(MultipartRejection::Malformed { reason: "the last boundary is missing", part });
            }
        }
        Ok(())
    }
}

impl<S: Sync> FromRequest<S> for Multipart {
    const TAKES_BODY: bool = true;
    const READY: bool = true;
    type Rejection = MultipartRejection;

    async fn from_request(request: &mut Request, state: &S) -> Result<Self, MultipartRejection> {
        let facts = request.content_facts();
        let media = facts.content_type.and_then(MediaType::parse);
        let Some(media) = media.filter(|media| media.is("multipart", "form-data")) else {
            let rejection = MediaTypeRejection::of_type("multipart/form-data", request);
            return Err(MultipartRejection::MediaType(rejection));
        };
        if facts.is_coded {
            return Err(MultipartRejection::MediaType(MediaTypeRejection::of_coding(request)));
        }
        let boundary = media.parameters().find(|(name, _)| name.eq_ignore_ascii_case("boundary"));
        let parser = boundary.and_then(|(_, boundary)| Parser::new(&boundary));
        let parser = parser.ok_or(MultipartRejection::Malformed {
            reason: "expected a boundary of 1 to 70 characters in `content-type`",
            part: None,
        })?;
        let setting = BodyRejection::setting(request);
        let body = Body::from_request(request, state).await.map_err(MultipartRejection::Body)?;
        Ok(Self { body, parser, limits: PartLimits::default(), begun: 0, setting, in_part: false })
    }
}

impl fmt::Debug for Multipart {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multipart")
            .field("limits", &self.limits)
            .field("begun", &self.begun)
            .finish_non_exhaustive()
    }
}

/// One part: its name, and its content as it comes; see [`Multipart`].
pub struct Part<'a> {
    multipart: &'a mut Multipart,
    head: PartHead,
    /// Bytes of content read so far.
    len: u64,
}

impl Part<'_> {
    /// The name of the form's field.
    pub fn name(&self) -> &str {
        &self.head.name
    }

    /// The name that the file has with the client, without folders; `None` where the part is no file.
    ///
    /// It is a client's text: two files may have the same, and the end of it says nothing of the content.
    pub fn file_name(&self) -> Option<&str> {
        self.head.file_name.as_deref()
    }

    /// The content type that the client says it has; browsers say none of what is no file.
    pub fn content_type(&self) -> Option<&str> {
        self.head.content_type.as_deref()
    }

    /// Waits for the next piece of the content; `None` after the last.
    ///
    /// # Errors
    ///
    /// See [`MultipartRejection`]; after an error nothing more comes.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, MultipartRejection> {
        let Some(chunk) = self.multipart.next_chunk(Some(&self.head.name)).await? else { return Ok(None) };
        self.len += chunk.len() as u64;
        let limit = self.multipart.limits.part_bytes;
        if self.len > limit {
            return Err(MultipartRejection::PartTooLarge { part: self.head.name.clone(), limit });
        }
        Ok(Some(chunk))
    }

    /// Reads all of the content that was not read yet, at most `limit` bytes of it.
    ///
    /// # Errors
    ///
    /// As [`Part::chunk`], and [`MultipartRejection::PartTooLarge`] as soon as there are more.
    pub async fn bytes(&mut self, limit: u64) -> Result<Bytes, MultipartRejection> {
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        let within = |len: usize, name: &str| match len as u64 > limit {
            true => Err(MultipartRejection::PartTooLarge { part: name.to_owned(), limit }),
            false => Ok(()),
        };
        within(first.len(), &self.head.name)?;
        let Some(second) = self.chunk().await? else { return Ok(first) };
        let mut all = BytesMut::from(first);
        let mut next = Some(second);
        while let Some(chunk) = next {
            within(all.len() + chunk.len(), &self.head.name)?;
            all.extend_from_slice(&chunk);
            next = self.chunk().await?;
        }
        Ok(all.freeze())
    }

    /// The same as UTF-8 text.
    ///
    /// # Errors
    ///
    /// As [`Part::bytes`], and [`MultipartRejection::Malformed`] where it is other text, or said to be of another charset.
    pub async fn text(&mut self, limit: u64) -> Result<String, MultipartRejection> {
        self.expect_utf8()?;
        let bytes = self.bytes(limit).await?;
        String::from_utf8(bytes.into()).map_err(|_| self.malformed("expected UTF-8"))
    }

    /// Refuses text of a part that says that it is in another charset (RFC 7578 §4.4).
    #[inline]
    fn expect_utf8(&self) -> Result<(), MultipartRejection> {
        let media = self.content_type().and_then(MediaType::parse);
        match media.and_then(|media| media.other_charset()) {
            Some(_) => Err(self.malformed("expected UTF-8, found another charset in its `content-type`")),
            None => Ok(()),
        }
    }

    fn malformed(&self, reason: &'static str) -> MultipartRejection {
        MultipartRejection::Malformed { reason, part: Some(self.head.name.clone()) }
    }
}

impl fmt::Debug for Part<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("head", &self.head).field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
