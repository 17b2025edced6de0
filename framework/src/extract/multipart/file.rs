//! [`UploadedFile`]: a file of a form, as a field of the type that a [`MultipartForm`](crate::MultipartForm) makes.

use std::cell::RefCell;
use std::fmt;

use bytes::Bytes;
use serde_core::de::{Deserialize, Deserializer, Error, Visitor};

use crate::extract::de::FILE;

/// A file that was sent with a form: all of it, in memory.
///
/// It is a field of what [`MultipartForm`](crate::MultipartForm) makes, in an `Option` or a `Vec` where there may be
/// none or several, and of that alone: no other format has files. Where a browser's user has chosen no file, there is
/// none.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct UploadedFile {
    pub(super) name: String,
    pub(super) content_type: Option<String>,
    pub(super) content: Bytes,
}

impl UploadedFile {
    /// The name that it has with the client, without folders.
    ///
    /// It is a client's text: two files may have the same, and the end of it says nothing of the content.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The content type that the client says it has.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The content.
    #[inline]
    pub fn content(&self) -> &Bytes {
        &self.content
    }

    /// The same, taken out.
    #[inline]
    pub fn into_content(self) -> Bytes {
        self.content
    }
}

impl fmt::Debug for UploadedFile {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UploadedFile({:?}, {} bytes)", self.name, self.content.len())
    }
}

thread_local! {
    /// A file on its way through serde, which knows no such type: put in by the form's deserializer, and taken out by
    /// the visitor that it calls.
    static HANDED: RefCell<Option<UploadedFile>> = const { RefCell::new(None) };
}

impl UploadedFile {
    /// Gives the file to a visitor that was asked for one.
    pub(crate) fn hand_to<'de, V: Visitor<'de>, E: Error>(&self, visitor: V) -> Result<V::Value, E> {
        HANDED.set(Some(self.clone()));
        let visited = visitor.visit_unit();
        HANDED.set(None);
        visited
    }
}

impl<'de> Deserialize<'de> for UploadedFile {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Taker;

        impl Visitor<'_> for Taker {
            type Value = UploadedFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a file")
            }

            fn visit_unit<E: Error>(self) -> Result<UploadedFile, E> {
                HANDED.take().ok_or_else(|| E::custom("expected a file"))
            }
        }

        deserializer.deserialize_struct(FILE, &[], Taker)
    }
}
