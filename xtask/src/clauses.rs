//! The book's tables of rules: each row is shown by tests, and each of those is there.
//!
//! A table whose last column is called `Shown by` names tests in code spans: a function as `file.rs::name`, where the
//! file's path may begin anywhere in the repository, or a row of `tests/http/rules` by its id. A row without a test
//! says whose matter it is. No row of the rules may be missing from the book.

use std::collections::BTreeSet;
use std::path::Path;

use crate::markdown::{Page, pages};
use crate::sources::sources;
use crate::steps::Outcome;

/// The chapter with the tables.
const CHAPTER: &str = "book/src/http";

/// The title of the column with the tests.
const COLUMN: &str = "Shown by";

/// What a row without a test says instead.
const MARK: &str = "*the handler's*";

/// Where tests are written.
const SOURCES: [&str; 4] = ["framework/src", "framework-macros/src", "tests", "xtask/src"];

/// Where the rows of the rules stand; the file with their machinery has none.
const RULES: &str = "tests/http/rules";
const NO_RULES: &str = "tests/http/rules/rule.rs";

/// Checks every row of the chapter's tables.
///
/// # Errors
///
/// The rows that name no test, the tests that are not there, and the rules that no row names.
pub(crate) fn check() -> Outcome {
    let sources = Sources::read()?;
    let mut faults = sources.rules_named_twice();
    let mut named = BTreeSet::new();
    let mut rows = 0;
    for page in pages(Path::new(CHAPTER))? {
        for (number, shown_by) in shown_by(&page) {
            rows += 1;
            let tests: Vec<_> = code_spans(shown_by).collect();
            if tests.is_empty() && shown_by != MARK {
                faults.push(format!(
                    "{}:{number}: no test shows this, and nothing says why",
                    page.path.display()
                ));
            }
            for test in tests {
                if let Err(fault) = sources.check(test) {
                    faults.push(format!("{}:{number}: {test}: {fault}", page.path.display()));
                }
                named.insert(test.to_owned());
            }
        }
    }
    let unnamed = sources.rules.iter().filter(|rule| !named.contains(*rule));
    faults.extend(unnamed.map(|rule| format!("{CHAPTER}: no row names the rule {rule}")));
    println!("{rows} rows, shown by {} tests, {} of them rules", named.len(), sources.rules.len());
    if rows == 0 {
        faults.push(format!("{CHAPTER}: there is no table with a column {COLUMN:?}"));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// The last cells of the rows of each table whose last column is the tests', with the lines they stand in.
fn shown_by(page: &Page) -> Vec<(usize, &str)> {
    let mut cells = Vec::new();
    let mut is_ours = false;
    let mut line_before = None;
    for (number, line) in page.prose() {
        let Some(cell) = last_cell(line) else { continue };
        let begins = line_before != Some(number - 1);
        line_before = Some(number);
        let is_rule = !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':'));
        if begins {
            is_ours = cell == COLUMN;
        } else if is_ours && !is_rule {
            cells.push((number, cell));
        }
    }
    cells
}

/// The last cell of a table's line; `None` where the line is of no table.
fn last_cell(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    inside.rsplit('|').next().map(str::trim)
}

/// The texts between backticks.
fn code_spans(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The sources that tests are looked for in.
#[derive(Debug, Default)]
struct Sources {
    /// Path from the root, and text.
    files: Vec<(String, String)>,
    /// The ids of the rules, in the order found.
    rules: Vec<String>,
}

impl Sources {
    fn read() -> Result<Self, String> {
        let mut files = Vec::new();
        for folder in SOURCES {
            sources(folder, &mut files)?;
        }
        let of_rules = files.iter().filter(|(path, _)| path.starts_with(RULES) && path != NO_RULES);
        let rules = of_rules.flat_map(|(_, text)| rules(text)).collect();
        Ok(Self { files, rules })
    }

    fn rules_named_twice(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let twice = self.rules.iter().filter(|rule| !seen.insert(*rule));
        twice.map(|rule| format!("{RULES}: two rules are called {rule}")).collect()
    }

    /// Checks that a test is there.
    fn check(&self, test: &str) -> Outcome {
        let Some((path, name)) = test.split_once("::") else {
            let is_there = self.rules.iter().any(|rule| rule == test);
            return if is_there { Ok(()) } else { Err("there is no such rule".to_owned()) };
        };
        let mut found = self.files.iter().filter(|(file, _)| is_end_of(path, file));
        match (found.next(), found.next()) {
            (None, _) => Err("there is no such file".to_owned()),
            (Some((first, _)), Some((second, _))) => Err(format!("{first} and {second} end so")),
            (Some((_, text)), None) if has_test(text, name) => Ok(()),
            (Some((file, _)), None) => Err(format!("{file} has no such test")),
        }
    }
}

/// Whether `file` ends with `path`, by whole names.
fn is_end_of(path: &str, file: &str) -> bool {
    file.strip_suffix(path).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// Whether `text` has a function of this name that is run as a test.
fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_named = |line: &str| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        line.strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with('('))
    };
    lines.iter().enumerate().filter(|(_, line)| is_named(line)).any(|(at, _)| {
        let above = lines.get(..at).unwrap_or_default().iter().rev();
        let attributes: Vec<_> =
            above.take_while(|line| line.starts_with("#[") || line.starts_with("//")).collect();
        let has = |start: &str| attributes.iter().any(|line| line.starts_with(start));
        let is_test = has("#[test]") || has("#[tokio::test") || has("#[server::test]");
        is_test && !has("#[ignore")
    })
}

/// The ids of the rules in `text`: what stands first in `rule("an-id", …)`, and in a tuple `("an-id", …)` of a list.
fn rules(text: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for (at, _) in text.match_indices('(') {
        let before = text.get(..at).unwrap_or_default();
        let is_call = before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '!' | '>'));
        if is_call && !before.ends_with("rule") {
            continue;
        }
        let inside = text.get(at + 1..).unwrap_or_default().trim_start();
        let Some((id, rest)) = inside.strip_prefix('"').and_then(|inside| inside.split_once('"')) else {
            continue;
        };
        let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if rest.starts_with(',') && !id.is_empty() && id.chars().all(is_id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        Page::of("page.md", text)
    }

    #[test]
    fn reads_the_last_column_of_the_tables_with_tests() {
        let text = "\
| § | Shown by |
| --- | --- |
| 1 | `a` |
| 2 | |

| x | Other |
| --- | --- |
| 1 | `b` |

```text
| § | Shown by |
| 1 | `c` |
```
";
        assert_eq!(shown_by(&page(text)), [(3, "`a`"), (4, "")]);
        assert_eq!(code_spans("`a`, *the handler's* and `b::c`").collect::<Vec<_>>(), ["a", "b::c"]);
    }

    #[test]
    fn finds_a_test_that_runs_and_no_other() {
        let text = "\
#[test]
fn plain() {}

/// Text.
#[tokio::test(start_paused = true)]
#[expect(clippy::x, reason = \"y\")]
async fn paused() {}

fn helper() {}

#[test]
#[ignore = \"slow\"]
fn ignored() {}

proptest! {
    #[test]
    fn property(input in any::<u8>()) {}
}
";
        for (name, expected) in [
            ("plain", true),
            ("paused", true),
            ("property", true),
            ("plai", false),
            ("helper", false),
            ("ignored", false),
            ("missing", false),
        ] {
            assert_eq!(has_test(text, name), expected, "{name}");
        }
    }

    #[test]
    fn finds_the_ids_of_rules() {
        let text = r#"
            let rules = [("a-b", "x: y"), (
                "c-1", "z")];
            check([rule("d", "9112 §2", "GET")  .has("not-this", "x"), rule(
                "e-f", "9110")]);
            other("not-that", 1); ("Not This", 1); vec!("not-it", 1)
        "#;
        assert_eq!(rules(text), ["a-b", "c-1", "d", "e-f"]);
    }

    #[test]
    fn tells_what_is_not_there() {
        let file = |path: &str| (path.to_owned(), "#[test]\nfn holds() {}\n".to_owned());
        let sources = Sources {
            files: vec![file("a/tests.rs"), file("b/tests.rs"), file("b/c.rs")],
            rules: vec!["one".to_owned(), "two".to_owned(), "one".to_owned()],
        };
        for (test, expected) in [
            ("one", true),
            ("three", false),
            ("c.rs::holds", true),
            ("b/c.rs::holds", true),
            ("a/tests.rs::holds", true),
            ("tests.rs::holds", false),
            ("ests.rs::holds", false),
            ("d.rs::holds", false),
            ("c.rs::hold", false),
        ] {
            assert_eq!(sources.check(test).is_ok(), expected, "{test}");
        }
        assert_eq!(sources.rules_named_twice().len(), 1);
    }
}
