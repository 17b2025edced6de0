//! [`MultipartForm`]: all parts of a form as one value.

use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use serde_core::de::DeserializeOwned;

use super::{Multipart, MultipartRejection, UploadedFile};
use crate::extract::FromRequest;
use crate::extract::de::{FieldError, FieldErrors, Fields, Given};
use crate::extract::serde_bounds::Readable;
use crate::http::Request;

/// Takes a form with files, as a browser sends it with `enctype="multipart/form-data"`, as a value: texts by the rules of
/// [`Query`](crate::Query), files as [`UploadedFile`].
///
/// All of it is in memory, so that `body_limit` bounds what a request costs; larger files are for
/// [`Multipart`](crate::Multipart). A file cannot stand in a flattened struct.
///
/// ```
/// use serde::Deserialize;
/// use server::{MultipartForm, UploadedFile, post};
///
/// #[derive(Deserialize)]
/// struct NewBook {
///     title: String,
///     pages: u32,
///     #[serde(default)]
///     tag: Vec<String>,
///     cover: Option<UploadedFile>,
/// }
///
/// #[post("/books", body_limit = "5MiB")]
/// async fn create(MultipartForm(book): MultipartForm<NewBook>) -> String {
///     let cover = book.cover.map_or(0, |cover| cover.content().len());
///     format!("{}, {} pages, {cover} bytes of cover", book.title, book.pages)
/// }
/// ```
///
/// Refuses what [`Multipart`](crate::Multipart) refuses, and 422 a form that is no `T`, naming each field at fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MultipartForm<T>(pub T);

/// A part that was read.
struct Read {
    name: String,
    content: Content,
}

impl Read {
    #[inline]
    fn given(&self) -> Result<(&str, Given<'_>), FieldError> {
        let given = match &self.content {
            Content::File(file) => Given::File(file),
            Content::Text(bytes) => {
                Given::Text(std::str::from_utf8(bytes).map_err(|_| FieldError::not_utf8(&self.name))?)
            }
        };
        Ok((&self.name, given))
    }
}

enum Content {
    Text(Bytes),
    File(UploadedFile),
}

impl<T: DeserializeOwned> MultipartForm<T> {
    /// Reads the parts of a form whose limits are others than [`PartLimits`](crate::PartLimits)' defaults.
    ///
    /// ```
    /// use serde::Deserialize;
    /// use server::{Multipart, MultipartForm, PartLimits, post};
    /// use server::rejection::MultipartRejection;
    ///
    /// #[derive(Deserialize)]
    /// struct Note {
    ///     text: String,
    /// }
    ///
    /// #[post("/notes")]
    /// async fn create(parts: Multipart) -> Result<String, MultipartRejection> {
    ///     let limits = PartLimits { parts: 1, part_bytes: 1000, ..PartLimits::default() };
    ///     let MultipartForm(note) = MultipartForm::<Note>::read(parts.with_limits(limits)).await?;
    ///     Ok(note.text)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`MultipartRejection`].
    pub async fn read(mut parts: Multipart) -> Result<Self, MultipartRejection> {
        let mut read = Vec::new();
        while let Some(mut part) = parts.next_part().await? {
            let content = part.bytes(u64::MAX).await?;
            let content = match part.head.file_name.take() {
                // What a browser sends where no file was chosen.
                Some(name) if name.is_empty() && content.is_empty() => continue,
                Some(name) => {
                    let content_type = part.head.content_type.take();
                    Content::File(UploadedFile { name, content_type, content })
                }
                None => {
                    part.expect_utf8()?;
                    Content::Text(content)
                }
            };
            read.push(Read { name: std::mem::take(&mut part.head.name), content });
        }
        make(&read).map(Self).map_err(MultipartRejection::Mismatch)
    }
}

fn make<T: DeserializeOwned>(parts: &[Read]) -> Result<T, FieldErrors> {
    Fields::parts(parts.iter().map(Read::given)).map_err(FieldErrors::from)?.into_map()
}

impl<S: Sync, T: Readable + Send> FromRequest<S> for MultipartForm<T> {
    const TAKES_BODY: bool = true;
    type Rejection = MultipartRejection;

    async fn from_request(request: &mut Request, state: &S) -> Result<Self, MultipartRejection> {
        Self::read(Multipart::from_request(request, state).await?).await
    }
}

impl<T> Deref for MultipartForm<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for MultipartForm<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
