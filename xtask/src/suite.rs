//! What each task runs, in order: what fails soonest stands first.

use std::process::{Command, ExitCode};

use crate::command::{cargo, run};
use crate::steps::{Outcome, Steps};
use crate::{book, clauses, conformance, crates, fuzz, links, micro, needs};

/// `cargo xtask test`: everything that a change must not break.
pub(crate) fn test() -> ExitCode {
    let mut steps = Steps::default();
    tests(&mut steps);
    steps.finish()
}

/// `cargo xtask ci`: the checks of the source, then the tests, then instructions, then the fuzzer.
pub(crate) fn ci() -> ExitCode {
    let mut steps = Steps::default();
    if steps.run("components of the toolchain", needs::components) {
        steps.run("formatting", || run(&mut cargo(&["fmt", "--all", "--check"])));
        steps.run("clippy", clippy);
        steps.run("documentation", documentation);
    }
    tests(&mut steps);
    steps.run("instructions", || micro::check(&micro::Options::default()));
    fuzz_steps(&mut steps, &fuzz::Options::ci());
    steps.finish()
}

/// `cargo xtask fuzz`.
pub(crate) fn fuzz(options: &fuzz::Options) -> ExitCode {
    let mut steps = Steps::default();
    fuzz_steps(&mut steps, options);
    steps.finish()
}

/// `cargo xtask book`.
pub(crate) fn book() -> ExitCode {
    let mut steps = Steps::default();
    if steps.run("tools", || needs::tools(&[needs::Tool::MdBook])) {
        book_steps(&mut steps);
    }
    steps.finish()
}

/// `cargo xtask conformance`.
pub(crate) fn conformance() -> ExitCode {
    one("conformance", || {
        let folder = conformance::folder()?.ok_or_else(conformance::absent)?;
        needs::tools(&[needs::Tool::Python])?;
        conformance::RUNTIMES.iter().try_for_each(|runtime| conformance::check(&folder, runtime))
    })
}

/// A task of one step.
pub(crate) fn one(name: &'static str, step: impl FnOnce() -> Outcome) -> ExitCode {
    let mut steps = Steps::default();
    steps.run(name, step);
    steps.finish()
}

fn tests(steps: &mut Steps) {
    let programs = conformance::folder();
    let tools = [
        needs::Tool::MdBook,
        needs::Tool::Browser,
        needs::Tool::Prometheus,
        needs::Tool::Curl,
        needs::Tool::OpenSsl,
        needs::Tool::H2load,
        needs::Tool::Wrk,
        needs::Tool::Python,
        needs::Tool::WebSocketClients,
        needs::Tool::Redis,
    ];
    if !steps.run("tools", || needs::tools(&tools)) {
        return;
    }
    steps.run("size of a default build", crates::check);
    book_steps(steps);
    steps.run("framework without default features", || framework("--no-default-features"));
    steps.run("framework with all features", || framework("--all-features"));
    steps.run("examples", || {
        let packages =
            ["hello", "users", "forms", "ticker", "chat", "probe", "tls", "service", "fingerpost-soak"];
        run(cargo(&["build", "--locked"]).args(packages.iter().flat_map(|package| ["-p", package])))
    });
    steps.run("tests", || run(&mut workspace_tests("--all-targets")));
    steps.run("documentation's examples", || run(&mut workspace_tests("--doc")));
    match programs {
        Ok(Some(folder)) => {
            for runtime in &conformance::RUNTIMES {
                steps.run(runtime.step, || conformance::check(&folder, runtime));
            }
        }
        Ok(None) => println!("\nnot run: {}", conformance::absent()),
        Err(reason) => {
            steps.run("conformance", || Err(reason));
        }
    }
}

fn book_steps(steps: &mut Steps) {
    steps.run("listings", book::check_listings);
    steps.run("links", links::check);
    steps.run("tests that the book names", clauses::check);
    steps.run("book", book::build);
}

fn fuzz_steps(steps: &mut Steps, options: &fuzz::Options) {
    if steps.run("fuzzer", || needs::tools(&[needs::Tool::CargoFuzz]))
        && steps.run("targets of the fuzzer", fuzz::build)
    {
        steps.run("fuzzing", || fuzz::check(options));
    }
}

fn clippy() -> Outcome {
    let lints = ["--", "-D", "warnings"];
    run(cargo(&["clippy", "--workspace", "--locked", "--all-targets", "--all-features"]).args(lints))
}

fn documentation() -> Outcome {
    let mut doc = cargo(&["doc", "--workspace", "--locked", "--no-deps", "--all-features"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn framework(features: &str) -> Outcome {
    run(&mut cargo(&["check", "--locked", "-p", "fingerpost", features]))
}

/// The tests of all packages with all features; `what` chooses the targets.
fn workspace_tests(what: &str) -> Command {
    cargo(&["test", "--workspace", "--locked", "--all-features", "--no-fail-fast", what])
}
