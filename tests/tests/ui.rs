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

/// `ui/at_fault.txt` has a row for each case: its name, and the piece of its code that the error must stand on. Where
/// a mistake is inside a text, or in what does not stand there, it is the text, or what stands beside it.
#[test]
fn a_mistake_is_told_on_the_token_at_fault() {
    let rows = fs::read_to_string("ui/at_fault.txt").expect("the table lies beside the cases");
    let mut expected: Vec<_> = rows.lines().map(|row| row.split_once("  ").expect("two columns")).collect();
    let mut wrong = Vec::new();
    for path in messages(Path::new("ui")).expect("the cases lie beside this package's manifest") {
        let case = path.with_extension("").strip_prefix("ui").expect("listed in it").display().to_string();
        let row =
            expected.iter().position(|(name, _)| name.trim_end() == case).map(|row| expected.remove(row).1);
        let told = told_on(&path).unwrap_or_else(|| panic!("{case} points at no line of its own"));
        if row.map(str::trim_start) != Some(told.as_str()) {
            wrong.push(format!("{case}  {told}"));
        }
    }
    assert!(wrong.is_empty(), "these stand elsewhere than `ui/at_fault.txt` says:\n{}", wrong.join("\n"));
    assert!(expected.is_empty(), "there is no such case: {expected:?}");
}

/// The code that the carets of a message stand under; `None` where it points at another file than its case.
fn told_on(message: &Path) -> Option<String> {
    let case = message.with_extension("rs");
    let (code, text) = (fs::read_to_string(&case).ok()?, fs::read_to_string(message).ok()?);
    let place = text.lines().find_map(|line| line.trim_start().strip_prefix("--> "))?;
    let (place, column) = place.rsplit_once(':')?;
    let (file, number) = place.rsplit_once(':')?;
    let column = column.parse::<usize>().ok()? - 1;
    if Path::new(file).file_name() != case.file_name() {
        return None;
    }
    let shown = text.lines().skip_while(|line| line.split_once('|').map(|row| row.0.trim()) != Some(number));
    // The row below the code's, one column of the frame in front.
    let marks = shown.skip(1).find_map(|line| line.split_once('|')?.1.get(column + 1..))?;
    // Where two marks lie over each other, the other's dashes are the carets' own.
    let len = marks.chars().take_while(|mark| matches!(mark, '^' | '-')).count();
    let line = code.lines().nth(number.parse::<usize>().ok()? - 1)?;
    Some(line.get(column..column + len)?.to_owned()).filter(|told| !told.is_empty())
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
