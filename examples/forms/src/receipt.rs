//! What we keep of a file: all but the file itself.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::draft::Draft;

/// The most characters of a file's name that are kept.
const MAX_CHARS: usize = 255;

/// What was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Receipt {
    /// The name that the file had with the visitor.
    pub(crate) file: String,
    pub(crate) bytes: usize,
    /// SHA-256 of the content, as 64 hexadecimal digits.
    pub(crate) checksum: String,
    pub(crate) note: String,
}

impl Receipt {
    /// The receipt for what was handed in; `None` where there is no file.
    pub(crate) fn of(draft: &Draft) -> Option<Self> {
        let file = draft.file.as_ref()?;
        let digest = Sha256::digest(file.content());
        Some(Self {
            file: match file.name() {
                "" => "A file without a name".to_owned(),
                name => name.chars().take(MAX_CHARS).collect(),
            },
            bytes: file.content().len(),
            checksum: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            note: draft.note.clone(),
        })
    }
}
