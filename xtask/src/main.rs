//! `cargo xtask …`: the tasks of this repository, on any machine with cargo.
//!
//! It has no dependency from outside the workspace, so that it builds in seconds. It never changes a file under
//! version control.

#![expect(clippy::print_stdout, reason = "what a task says is its output")]

mod book;
mod clauses;
mod command;
mod conformance;
mod crates;
mod links;
mod markdown;
mod needs;
mod soak;
mod sources;
mod steps;
mod suite;
#[cfg(test)]
mod unsafe_code;

use std::process::ExitCode;

const HELP: &str = "\
Tasks of this repository: cargo xtask TASK

  test           install what is missing, then run every test
  ci             formatting, clippy and documentation, then the same as test
  crates         count the crates of a default build
  book           check the book's listings, links and named tests, and build it
  conformance    run the HTTP conformance programs against examples/probe
  soak [NAME…]   run the scenarios of load and abuse, or those named, on a release build: 15 minutes at most
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (task, names) = match arguments.as_slice() {
        [task, names @ ..] if names.is_empty() || task == "soak" => (task.as_str(), names),
        [] | [_, ..] => ("", [].as_slice()),
    };
    match task {
        "test" => suite::test(),
        "ci" => suite::ci(),
        "crates" => suite::one("crates", crates::check),
        "book" => suite::book(),
        "conformance" => suite::conformance(),
        "soak" => suite::one("soak", || soak::check(names)),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        _ => {
            eprint!("expected one task, found {:?}\n\n{HELP}", arguments.join(" "));
            ExitCode::from(2)
        }
    }
}
