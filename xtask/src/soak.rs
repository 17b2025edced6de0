//! The scenarios of load and abuse in their long form, on a release build; their short forms are tests.

use crate::command::{cargo, program, root, run, target};
use crate::needs::{self, Tool};
use crate::steps::Outcome;

/// What is run, and what it runs against.
const PACKAGES: [&str; 6] = ["-p", "fingerpost-soak", "-p", "probe", "-p", "service"];

/// Where the table is written, in the folder that cargo builds to.
const REPORT: &str = "soak/report.md";

/// Runs the scenarios of these names, or all.
///
/// # Errors
///
/// Where one breaks a bound, cannot be run to its end, or is not known.
pub(crate) fn check(names: &[String]) -> Outcome {
    needs::tools(&[Tool::Wrk])?;
    run(cargo(&["build", "--quiet", "--locked", "--release"]).args(PACKAGES))?;
    let report = target().join(REPORT);
    let folder = report.parent().unwrap_or(root());
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // The clients of one scenario hold more files than most machines grant at first.
    let mut soak = program("sh", &["-c", "ulimit -n \"$(ulimit -H -n)\"; exec \"$0\" \"$@\""]);
    soak.arg(target().join("release/soak")).arg("--report").arg(&report).args(names);
    run(&mut soak)?;
    println!("written to {}", report.display());
    Ok(())
}
