//! The size of a default build: how many crates somebody gets who adds fingerpost to a program.

use std::collections::BTreeSet;

use crate::command::{cargo, output};
use crate::steps::Outcome;

/// The most crates of a default build, ours among them.
const LIMIT: usize = 26;

/// Counts the crates and prints the number.
///
/// # Errors
///
/// Where there are more than the limit, with their names.
pub(crate) fn check() -> Outcome {
    let tree =
        output(&mut cargo(&["tree", "--locked", "-p", "fingerpost", "-e", "normal", "--prefix", "none"]))?;
    let crates = crates(&tree);
    println!("{} crates in a default build, {LIMIT} at most", crates.len());
    if crates.len() > LIMIT {
        let names = crates.into_iter().collect::<Vec<_>>().join(", ");
        return Err(format!("a default build has too many crates: {names}"));
    }
    Ok(())
}

/// The crates of a tree, each once: `name version`, without where it comes from and what cargo remarks.
fn crates(tree: &str) -> BTreeSet<String> {
    let lines = tree.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_crate_once() {
        let tree = "server v0.1.0 (/src)\nbytes v1.12.0\nmacros v0.1.0 (proc-macro) (/src)\nbytes v1.12.0 (*)\n\nbytes v2.0.0\n";
        let expected = ["bytes v1.12.0", "bytes v2.0.0", "macros v0.1.0", "server v0.1.0"];
        assert_eq!(crates(tree).iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }
}
