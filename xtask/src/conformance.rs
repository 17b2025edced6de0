//! The HTTP conformance programs, which live outside of this repository, against `examples/probe`.
//!
//! They are looked for in the folder that `FINGERPOST_CONFORMANCE` names, else in `../shared/conformance` beside the
//! checkout. The server runs with its defaults, once on each runtime: what it promises is without any option set.

use std::env;
use std::path::{Path, PathBuf};

use fingerpost_tests::App;

use crate::command::{cargo, program, root, run, target};
use crate::steps::Outcome;

const VARIABLE: &str = "FINGERPOST_CONFORMANCE";
const BESIDE: &str = "../shared/conformance";

/// The programs that are run, each against a fresh server.
const PROGRAMS: [&str; 1] = ["http1.py"];

/// The most cases of each kind that may fall short. To tighten the demand is to lower these numbers.
const ALLOWED: Summary = Summary { must_failed: 0, should_failed: 0, weak: 0 };

/// A way to run the server.
#[derive(Debug)]
pub(crate) struct Runtime {
    /// The step's name.
    pub(crate) step: &'static str,
    /// The value of the setting `runtime`.
    setting: &'static str,
}

/// Both runtimes of the framework.
pub(crate) const RUNTIMES: [Runtime; 2] = [
    Runtime { step: "conformance, a runtime per core", setting: "per-core" },
    Runtime { step: "conformance, one shared runtime", setting: "shared" },
];

/// The folder with the programs; `None` where there is none.
///
/// # Errors
///
/// Where the folder that the variable names is no such folder.
pub(crate) fn folder() -> Result<Option<PathBuf>, String> {
    let is_one = |folder: &Path| folder.join("http1.py").is_file();
    match env::var_os(VARIABLE) {
        Some(named) => {
            let named = root().join(named);
            if is_one(&named) {
                Ok(Some(named))
            } else {
                Err(format!("{VARIABLE} names no folder with http1.py"))
            }
        }
        None => Ok(Some(root().join(BESIDE)).filter(|folder| is_one(folder))),
    }
}

/// What is said where there are no programs.
pub(crate) fn absent() -> String {
    format!("the conformance programs; {VARIABLE}=folder says where they are")
}

/// Runs every program in `folder` against the probe.
///
/// # Errors
///
/// Where a program finds more than [`ALLOWED`] lets pass, or cannot be run.
pub(crate) fn check(folder: &Path, runtime: &Runtime) -> Outcome {
    run(&mut cargo(&["build", "--quiet", "--locked", "--release", "-p", "probe"]))?;
    let probe = target().join("release").join("probe");
    let reports = target().join("conformance");
    std::fs::create_dir_all(&reports).map_err(|error| format!("{}: {error}", reports.display()))?;
    for name in PROGRAMS {
        let report = reports.join(format!("{name}.{}.txt", runtime.setting));
        check_one(&folder.join(name), &probe, runtime, &report)?;
    }
    Ok(())
}

fn check_one(script: &Path, probe: &Path, runtime: &Runtime, report: &Path) -> Outcome {
    // The flood cases hold a thousand connections, which is as many files as some machines grant at first.
    let mut command = program("sh", &["-c", "ulimit -n \"$(ulimit -H -n)\"; exec \"$0\""]);
    command.arg(probe);
    let app =
        App::launch(command, &[("SERVER_RUNTIME", runtime.setting)]).map_err(|error| error.to_string())?;
    let (host, port) = (app.address().ip().to_string(), app.address().port().to_string());
    let output = program("python3", &[]).arg(script).args([host, port]).output();
    let output = output.map_err(|error| format!("python3 could not be started: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}{}", String::from_utf8_lossy(&output.stderr));
    std::fs::write(report, text.as_bytes()).map_err(|error| format!("{}: {error}", report.display()))?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", script.display(), output.status));
    }
    let summary = Summary::parse(&text).ok_or("the program printed no summary")?;
    if summary.is_within(&ALLOWED) { Ok(()) } else { Err(format!("more than {ALLOWED:?}: {summary:?}")) }
}

/// The last row of a program's table: `all  331/331  120/131  7`.
#[derive(Debug, PartialEq, Eq)]
struct Summary {
    must_failed: u32,
    should_failed: u32,
    weak: u32,
}

impl Summary {
    fn parse(text: &str) -> Option<Self> {
        let row = text.lines().find_map(|line| line.strip_prefix("all "))?;
        let mut cells = row.split_whitespace();
        let (must_failed, should_failed) = (failed(cells.next()?)?, failed(cells.next()?)?);
        Some(Self { must_failed, should_failed, weak: cells.next()?.parse().ok()? })
    }

    fn is_within(&self, allowed: &Self) -> bool {
        self.must_failed <= allowed.must_failed
            && self.should_failed <= allowed.should_failed
            && self.weak <= allowed.weak
    }
}

/// How many are missing in `passed/all`.
fn failed(cell: &str) -> Option<u32> {
    let (passed, all) = cell.split_once('/')?;
    all.parse::<u32>().ok()?.checked_sub(passed.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_summary_of_a_run() {
        let text =
            "FAIL x\n\ncategory   MUST\nlimits   4/4   5/5   0\nall     330/331    120/131     7\n88.1 s\n";
        assert_eq!(Summary::parse(text), Some(Summary { must_failed: 1, should_failed: 11, weak: 7 }));
        assert_eq!(Summary::parse("all is well\n"), None);
    }

    #[test]
    fn allows_no_more_than_the_bound_of_each_kind() {
        let allowed = Summary { must_failed: 0, should_failed: 2, weak: 5 };
        let rows = [((0, 2, 5), true), ((1, 0, 0), false), ((0, 3, 0), false), ((0, 0, 6), false)];
        for ((must_failed, should_failed, weak), expected) in rows {
            let summary = Summary { must_failed, should_failed, weak };
            assert_eq!(summary.is_within(&allowed), expected, "{summary:?}");
        }
    }
}
