//! The files of a folder and of those below it.

use std::fs;
use std::path::Path;

/// Deeper than any folder is on purpose: a link that leads back to where it stands ends here.
const MAX_DEPTH: usize = 32;

/// A file, with its name below the folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// With a slash before each part: `/css/app.css`.
    pub(super) name: String,
    pub(super) path: String,
    pub(super) content: Vec<u8>,
}

/// Reads all files, in the order of their names; names that begin with a dot are left out, but for `.well-known` at the
/// top.
///
/// # Errors
///
/// A sentence, where the folder or something in it cannot be read, or there is nothing in it.
pub(super) fn folder(path: &Path) -> Result<Vec<Found>, String> {
    let mut found = Vec::new();
    below(path, "", 0, &mut found)?;
    if found.is_empty() {
        return Err(format!("there is no file in {}", path.display()));
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn below(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<Found>) -> Result<(), String> {
    let fault = |path: &Path, error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    if depth == MAX_DEPTH {
        return Err(format!("{} lies more than {MAX_DEPTH} folders deep", folder.display()));
    }
    for entry in fs::read_dir(folder).map_err(|error| fault(folder, error))? {
        let path = entry.map_err(|error| fault(folder, error))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| format!("the name of {} is not UTF-8", path.display()))?;
        if name.starts_with('.') && !(depth == 0 && name == ".well-known") {
            continue;
        }
        let name = format!("{prefix}/{name}");
        if path.is_dir() {
            below(&path, &name, depth + 1, found)?;
            continue;
        }
        let content = fs::read(&path).map_err(|error| fault(&path, error))?;
        let text = path.to_str().ok_or_else(|| format!("the path {} is not UTF-8", path.display()))?;
        found.push(Found { name, path: text.to_owned(), content });
    }
    Ok(())
}
