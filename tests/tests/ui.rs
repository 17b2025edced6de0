//! One mistake is one compile error, on the token at fault: each case is a program with a mistake, or one that compiles.
//!
//! `TRYBUILD=overwrite cargo test -p fingerpost-tests --test ui` writes the messages anew; read the difference.

use std::path::{Path, PathBuf};
use std::{fs, io};

#[test]
fn mistakes_are_told_once_and_in_place() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/*.rs");
    cases.pass("ui/*/pass/*.rs");
}

#[test]
fn a_mistake_is_one_error_and_no_warning() {
    let messages = messages(Path::new("ui")).expect("the cases lie beside this package's manifest");
    assert!(messages.len() >= 50, "only {} cases were found", messages.len());
    for path in messages {
        let text = fs::read_to_string(&path).expect("listed a moment ago");
        let count =
            text.lines().filter(|line| line.starts_with("error") || line.starts_with("warning")).count();
        assert_eq!(count, 1, "{} has {count} messages:\n{text}", path.display());
    }
}

/// The `.stderr` files in `folder` and below.
fn messages(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(messages(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "stderr") {
            found.push(path);
        }
    }
    Ok(found)
}
