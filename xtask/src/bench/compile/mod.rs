//! How long rustc takes for a program of many routes, and how large the binary is, beside other frameworks.
//!
//! The same program is written from `benches/compile` for each framework and each number of routes, into `bench/compile`
//! below the folder that cargo builds to, where each framework has a target folder of its own. What is repeated goes in
//! rounds, one framework after the other, so that what else the machine does meets all of them. Times are of the
//! processor, of cargo and of all that it starts, as those of the clock depend on the number of cores; the medians stand
//! in `benches/report/compile.md`.

mod cpu;
mod program;
mod table;

use std::fs;

pub(super) use self::cpu::seconds;
use self::program::{FRAMEWORKS, Framework, Program};
use self::table::{Figures, Table};
use crate::command::{output, program as command, root};
use crate::steps::Outcome;

/// Where the table is kept.
const REPORT: &str = "benches/report/compile.md";

/// What is measured.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// How many times each figure that takes seconds is measured.
    rounds: usize,
    /// The numbers of routes.
    routes: Vec<usize>,
}

impl Options {
    /// Reads `--rounds N` and `--routes N,N`.
    ///
    /// # Errors
    ///
    /// Where an option or its value is not one of these.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self { rounds: 5, routes: vec![200, 1000] };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let value = arguments.next().map(String::as_str).unwrap_or_default();
            let numbers: Option<Vec<usize>> =
                value.split(',').map(|number| number.parse().ok().filter(|number| *number > 0)).collect();
            match (name.as_str(), numbers.as_deref()) {
                ("--rounds", Some([rounds])) => options.rounds = *rounds,
                ("--routes", Some(routes)) => options.routes = routes.to_vec(),
                _ => return Err(format!("expected `--rounds N` or `--routes N,N`, found `{name} {value}`")),
            }
        }
        Ok(options)
    }
}

/// Measures, prints the table and writes it.
///
/// # Errors
///
/// Where a program cannot be written or does not compile.
pub(super) fn report(options: &Options) -> Outcome {
    let rustc = output(&mut command("rustc", &["--version"]))?;
    let mut table = Table::new(rustc.trim(), options.rounds);
    for &routes in &options.routes {
        let mut rows = Vec::new();
        for framework in FRAMEWORKS {
            rows.push(measure_once(framework, routes)?);
        }
        for round in 1..=options.rounds {
            for (program, figures) in &mut rows {
                measure_again(program, round, figures)?;
            }
        }
        for (program, figures) in rows {
            let version = program.version_of_framework()?;
            table.push(routes, &version, &figures);
        }
    }
    let text = table.text();
    println!("\n{text}");
    fs::write(root().join(REPORT), text).map_err(|error| format!("{REPORT}: {error}"))
}

/// What is the same each time, or takes too long to be repeated: the whole program built for release, from nothing.
fn measure_once(framework: &'static Framework, routes: usize) -> Result<(Program, Figures), String> {
    let program = Program::write(framework, routes)?;
    program.forget_builds("")?;
    let mut figures = Figures { crates: program.crates()?, ..Figures::default() };
    figures.release.push(seconds(|| program.cargo(&["build", "--quiet", "--release"]))?);
    figures.size = program.binary_len()?;
    Ok((program, figures))
}

/// A check of the whole program, from nothing; of the last crate, where those it needs are checked already; and after a
/// change in one handler.
fn measure_again(program: &Program, round: usize, figures: &mut Figures) -> Outcome {
    program.forget_builds("debug")?;
    figures.whole.push(seconds(|| program.cargo(&["check", "--quiet"]))?);
    program.forget_last_crate()?;
    figures.last.push(seconds(|| program.cargo(&["check", "--quiet"]))?);
    program.touch(round)?;
    figures.touched.push(seconds(|| program.cargo(&["check", "--quiet"]))?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(arguments: &[&str], expected: Option<(usize, &[usize])>) {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let expected = expected.map(|(rounds, routes)| Options { rounds, routes: routes.to_vec() });
        assert_eq!(Options::parse(&arguments).ok(), expected, "{arguments:?}");
    }

    #[test]
    fn reads_its_options() {
        check(&[], Some((5, &[200, 1000])));
        check(&["--rounds", "3"], Some((3, &[200, 1000])));
        check(&["--routes", "10,20", "--rounds", "1"], Some((1, &[10, 20])));
        check(&["--rounds"], None);
        check(&["--rounds", "0"], None);
        check(&["--rounds", "1,2"], None);
        check(&["--turns", "1"], None);
    }
}
