//! Files as they were read.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use proc_macro2::Ident;

use super::Place;
use super::imports::Imports;
use super::read::read;

/// The functions of a file that are not free, by name.
pub(super) type Functions = HashMap<String, Place>;

/// A file as it was read.
#[derive(Default)]
pub(super) struct Source {
    text: String,
    /// The words behind each `mod `.
    pub(super) modules: HashSet<String>,
    /// Read when they are asked for, as that takes longer than all that a macro does of itself.
    functions: OnceCell<Functions>,
}

impl Source {
    fn new(text: String) -> Self {
        let behind = text.split("mod ").skip(1);
        let names = behind.map(|rest| {
            let rest = rest.trim_start();
            let rest = rest.strip_prefix("r#").unwrap_or(rest);
            rest.chars().take_while(|&letter| letter.is_alphanumeric() || letter == '_').collect()
        });
        Self { modules: names.collect(), text, functions: OnceCell::new() }
    }

    pub(super) fn functions(&self) -> &Functions {
        self.functions.get_or_init(|| {
            let file = self.text.parse().ok();
            file.map(|file| read(file, &Imports::of(&self.text))).unwrap_or_default()
        })
    }

    /// Whether `name` stands at this place, both counted from 1. It does not where the place is one of another text, as of
    /// an example in a comment, which rustdoc says to be of the file around it.
    pub(super) fn has(&self, name: &str, line: usize, column: usize) -> bool {
        let (Some(line), Some(column)) = (line.checked_sub(1), column.checked_sub(1)) else { return false };
        let line = self.text.lines().nth(line).unwrap_or_default();
        line.char_indices()
            .nth(column)
            .and_then(|(at, _)| line.get(at..))
            .is_some_and(|rest| rest.starts_with(name))
    }
}

thread_local! {
    /// The files that were read: one compilation sees each as it is.
    static FILES: RefCell<HashMap<PathBuf, Rc<Source>>> = RefCell::default();
}

pub(super) fn source_of(file: &Path) -> Rc<Source> {
    let known = FILES.with_borrow(|files| files.get(file).cloned());
    known.unwrap_or_else(|| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let source = Rc::new(Source::new(text));
        FILES.with_borrow_mut(|files| files.insert(file.to_owned(), Rc::clone(&source)));
        source
    })
}

/// Whether the file in which `token` stands has `text` anywhere: what a name is, where it is imported from there.
pub(crate) fn is_written_near(token: &Ident, text: &str) -> bool {
    proc_macro::is_available()
        && token.span().unwrap().local_file().is_some_and(|file| source_of(&file).text.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_names_of_modules_without_reading_the_file() {
        let source =
            Source::new("mod a;\npub mod  b_2 {}\nmod r#in {} // a mod of é\nfn model() {}".to_owned());
        let mut names: Vec<_> = source.modules.iter().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["a", "b_2", "in", "of"]);
        assert!(source.functions.get().is_none());
    }

    #[test]
    fn a_place_in_another_text_is_not_the_files() {
        let source = Source::new("//! é\n/// fn ip() {}\nfn r#ip() {}\n".to_owned());
        for (name, line, column, expected) in [
            ("r#ip", 3, 4, true),
            ("ip", 2, 8, true),
            // As rustdoc has it, which leaves out what makes it a comment.
            ("ip", 2, 4, false),
            ("ip", 1, 4, false),
            ("ip", 9, 4, false),
            ("ip", 2, 99, false),
            ("ip", 0, 0, false),
        ] {
            assert_eq!(source.has(name, line, column), expected, "{name} {line}:{column}");
        }
    }
}
