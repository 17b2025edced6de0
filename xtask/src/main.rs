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
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let task = match arguments.as_slice() {
        [task] => task.as_str(),
        [] | [_, _, ..] => "",
    };
    match task {
        "test" => suite::test(),
        "ci" => suite::ci(),
        "crates" => suite::one("crates", crates::check),
        "book" => suite::book(),
        "conformance" => suite::conformance(),
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
