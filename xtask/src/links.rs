//! Links between the pages of this repository: each leads to a file that is there.

use std::path::Path;

use crate::command::root;
use crate::markdown::{Page, pages};
use crate::steps::Outcome;

/// The pages outside of the folders below.
const PAGES: [&str; 3] = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/// The folders with pages.
const FOLDERS: [&str; 3] = ["benches/report", "book/src", "examples"];

/// Checks every relative link of every page.
///
/// # Errors
///
/// The links that lead nowhere, each with its page and line.
pub(crate) fn check() -> Outcome {
    let mut all = PAGES.iter().map(|path| Page::read(Path::new(path))).collect::<Result<Vec<_>, _>>()?;
    for folder in FOLDERS {
        all.extend(pages(Path::new(folder))?);
    }
    let broken: Vec<String> = all.iter().flat_map(broken_links).collect();
    println!("{} pages", all.len());
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
}

fn broken_links(page: &Page) -> Vec<String> {
    let prose = page.prose();
    let links = prose.iter().flat_map(|&(number, line)| targets(line).map(move |target| (number, target)));
    let missing = links.filter(|(_, target)| !root().join(page.resolve(target)).exists());
    missing
        .map(|(number, target)| format!("{}:{number}: no such file: {target}", page.path.display()))
        .collect()
}

/// The relative targets of the links in a line, without what follows `#`; places on the same page are left out.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let relative = links.filter(|link| !link.contains("://") && !link.starts_with("mailto:"));
    relative.filter_map(|link| link.split('#').next()).filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_relative_links() {
        let line = "[a](a.md), [b](b/c.md#d), [e](https://example.org/x), [f](#g), [h](mailto:i@example.org)";
        assert_eq!(targets(line).collect::<Vec<_>>(), ["a.md", "b/c.md"]);
    }
}
