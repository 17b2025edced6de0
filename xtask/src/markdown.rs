//! Pages of Markdown, as far as the checks look into them: fenced blocks, and the prose between them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::root;

/// A page of this repository.
#[derive(Debug)]
pub(crate) struct Page {
    /// Where it is, from the checkout's root.
    pub(crate) path: PathBuf,
    text: String,
}

/// A fenced block of a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    /// What follows the opening fence, `rust` say.
    pub(crate) language: &'a str,
    /// The lines inside, each with its number.
    pub(crate) lines: Vec<(usize, &'a str)>,
}

impl Page {
    /// Reads the page at `path`, from the checkout's root.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = read(path)?;
        Ok(Self { path: path.to_owned(), text })
    }

    /// A page with this text.
    #[cfg(test)]
    pub(crate) fn of(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.to_owned() }
    }

    /// Its fenced blocks, in order.
    pub(crate) fn blocks(&self) -> Vec<Block<'_>> {
        split(&self.text).1
    }

    /// The lines outside of fenced blocks, each with its number.
    pub(crate) fn prose(&self) -> Vec<(usize, &str)> {
        split(&self.text).0
    }

    /// A path that the page names, from the checkout's root, with `..` resolved.
    pub(crate) fn resolve(&self, relative: &str) -> PathBuf {
        let mut path = self.path.parent().unwrap_or(Path::new("")).to_owned();
        for part in relative.split('/') {
            match part {
                "" | "." => {}
                ".." if path.file_name().is_some() => {
                    path.pop();
                }
                // One more `..` than there are folders leads out of the checkout: it will not be found.
                _ => path.push(part),
            }
        }
        path
    }
}

/// Reads a file, named from the checkout's root.
///
/// # Errors
///
/// Where it cannot be read as text.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{}: {error}", path.display()))
}

/// The pages in `folder` and below, in the order of their names.
///
/// # Errors
///
/// Where the folder or a page cannot be read.
pub(crate) fn pages(folder: &Path) -> Result<Vec<Page>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut pages = Vec::new();
    for entry in fs::read_dir(root().join(folder)).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = folder.join(entry.file_name());
        if entry.file_type().map_err(failed)?.is_dir() {
            pages.extend(self::pages(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(Page::read(&path)?);
        }
    }
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(pages)
}

fn split(text: &str) -> (Vec<(usize, &str)>, Vec<Block<'_>>) {
    let (mut prose, mut blocks) = (Vec::new(), Vec::new());
    let mut open: Option<Block<'_>> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let fence = line.trim_start().strip_prefix("```");
        match (open.take(), fence) {
            (None, None) => prose.push((number, line)),
            (None, Some(language)) => open = Some(Block { language: language.trim(), lines: Vec::new() }),
            (Some(block), Some(_)) => blocks.push(block),
            (Some(mut block), None) => {
                block.lines.push((number, line));
                open = Some(block);
            }
        }
    }
    blocks.extend(open);
    (prose, blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_blocks_from_prose() {
        let (prose, blocks) = split("a\n```rust\nb\nc\n```\nd\n```\ne\n");
        assert_eq!(prose, [(1, "a"), (6, "d")]);
        let rust = Block { language: "rust", lines: vec![(3, "b"), (4, "c")] };
        assert_eq!(blocks, [rust, Block { language: "", lines: vec![(8, "e")] }]);
    }

    #[test]
    fn resolves_what_a_page_names() {
        let page = Page { path: "book/src/start.md".into(), text: String::new() };
        assert_eq!(page.resolve("../../examples/a.rs"), Path::new("examples/a.rs"));
        assert_eq!(page.resolve("./next.md"), Path::new("book/src/next.md"));
        assert_eq!(page.resolve("../../../x"), Path::new("../x"));
    }
}
