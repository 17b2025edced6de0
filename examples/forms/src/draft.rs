//! What a visitor sends, and what holds for each field.

use garde::Validate;
use serde::Deserialize;
use server::rejection::MultipartRejection;
use server::{Multipart, MultipartForm, PartLimits, UploadedFile, extractor};

/// The most bytes of a file, and of any other field.
pub(crate) const MAX_FILE: u64 = 256 * 1024;

// ANCHOR: draft
/// The form as it was sent. A field that was left out is as good as an empty one.
#[derive(Debug, Default, Deserialize, Validate)]
#[serde(default)]
pub(crate) struct Draft {
    #[garde(custom(said), length(chars, max = 80))]
    pub(crate) name: String,
    #[garde(email, length(max = 254))]
    pub(crate) email: String,
    #[garde(length(chars, max = 500))]
    pub(crate) note: String,
    #[garde(custom(chosen))]
    pub(crate) file: Option<UploadedFile>,
}

/// Takes the form, four parts at most.
#[extractor]
pub(crate) async fn draft(parts: Multipart) -> Result<Draft, MultipartRejection> {
    let limits = PartLimits { parts: 4, part_bytes: MAX_FILE, ..PartLimits::default() };
    Ok(MultipartForm::read(parts.with_limits(limits)).await?.0)
}

/// Refuses what has no more than spaces.
fn said(text: &str, _: &()) -> garde::Result {
    if text.trim().is_empty() { Err(garde::Error::new("say how we may call you")) } else { Ok(()) }
}
// ANCHOR_END: draft

/// Refuses a form without a file; an empty file is one.
fn chosen(file: &Option<UploadedFile>, _: &()) -> garde::Result {
    if file.is_none() { Err(garde::Error::new("choose a file")) } else { Ok(()) }
}
