//! The fuzzer: each target of `fuzz/` for some seconds, from the corpus under version control.
//!
//! What a run finds goes below `target/fuzz`, never into the corpus. There is no sanitizer: the framework has no unsafe
//! code, and without one it takes no nightly compiler and tries twice as many inputs.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::command::{cargo, output, program, root, run, target};
use crate::needs;
use crate::steps::Outcome;

/// What is to be run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// How many seconds each of them runs; none means a minute.
    seconds: Option<NonZeroU32>,
    /// Where libFuzzer's random numbers begin; none means elsewhere in each run.
    seed: Option<NonZeroU32>,
    /// By name; none means all.
    targets: Vec<String>,
}

impl Options {
    /// All targets with one seed, so that a change fails by what it brings, and fails again when it is run again. To find
    /// what nobody has found yet is for runs by hand, which last longer.
    pub(crate) fn ci() -> Self {
        Self { seed: Some(NonZeroU32::MIN), ..Self::default() }
    }

    /// Reads `[--seconds N] [--seed N] [target…]`.
    ///
    /// # Errors
    ///
    /// Where an option is another, or has no number above zero.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let number = match argument.as_str() {
                "--seconds" => &mut options.seconds,
                "--seed" => &mut options.seed,
                option if option.starts_with('-') => {
                    return Err(format!("expected --seconds, --seed or a target, found {option}"));
                }
                target => {
                    options.targets.push(target.to_owned());
                    continue;
                }
            };
            let given = arguments.next().and_then(|given| given.parse().ok());
            *number = Some(given.ok_or_else(|| format!("expected a number above zero behind {argument}"))?);
        }
        Ok(options)
    }
}

/// Builds all targets.
///
/// # Errors
///
/// Where one does not build, or only with other dependencies than those that are locked.
pub(crate) fn build() -> Outcome {
    // Cargo-fuzz cannot be told to keep the lock file.
    let tree = ["tree", "--quiet", "--locked", "--depth", "0", "--manifest-path", "fuzz/Cargo.toml"];
    output(&mut cargo(&tree)).map_err(|fault| {
        format!(
            "{fault}: type `cargo update --workspace --manifest-path fuzz/Cargo.toml`, then run this again"
        )
    })?;
    let mut build =
        program(needs::cargo_fuzz()?, &["fuzz", "build", "--sanitizer", "none", "--fuzz-dir", "fuzz"]);
    run(build.arg("--target-dir").arg(folder().join("build")))
}

/// Runs the targets that [`build`] has built, as many at once as there are processors.
///
/// # Errors
///
/// The targets that found something, each with the file that holds the input.
pub(crate) fn check(options: &Options) -> Outcome {
    let known = targets()?;
    let chosen = if options.targets.is_empty() { &known } else { &options.targets };
    if let Some(unknown) = chosen.iter().find(|name| !known.contains(name)) {
        return Err(format!("there is no target {unknown}: there are {}", known.join(", ")));
    }
    let programs = folder().join("build").join(host()?).join("release");
    let queue = Mutex::new(chosen.iter().collect::<VecDeque<_>>());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let faults = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, Into::into) {
            scope.spawn(|| {
                while let Some(name) = next() {
                    match check_one(&programs.join(name), name, options) {
                        Ok(summary) => println!("{summary}"),
                        Err(fault) => faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault),
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap_or_else(PoisonError::into_inner);
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// Runs a target; gives what it tried and reached.
fn check_one(fuzzer: &Path, name: &str, options: &Options) -> Result<String, String> {
    let [found, kept, logs] = ["artifacts", "corpus", "logs"].map(|part| folder().join(part));
    let (found, kept) = (found.join(name), kept.join(name));
    for folder in [&found, &kept, &logs] {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let log = logs.join(format!("{name}.log"));
    let file = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let fuzz = root().join("fuzz");
    // An input that takes twenty seconds is a fault as well.
    let mut fuzzer = program(fuzzer, &["-timeout=20", "-rss_limit_mb=1024", "-print_final_stats=1"]);
    fuzzer.arg(format!("-max_total_time={}", options.seconds.map_or(60, NonZeroU32::get)));
    // Of zero, libFuzzer makes a seed of its own.
    fuzzer.arg(format!("-seed={}", options.seed.map_or(0, NonZeroU32::get)));
    fuzzer.arg(format!("-dict={}", fuzz.join("words.dict").display()));
    fuzzer.arg(format!("-artifact_prefix={}/", found.display()));
    // The first folder is the one that is written to.
    fuzzer.arg(kept).arg(fuzz.join("corpus").join(name)).stderr(file);
    let outcome = run(&mut fuzzer);
    let log = fs::read_to_string(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    match outcome {
        Ok(()) => Ok(format!("{name}: {}", summary(&log))),
        Err(fault) => {
            let said =
                log.lines().skip_while(|line| !line.contains("panicked at")).take(8).collect::<Vec<_>>();
            let written = log.lines().find_map(|line| line.split_once("Test unit written to "));
            let input = written.map_or("no input was written", |(_, path)| path);
            Err(format!("{name}: {fault}\n{}\nthe input: {input}", said.join("\n")))
        }
    }
}

/// What libFuzzer says at the end: how many inputs it tried, and how many edges (`cov`) and counts of edges (`ft`) of the
/// program they reached.
fn summary(log: &str) -> String {
    let number =
        |line: &str, word: &str| line.split_once(word)?.1.split_whitespace().next().map(str::to_owned);
    let last = |word: &str| log.lines().rev().find_map(|line| number(line, word)).unwrap_or_default();
    let runs = last("stat::number_of_executed_units:");
    format!("{runs} inputs, cov {}, ft {}", last(" cov: "), last(" ft: "))
}

/// The targets by name: each is a file.
fn targets() -> Result<Vec<String>, String> {
    let folder = root().join("fuzz/src/bin");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        names.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// Where all that a run makes is kept.
fn folder() -> PathBuf {
    target().join("fuzz")
}

/// What cargo calls the machine it runs on.
fn host() -> Result<String, String> {
    let version = output(&mut program("rustc", &["-vV"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say its host".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_options() {
        let parse =
            |line: &str| Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let options = |seconds, seed, targets: &[&str]| {
            let targets = targets.iter().map(|&name| name.to_owned()).collect();
            Some(Options { seconds: NonZeroU32::new(seconds), seed: NonZeroU32::new(seed), targets })
        };
        let rows = [
            ("", options(0, 0, &[])),
            ("head form", options(0, 0, &["head", "form"])),
            ("--seconds 5 head", options(5, 0, &["head"])),
            ("head --seconds 5", options(5, 0, &["head"])),
            ("--seed 7 head --seconds 5", options(5, 7, &["head"])),
            ("--seconds", None),
            ("--seconds 0", None),
            ("--seconds x", None),
            ("--seed 0", None),
            ("--minutes 1", None),
        ];
        for (line, expected) in rows {
            assert_eq!(parse(line).ok(), expected, "{line}");
        }
    }

    #[test]
    fn reads_what_a_run_came_to() {
        let log = "#12\tINITED cov: 30 ft: 40 corp: 3/9b\n#99\tDONE   cov: 31 ft: 44 corp: 4/9b lim: 4\n\
                   stat::number_of_executed_units: 99\nstat::peak_rss_mb:  30\n";
        assert_eq!(summary(log), "99 inputs, cov 31, ft 44");
    }
}
