//! What is to be measured, and where the report goes.

use std::path::PathBuf;

use crate::bench::compile;
use crate::bench::parts::{PARTS, Part};
use crate::bench::scenarios::{RATED, Scenario};
use crate::bench::servers::{SERVERS, Server};
use crate::command::{root, target};

/// Where the report is that the repository keeps.
const REPORT: &str = "benches/report";

/// Where the report of a quick run goes, in the folder that cargo builds to.
const QUICK_REPORT: &str = "bench/report";

/// What `cargo xtask bench` is asked for.
#[derive(Debug)]
pub(crate) enum Task {
    /// Measure, and write the report.
    Measure(Options),
    /// Write the report of this folder's data again.
    Report(PathBuf),
    /// Measure what compilers take for a program of many routes.
    Compile(compile::Options),
}

/// What is measured, and for how long.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) servers: Vec<&'static Server>,
    pub(crate) scenarios: Vec<&'static Scenario>,
    pub(crate) parts: Vec<&'static Part>,
    /// Whether rows of other parts and servers that the folder has are kept.
    pub(crate) keeps: bool,
    pub(crate) rounds: u32,
    pub(crate) seconds: f64,
    /// Everything once and briefly: it shows that all runs, not how fast.
    pub(crate) quick: bool,
    pub(crate) folder: PathBuf,
    /// What does all of it again: as it was typed, without what chose a part of it or a folder.
    pub(crate) line: String,
}

impl Task {
    /// Reads the arguments after `bench`.
    ///
    /// # Errors
    ///
    /// What is not known, with what is.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        if let Some((first, rest)) = arguments.split_first()
            && first == "compile"
        {
            return compile::Options::parse(rest).map(Self::Compile);
        }
        let (only_report, rest) = match arguments.split_first() {
            Some((first, rest)) if first == "report" => (true, rest),
            Some(_) | None => (false, arguments),
        };
        let options = Options::parse(rest)?;
        Ok(if only_report { Self::Report(options.folder) } else { Self::Measure(options) })
    }
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let quick = arguments.iter().any(|argument| argument == "--quick");
        let mut options = Self {
            servers: SERVERS.iter().collect(),
            scenarios: RATED.iter().collect(),
            parts: PARTS.iter().filter(|part| !(quick && part.builds())).collect(),
            keeps: false,
            rounds: if quick { 1 } else { 3 },
            seconds: if quick { 0.2 } else { 1.0 },
            quick,
            folder: if quick { target().join(QUICK_REPORT) } else { root().join(REPORT) },
            line: "cargo xtask bench".to_owned(),
        };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            if name == "--quick" {
                options.line += " --quick";
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            options.set(name, value)?;
            if !matches!(name.as_str(), "--only" | "--servers" | "--to") {
                options.line += &format!(" {name} {value}");
            }
        }
        if !options.keeps && options.servers.len() < SERVERS.len() {
            options.line += &format!(" --servers {}", options.names());
        }
        Ok(options)
    }

    /// The names of the servers, as on the command line.
    pub(crate) fn names(&self) -> String {
        self.servers.iter().map(|server| server.name).collect::<Vec<_>>().join(",")
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let wrong = || format!("{name} {value}: a number above 0 is wanted");
        match name {
            "--servers" => self.servers = chosen(value, &SERVERS, |server| server.name)?,
            "--scenarios" => self.scenarios = chosen(value, &RATED, |scenario| scenario.name)?,
            "--only" => {
                self.parts = chosen(value, &PARTS, |part| part.name)?;
                self.keeps = true;
            }
            "--rounds" => self.rounds = value.parse().ok().filter(|rounds| *rounds > 0).ok_or_else(wrong)?,
            "--seconds" => {
                self.seconds =
                    value.parse().ok().filter(|seconds| (0.05..=60.0).contains(seconds)).ok_or_else(wrong)?;
            }
            "--to" => self.folder = root().join(value),
            _ => {
                let known = "--quick, --only A,B, --servers A,B, --scenarios A,B, --rounds N, --seconds S, --to FOLDER";
                return Err(format!("there is no {name}; there are {known}"));
            }
        }
        Ok(())
    }
}

fn chosen<T>(
    names: &str,
    all: &'static [T],
    name_of: fn(&T) -> &'static str,
) -> Result<Vec<&'static T>, String> {
    let find = |name: &str| {
        all.iter().find(|one| name_of(one) == name).ok_or_else(|| {
            let known = all.iter().map(name_of).collect::<Vec<_>>().join(", ");
            format!("there is no `{name}`; there are {known}")
        })
    };
    names.split(',').map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn takes_all_by_default() {
        let options = parse("").unwrap();
        assert_eq!((options.servers.len(), options.scenarios.len()), (SERVERS.len(), RATED.len()));
        assert_eq!((options.rounds, options.quick, options.parts.len()), (3, false, PARTS.len()));
        assert!(options.folder.ends_with(REPORT));
    }

    #[test]
    fn takes_what_is_named() {
        let options = parse("--quick --servers bare,ours --scenarios echo --rounds 2").unwrap();
        let names: Vec<_> = options.servers.iter().map(|server| server.name).collect();
        assert_eq!(
            (names.as_slice(), options.scenarios.len(), options.rounds),
            (["bare", "ours"].as_slice(), 1, 2)
        );
        assert_eq!(options.line, "cargo xtask bench --quick --scenarios echo --rounds 2 --servers bare,ours");
    }

    #[test]
    fn keeps_what_is_not_asked_for() {
        let options = parse("--only rates,latency --servers ours --to target/elsewhere --rounds 2").unwrap();
        let names: Vec<_> = options.parts.iter().map(|part| part.name).collect();
        assert_eq!((names.as_slice(), options.keeps), (["rates", "latency"].as_slice(), true));
        assert_eq!(options.line, "cargo xtask bench --rounds 2");
        assert!(!parse("").unwrap().keeps);
    }

    #[test]
    fn says_what_there_is() {
        for (line, expected) in [
            ("--servers iis", "there is no `iis`; there are bare, parse, ours"),
            ("--only rate", "there is no `rate`; there are rates, latency, starts"),
            ("--rounds 0", "--rounds 0: a number above 0 is wanted"),
            ("--seconds NaN", "--seconds NaN: a number above 0 is wanted"),
            ("--rounds", "--rounds needs a value"),
            ("--fast 1", "there is no --fast; there are --quick"),
        ] {
            let message = parse(line).unwrap_err();
            assert!(message.starts_with(expected), "{line}: {message}");
        }
    }
}
