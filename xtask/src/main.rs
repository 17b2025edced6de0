//! `cargo xtask …`: the tasks of this repository, on any machine with cargo.
//!
//! It has no dependency from outside the workspace, so that it builds in seconds. It changes no file under
//! version control but the reports of `bench`.

#![expect(clippy::print_stdout, reason = "what a task says is its output")]

mod bench;
mod book;
mod clauses;
mod command;
mod conformance;
mod crates;
mod fuzz;
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
  ci             formatting, clippy and documentation, the same as test, then fuzz
  crates         count the crates of a default build
  book           check the book's listings, links and named tests, and build it
  conformance    run the HTTP conformance programs against examples/probe
  fuzz [--seconds N] [TARGET…]
                 run the fuzzer's targets, or those named, a minute each or as long as is said
  bench compile [--rounds N] [--routes N,N]
                 measure compile times and sizes beside other frameworks, and write benches/report/compile.md
  soak [NAME…]   run the scenarios of load and abuse, or those named, on a release build: 15 minutes at most
";

fn main() -> ExitCode {
    let all: Vec<String> = std::env::args().skip(1).collect();
    let (task, arguments) = match all.as_slice() {
        [task, arguments @ ..]
            if arguments.is_empty() || matches!(task.as_str(), "bench" | "fuzz" | "soak") =>
        {
            (task.as_str(), arguments)
        }
        [] | [_, ..] => ("", [].as_slice()),
    };
    match task {
        "test" => suite::test(),
        "ci" => suite::ci(),
        "crates" => suite::one("crates", crates::check),
        "book" => suite::book(),
        "conformance" => suite::conformance(),
        "fuzz" => match fuzz::Options::parse(arguments) {
            Ok(options) => suite::fuzz(&options),
            Err(fault) => {
                eprintln!("{fault}");
                ExitCode::from(2)
            }
        },
        "bench" => suite::one("bench", || bench::run(arguments)),
        "soak" => suite::one("soak", || soak::check(arguments)),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        _ => {
            eprint!("expected one task, found {:?}\n\n{HELP}", all.join(" "));
            ExitCode::from(2)
        }
    }
}
