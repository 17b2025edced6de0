//! The sources in Rust, as text.

use std::fs;
use std::path::Path;

use crate::command::root;
use crate::markdown::read;
use crate::steps::Outcome;

/// Appends every file in Rust of `folder` and below: its path from the checkout's root, and its text.
///
/// # Errors
///
/// Where the folder or a file cannot be read.
pub(crate) fn sources(folder: &str, files: &mut Vec<(String, String)>) -> Outcome {
    let failed = |error: std::io::Error| format!("{folder}: {error}");
    for entry in fs::read_dir(root().join(folder)).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().map_err(failed)?.is_dir() {
            sources(&path, files)?;
        } else if path.ends_with(".rs") {
            let text = read(Path::new(&path))?;
            files.push((path, text));
        }
    }
    Ok(())
}
