//! What the compiler says of each mistake: a folder of `ui/` a macro, a file a fault, its message beside it.
//!
//! `TRYBUILD=overwrite cargo test -p fingerpost-tests --test ui` writes the messages anew; read the difference.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn each_mistake_is_told() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/route/*.rs");
    cases.compile_fail("ui/scope/*.rs");
    cases.pass("ui/pass/*.rs");
}

/// One mistake is one error: no second one follows from what a macro generates.
#[test]
fn each_mistake_is_told_once() {
    let mut messages = 0;
    for file in stderr_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")) {
        let text = fs::read_to_string(&file).unwrap();
        let starts = |line: &&str| line.starts_with("error") || line.starts_with("warning");
        let found: Vec<&str> = text.lines().filter(starts).filter(|line| !is_summary(line)).collect();
        assert_eq!(found.len(), 1, "{}:\n{text}", file.display());
        messages += 1;
    }
    assert!(messages >= 25, "only {messages} messages were found");
}

/// `error: aborting due to …` and `error: could not compile …`.
fn is_summary(line: &str) -> bool {
    line.starts_with("error: aborting") || line.starts_with("error: could not compile")
}

fn stderr_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(stderr_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "stderr") {
            files.push(path);
        }
    }
    files
}
