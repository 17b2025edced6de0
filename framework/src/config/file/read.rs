//! Files as texts of a bounded size, and what is said where one cannot be read.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};

use crate::config::errors::Excerpt;
use crate::config::units::write_size;

/// The most bytes of a file.
const LARGEST: u64 = 1 << 20;

/// Reads a file.
///
/// # Errors
///
/// A sentence that names the file, for a file that is not there or may not be read, a folder, one that is too large or
/// no UTF-8.
pub(crate) fn read_text(path: &OsStr) -> Result<String, String> {
    let name = path.to_string_lossy();
    let name = Excerpt(&name);
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) if path.is_empty() => Err("names no file".to_owned()),
        Ok(_) if u64::try_from(bytes.len()).is_ok_and(|len| len <= LARGEST) => {
            let not_text = |error: std::string::FromUtf8Error| {
                let valid = error.utf8_error().valid_up_to();
                let before = error.as_bytes().get(..valid).unwrap_or_default();
                let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
                format!("the file `{name}` is not UTF-8, on line {line}")
            };
            String::from_utf8(bytes).map_err(not_text)
        }
        Ok(_) => Err(format!("the file `{name}` is larger than {}", write_size(LARGEST))),
        Err(error) => Err(match error.kind() {
            io::ErrorKind::NotFound if path.is_empty() => "names no file".to_owned(),
            io::ErrorKind::NotFound => format!("there is no file `{name}`"),
            io::ErrorKind::IsADirectory => format!("`{name}` is a folder"),
            io::ErrorKind::PermissionDenied => format!("the file `{name}` may not be read by this user"),
            _ => format!("the file `{name}` cannot be read: {error}"),
        }),
    }
}
