//! `cargo xtask …`: the tasks of this repository, on any machine with cargo.
//!
//! It has no dependency from outside the workspace, so that it builds in seconds. It never changes a file under
//! version control but where it is told to: `micro --bless`, and `bench`, which writes its report.

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
mod micro;
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
  ci             formatting, clippy and documentation, the same as test, then micro and fuzz
  crates         count the crates of a default build
  book           check the book's listings, links and named tests, and build it
  conformance    run the HTTP conformance programs against examples/probe
  fuzz [--seconds N] [--seed N] [TARGET…]
                 run the fuzzer's targets, or those named, a minute each or as long as is said; a seed, as CI has
                 one, makes a run that can be repeated
  bench [--quick] [--only A,B] [--servers A,B] [--scenarios A,B] [--rounds N] [--seconds S] [--to FOLDER]
                 measure ours beside its peers and write benches/report: 15 minutes, and half an hour to build at first;
                 --only measures parts (rates, latency, starts, files, sizes, counts, transport, layer-times, layers, micro, hello)
                 and keeps the rest of the report
  bench compile [--rounds N] [--routes N,N]
                 measure compile times and sizes beside other frameworks, and write benches/report/compile.md
  bench report [--to FOLDER]
                 write the report of the data in benches/report again
  micro [--bless] [CASE…]
                 count the instructions of the engine's parts, or of those whose names begin so, and hold them to
                 their budgets, or set these
  soak [NAME…]   run the scenarios of load and abuse, or those named, on a release build: 25 minutes at most
";

fn main() -> ExitCode {
    let all: Vec<String> = std::env::args().skip(1).collect();
    let (task, arguments) = match all.as_slice() {
        [task, arguments @ ..]
            if arguments.is_empty() || matches!(task.as_str(), "bench" | "fuzz" | "micro" | "soak") =>
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
            Err(fault) => misused(&fault),
        },
        "bench" => match bench::Task::parse(arguments) {
            Ok(task) => suite::one("bench", || bench::run(task)),
            Err(fault) => misused(&fault),
        },
        "micro" => match micro::Options::parse(arguments) {
            Ok(options) => suite::one("instructions", || micro::check(&options)),
            Err(fault) => misused(&fault),
        },
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

fn misused(fault: &str) -> ExitCode {
    eprintln!("{fault}");
    ExitCode::from(2)
}
