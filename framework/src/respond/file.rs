//! [`File`]: an answer read from the file system, in whole or in the parts that the client asks for.
//!
//! A file is opened and looked at in one call on the blocking pool, and read from that one descriptor, so that another
//! file put in its place changes no answer under way. What fits into one chunk is read in the same call.

mod error;
mod media;
mod opened;
mod source;

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::{AcceptRanges, IntoResponse, LastModified, ResponsePart};
use crate::blocking::call_blocking;
use crate::http::{Body, ETag, Response};

pub use error::FileError;
#[cfg(any(feature = "embed", all(unix, feature = "files")))]
pub(crate) use media::content_type;
#[cfg(not(any(feature = "embed", all(unix, feature = "files"))))]
use media::content_type;
#[cfg(all(unix, feature = "files"))]
pub(crate) use opened::Access;
#[cfg(not(all(unix, feature = "files")))]
use opened::Access;
use opened::Opened;
use source::FileSource;

/// The most bytes that are read at a time, and so the most of a file that lies in memory twice: one chunk on its way to
/// the client, one read ahead.
const CHUNK_BYTES: u64 = 64 * 1024;

/// A file that changed more recently than this may change again within the same tick of the file system's clock, of which
/// the coarsest has two seconds.
const SETTLED: Duration = Duration::from_secs(2);

/// A file as the answer: content type by its extension, `Last-Modified`, `ETag`, conditions and ranges.
///
/// GET and HEAD with a condition are answered with 304 or 412, and a GET with `Range` with 206 or 416, by the rules of
/// [`AcceptRanges`]; `If-Range` resumes what broke off, and begins anew where the file is another. Parts in front change
/// the answer as they do any other: [`Attachment`](crate::Attachment) has it saved, [`Cache`](crate::Cache) says how long
/// it is good, an [`ETag`] or a content type of your own goes before the file's.
///
/// The tag is made of the file's length and of the time of its last change, in nanoseconds: it is the same on every server
/// that was given the file with its time, and needs no look at the content. It is a strong one, for a change changes it,
/// unless the file changed in the two seconds before: then it may again, unseen, and the tag is weak until it has
/// settled. A file without a time of its own, as build systems make them that set it to the first second of 1970, has
/// no tag and no date: give it an [`ETag`] of its version.
///
/// A file is read as it was when it was opened: in chunks of 64 KiB, while the client takes them. With the feature
/// `files`, Linux is asked first for what it has in memory, which the worker copies at once; what has to come from the disk
/// is read on the blocking pool. One
/// that is replaced meanwhile is served to its old end. One that is written over, or cut, in place is neither old nor
/// new: then the connection is cut, so that the client can tell, and the log says why. What is appended is left out.
///
/// ```
/// use server::{Attachment, File, get};
/// use server::rejection::FileError;
///
/// #[get("/manual")]
/// async fn manual() -> Result<File, FileError> {
///     File::open("public/manual.pdf").await
/// }
///
/// #[get("/manual/download")]
/// async fn download() -> server::Result<(Attachment, File)> {
///     Ok((Attachment::named("Manual.pdf"), File::open("public/manual.pdf").await?))
/// }
/// ```
#[derive(Debug)]
pub struct File {
    content: Content,
    content_type: HeaderValue,
    len: u64,
    modified: Option<SystemTime>,
    etag: Option<ETag>,
}

/// What was read already, or what is read while the client takes it.
#[derive(Debug)]
enum Content {
    AtHand(Bytes),
    Opened(Opened),
}

impl File {
    /// Opens a file.
    ///
    /// The path is the application's to choose: one that a client has a part in may lead anywhere.
    ///
    /// # Errors
    ///
    /// [`FileError`]: 404 where there is no file of this path, and where it is a folder or a device; 503 where the blocking
    /// pool's queue is full; 500, with the reason in the log, for all else.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref().to_owned();
        let opened = call_blocking(move || {
            // To open a pipe would wait for its writer; the look behind it is at what was opened.
            let is_file = fs::metadata(&path).map(|metadata| metadata.is_file());
            let file = match is_file {
                Ok(true) => fs::File::open(&path),
                Ok(false) => return Err(FileError::not_a_file(&path)),
                Err(error) => Err(error),
            };
            file.and_then(|file| Self::read_from(file, &path, Access::Blocking))
                .map_err(|error| FileError::of(&path, error))
        });
        opened.await.unwrap_or_else(|busy| Err(busy.into()))
    }

    /// Reads what an answer with this file needs; its name says its content type.
    ///
    /// # Errors
    ///
    /// Where it is no file, or cannot be read; [`ErrorKind::WouldBlock`](std::io::ErrorKind) where that is not at hand.
    #[inline]
    pub(crate) fn read_from(file: fs::File, name: &Path, access: Access) -> std::io::Result<Self> {
        let opened = Opened::new(file)?;
        match opened.len() {
            len @ 0..=CHUNK_BYTES => {
                let content = Content::AtHand(opened.read(0, len, access)?);
                Ok(Self::of(&opened, name, content))
            }
            _ => Ok(Self::unread(opened, name)),
        }
    }

    /// The same, but reads nothing of the content before it is asked for.
    ///
    /// # Errors
    ///
    /// Where it is no file.
    #[cfg(all(unix, feature = "files"))]
    pub(crate) fn read_later(file: fs::File, name: &Path) -> std::io::Result<Self> {
        Opened::new(file).map(|opened| Self::unread(opened, name))
    }

    #[inline]
    fn unread(opened: Opened, name: &Path) -> Self {
        let file = Self::of(&opened, name, Content::AtHand(Bytes::new()));
        Self { content: Content::Opened(opened), ..file }
    }

    #[inline]
    fn of(opened: &Opened, name: &Path, content: Content) -> Self {
        let (len, modified) = (opened.len(), opened.modified());
        let now = SystemTime::now();
        Self {
            content_type: content_type(name),
            len,
            // A time to come would keep every copy current until then (RFC 9110 §8.8.2.1).
            modified: modified.map(|modified| modified.min(now)),
            etag: modified.map(|modified| etag(len, modified, now)),
            content,
        }
    }

    /// Says that it holds another in the coding `coding`, which is another representation and has a tag of its own.
    #[cfg(all(unix, feature = "files"))]
    pub(crate) fn in_coding(mut self, coding: &str) -> Self {
        self.etag = self.etag.map(|etag| {
            let version = format!("{}-{coding}", String::from_utf8_lossy(etag.opaque()));
            if etag.is_weak() { ETag::weak(version) } else { ETag::strong(version) }
        });
        self
    }

    /// The file's length in bytes, when it was opened.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// When it changed last; `None` where the file system does not say.
    #[inline]
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// The tag that the answer has.
    #[inline]
    pub fn etag(&self) -> Option<&ETag> {
        self.etag.as_ref()
    }
}

/// The tag of a file's state; weak, and another, while the file may change unseen.
#[inline]
fn etag(len: u64, modified: SystemTime, now: SystemTime) -> ETag {
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    let version = format!("{:x}.{:x}-{len:x}", since.as_secs(), since.subsec_nanos());
    match now.duration_since(modified) {
        Ok(age) if age >= SETTLED => ETag::strong(version),
        Ok(_) | Err(_) => ETag::weak(format_args!("{version}-new")),
    }
}

impl IntoResponse for File {
    #[inline]
    fn into_response(self) -> Response {
        let body = match self.content {
            Content::AtHand(bytes) => Body::from(bytes),
            Content::Opened(opened) => Body::from_source(FileSource::new(opened)),
        };
        let mut response = AcceptRanges.apply(Response::ok().body(body));
        response.set_header(CONTENT_TYPE, self.content_type);
        if let Some(modified) = self.modified {
            response = LastModified(modified).apply(response);
        }
        match self.etag {
            Some(etag) => etag.apply(response),
            None => response,
        }
    }
}

#[cfg(test)]
mod tests;
