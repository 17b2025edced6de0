//! The book: its listings are regions of files that compile, and mdBook builds it.
//!
//! mdBook itself goes on where a file or an anchor is missing; this does not. Code in Rust may stand in a chapter only
//! as an include of a file, whole or by anchor, so that the compiler has seen it.

use std::path::Path;

use crate::command::{program, run};
use crate::markdown::{Page, pages, read};
use crate::needs;
use crate::steps::Outcome;

/// The page outside of the book that shows a program, and the file it must stand in.
const SHOWN: (&str, &str) = ("README.md", "examples/hello/src/main.rs");

/// Checks every listing of the book, and the one of the README.
///
/// # Errors
///
/// The listings that no file holds, each with its chapter and line.
pub(crate) fn check_listings() -> Outcome {
    let mut faults = Vec::new();
    let chapters = pages(Path::new("book/src"))?;
    for chapter in &chapters {
        let blocks = chapter.blocks();
        let lines = blocks.iter().flat_map(|block| block.lines.iter().map(|&line| (block.language, line)));
        for (language, (number, line)) in lines {
            if let Err(fault) = check_line(chapter, language, line) {
                faults.push(format!("{}:{number}: {fault}", chapter.path.display()));
            }
        }
    }
    faults.extend(check_shown().err());
    println!("{} chapters", chapters.len());
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// Builds the book to `book/book`.
///
/// # Errors
///
/// Where mdBook fails.
pub(crate) fn build() -> Outcome {
    run(&mut program(needs::mdbook()?, &["build", "book"]))
}

/// Checks a line inside a fenced block.
fn check_line(chapter: &Page, language: &str, line: &str) -> Outcome {
    match Include::parse(line) {
        Some(include) => include.check(chapter),
        None if line.contains("{{#") => {
            Err(format!("expected {{{{#include file:anchor}}}}, found {}", line.trim()))
        }
        None if language.starts_with("rust") && !line.trim().is_empty() => {
            Err("code in Rust stands in a file that compiles: include it".to_owned())
        }
        None => Ok(()),
    }
}

/// `{{#include file}}` or `{{#include file:anchor}}`.
#[derive(Debug, PartialEq, Eq)]
struct Include<'a> {
    file: &'a str,
    anchor: Option<&'a str>,
}

impl<'a> Include<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let inside = line.trim().strip_prefix("{{#include ")?.strip_suffix("}}")?.trim();
        Some(match inside.split_once(':') {
            Some((file, anchor)) => Self { file, anchor: Some(anchor) },
            None => Self { file: inside, anchor: None },
        })
    }

    fn check(&self, chapter: &Page) -> Outcome {
        let text = read(&chapter.resolve(self.file))?;
        match self.anchor {
            // Lines move; names stay.
            Some(anchor) if anchor.starts_with(|c: char| c.is_ascii_digit() || c == ':') => {
                Err(format!("{}: include a region by its anchor, not by its lines", self.file))
            }
            Some(anchor) => check_region(&text, anchor).map_err(|fault| format!("{}: {fault}", self.file)),
            None => Ok(()),
        }
    }
}

/// Checks that `text` has the region `anchor`, with something in it.
fn check_region(text: &str, anchor: &str) -> Outcome {
    let marks = |line: &str, mark: &str| line.split_once(mark).is_some_and(|(_, name)| name.trim() == anchor);
    let mut lines = text.lines();
    if !lines.any(|line| marks(line, "ANCHOR:")) {
        return Err(format!("there is no `ANCHOR: {anchor}`"));
    }
    let mut is_empty = true;
    for line in lines {
        if marks(line, "ANCHOR_END:") {
            return if is_empty { Err(format!("the region {anchor} is empty")) } else { Ok(()) };
        }
        is_empty &= line.trim().is_empty();
    }
    Err(format!("there is no `ANCHOR_END: {anchor}` after its beginning"))
}

/// Checks that the code which the README shows stands in the example word for word.
fn check_shown() -> Outcome {
    let (page, file) = SHOWN;
    let source = read(Path::new(file))?;
    let source: Vec<&str> = source.lines().filter(|line| !line.contains("ANCHOR")).collect();
    let page = Page::read(Path::new(page))?;
    for block in page.blocks().iter().filter(|block| block.language == "rust") {
        let shown: Vec<&str> = block.lines.iter().map(|&(_, line)| line).collect();
        if !source.windows(shown.len().max(1)).any(|window| window == shown) {
            let line = block.lines.first().map_or(0, |&(number, _)| number);
            return Err(format!("{}:{line}: this is not what stands in {file}", page.path.display()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_include() {
        let rows = [
            ("{{#include ../a.rs:main}}", Some(Include { file: "../a.rs", anchor: Some("main") })),
            ("  {{#include ../a.rs}}", Some(Include { file: "../a.rs", anchor: None })),
            ("{{#rustdoc_include a.rs}}", None),
            ("fn main() {}", None),
        ];
        for (line, expected) in rows {
            assert_eq!(Include::parse(line), expected, "{line}");
        }
    }

    #[test]
    fn finds_a_region_by_its_anchor() {
        let rows = [
            ("// ANCHOR: a\nx\n// ANCHOR_END: a\n", true),
            ("# ANCHOR: a\n\nx\n# ANCHOR_END: a\n", true),
            ("// ANCHOR: ab\nx\n// ANCHOR_END: ab\n", false),
            ("// ANCHOR: a\nx\n", false),
            ("// ANCHOR: a\n\n// ANCHOR_END: a\n", false),
            ("// ANCHOR_END: a\nx\n// ANCHOR: a\n", false),
        ];
        for (text, expected) in rows {
            assert_eq!(check_region(text, "a").is_ok(), expected, "{text}");
        }
    }
}
