//! `cargo xtask micro`: counts the instructions of `benches/micro` and holds them to their budgets.
//!
//! The program runs once, in valgrind, which counts instructions and not time: the figures are the same on a busy
//! machine. They are not the same on every machine, as memchr and the C library choose among their routines by what
//! the processor can do (valgrind shows them the machine's own, up to AVX2), and another compiler makes other code;
//! budgets are those of the toolchain in use with AVX2. Nothing that is counted depends on a hash's seed.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::command::{cargo, output, program, root, run, target};
use crate::needs::{self, Tool};
use crate::steps::Outcome;

/// Where the budgets stand, from the checkout's root.
const BUDGETS: &str = "benches/micro/budget.txt";

/// How many in a thousand a count may be over its budget.
const TOLERANCE: u64 = 30;

/// What callgrind counts, and after what it writes a dump: the same function. Two patterns, as it takes one pattern
/// for one purpose only.
const COUNTED: [&str; 2] = ["--toggle-collect=*counted_passes*", "--dump-after=*::counted_passes*"];

/// Keeps the C library's allocator in one state: a heap that is large from the start and that nothing is given back
/// from, and free pieces in lists that never run full. Otherwise a case costs up to twice as much or half, by what the
/// cases before it left behind.
const ALLOCATOR: &str = "glibc.malloc.top_pad=67108864:glibc.malloc.trim_threshold=1073741824:\
    glibc.malloc.mmap_threshold=1073741824:glibc.malloc.mxfast=0:glibc.malloc.tcache_count=512";

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Takes what was counted for the budgets.
    bless: bool,
    /// Beginnings of the names of the cases to count; none for all.
    names: Vec<String>,
}

impl Options {
    /// Reads what follows the task's name.
    ///
    /// # Errors
    ///
    /// An option that there is not.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--bless" => options.bless = true,
                unknown if unknown.starts_with('-') => {
                    return Err(format!("expected --bless or names of cases, found {unknown:?}"));
                }
                name => options.names.push(name.to_owned()),
            }
        }
        Ok(options)
    }
}

/// Counts, prints the table, and compares with the budgets or sets them.
///
/// # Errors
///
/// Where a count is over its budget, or has none, or cannot be had.
pub(crate) fn check(options: &Options) -> Outcome {
    let counts = count(&options.names)?;
    let path = root().join(BUDGETS);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let mut budgets = Budgets::parse(&text)?;
    print!("{}", Table { counts: &counts, budgets: &budgets });
    if options.bless {
        budgets.set(&counts, options.names.is_empty());
        return std::fs::write(&path, budgets.to_string()).map_err(|error| format!("{BUDGETS}: {error}"));
    }
    let faults = budgets.faults(&counts, options.names.is_empty());
    for fault in &faults {
        println!("{fault}");
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} of {} counts are not within their budgets: make them so, or take them as they are with `cargo xtask micro \
        --bless` and say in the commit what is worth it",
        faults.len(),
        counts.len()
    ))
}

/// Builds the program, and counts the cases whose names begin so, or all.
///
/// # Errors
///
/// Where it cannot be built, or a count cannot be had.
pub(crate) fn count(names: &[String]) -> Result<Vec<Count>, String> {
    needs::tools(&[Tool::Valgrind])?;
    run(&mut cargo(&["build", "--quiet", "--locked", "--release", "-p", "fingerpost-benches"]))?;
    let folder = target().join("micro");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    counted(&folder.join("callgrind.out"), names)
}

/// A case with what it took.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) case: String,
    /// Instructions of one operation.
    pub(crate) ours: u64,
    /// Who else does it, and what that takes.
    pub(crate) peer: Option<(String, u64)>,
}

/// Runs the program in valgrind, which writes dumps to `out` with a number behind it.
fn counted(out: &Path, names: &[String]) -> Result<Vec<Count>, String> {
    let mut valgrind = program("valgrind", &["--quiet", "--tool=callgrind"]);
    valgrind.env("GLIBC_TUNABLES", ALLOCATOR);
    valgrind.args(COUNTED).arg(format!("--callgrind-out-file={}", out.display()));
    let said = output(valgrind.arg(target().join("release/micro")).args(names))?;
    let lines = said.lines().enumerate();
    let measured = lines.map(|(index, line)| Measured::read(line, &dump(out, index + 1)));
    counts(&measured.collect::<Result<Vec<_>, _>>()?)
}

fn dump(out: &Path, number: usize) -> PathBuf {
    out.with_extension(format!("out.{number}"))
}

/// One measurement.
#[derive(Debug)]
struct Measured {
    case: String,
    subject: String,
    operations: u64,
    instructions: u64,
}

impl Measured {
    /// Reads what the program said of it and what callgrind wrote.
    fn read(line: &str, dump: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(dump).map_err(|error| format!("{}: {error}", dump.display()))?;
        let total = text.lines().rev().find_map(|line| line.strip_prefix("totals: "));
        let instructions = total.and_then(|total| total.trim().parse().ok());
        let instructions = instructions.ok_or_else(|| format!("{} has no total", dump.display()))?;
        let mut cells = line.split('\t');
        let (Some(case), Some(subject), Some(operations)) = (cells.next(), cells.next(), cells.next()) else {
            return Err(format!("expected case, subject and operations, found {line:?}"));
        };
        let operations = operations.parse().map_err(|error| format!("{line:?}: {error}"))?;
        Ok(Self { case: case.to_owned(), subject: subject.to_owned(), operations, instructions })
    }
}

/// Makes counts of measurements: each two are a subject's short and long one, each case begins with ours.
fn counts(measured: &[Measured]) -> Result<Vec<Count>, String> {
    let mut counts: Vec<Count> = Vec::new();
    for pair in measured.chunks(2) {
        let [short, long] = pair else { return Err("a measurement has no second length".to_owned()) };
        let instructions = long.instructions.saturating_sub(short.instructions);
        let operations = long.operations.saturating_sub(short.operations).max(1);
        let each = (instructions + operations / 2) / operations;
        match counts.last_mut().filter(|count| count.case == short.case) {
            Some(count) => count.peer = Some((short.subject.clone(), each)),
            None => counts.push(Count { case: short.case.clone(), ours: each, peer: None }),
        }
    }
    Ok(counts)
}

/// What each case may take.
#[derive(Debug)]
struct Budgets(BTreeMap<String, u64>);

impl Budgets {
    fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        let read = lines.map(|line| {
            let mut words = line.split_whitespace();
            let pair = words.next().zip(words.next().and_then(|count| count.parse().ok()));
            let pair = pair.map(|(case, count): (_, u64)| (case.to_owned(), count));
            pair.ok_or_else(|| format!("{BUDGETS}: expected a case and its instructions, found {line:?}"))
        });
        read.collect::<Result<_, _>>().map(Self)
    }

    /// Takes what was counted; where that is everything, cases that are no more are left out.
    fn set(&mut self, counts: &[Count], all: bool) {
        if all {
            self.0.clear();
        }
        self.0.extend(counts.iter().map(|count| (count.case.clone(), count.ours)));
    }

    /// What is wrong, a sentence each.
    fn faults(&self, counts: &[Count], all: bool) -> Vec<String> {
        let over = counts.iter().filter_map(|Count { case, ours, .. }| match self.0.get(case) {
            None => Some(format!("{case} has no budget")),
            Some(budget) if ours * 1000 > budget * (1000 + TOLERANCE) => {
                let more = (ours - budget) * 100 / budget.max(&1);
                Some(format!("{case} takes {ours} instructions, {more} % over its budget of {budget}"))
            }
            Some(_) => None,
        });
        let is_counted = |case: &String| counts.iter().any(|count| count.case == *case);
        let gone = self.0.keys().filter(|case| all && !is_counted(case));
        over.chain(gone.map(|case| format!("{case} has a budget and is no case"))).collect()
    }
}

/// As the file has them.
impl fmt::Display for Budgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("# Instructions of an operation; `cargo xtask micro` fails where one takes 3 % more.\n")?;
        self.0.iter().try_for_each(|(case, count)| writeln!(f, "{case:<32}{count:>7}"))
    }
}

/// What is printed of a run.
struct Table<'a> {
    counts: &'a [Count],
    budgets: &'a Budgets,
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<32}{:>8}{:>8}   peer", "instructions of an operation", "ours", "budget")?;
        for Count { case, ours, peer } in self.counts {
            let budget = self.budgets.0.get(case).map_or_else(|| "-".to_owned(), u64::to_string);
            let mut line = format!("{case:<32}{ours:>8}{budget:>8}");
            if let Some((peer, theirs)) = peer {
                let hundredths = ours * 100 / theirs.max(&1);
                write!(line, "   {peer} {theirs}: {}.{:02} of it", hundredths / 100, hundredths % 100)?;
            }
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(case: &str, subject: &str, operations: u64, instructions: u64) -> Measured {
        Measured { case: case.to_owned(), subject: subject.to_owned(), operations, instructions }
    }

    fn count(case: &str, ours: u64) -> Count {
        Count { case: case.to_owned(), ours, peer: None }
    }

    #[test]
    fn an_operation_takes_the_difference_of_two_lengths() {
        let found = counts(&[
            measured("a", "ours", 10, 5_000),
            measured("a", "ours", 30, 7_010),
            measured("a", "matchit", 10, 100),
            measured("a", "matchit", 30, 300),
            measured("b", "ours", 1, 7),
            measured("b", "ours", 2, 9),
        ]);
        let a = Count { peer: Some(("matchit".to_owned(), 10)), ..count("a", 101) };
        assert_eq!(found, Ok(vec![a, count("b", 2)]));
        assert!(counts(&[measured("a", "ours", 10, 5_000)]).is_err());
    }

    #[test]
    fn a_count_may_be_over_its_budget_by_three_in_a_hundred() {
        let budgets = Budgets::parse("# of today\na 1000\nb   200\n").unwrap();
        let rows: [(&[Count], bool, &[&str]); 5] = [
            (&[count("a", 1030), count("b", 100)], true, &[]),
            (&[count("a", 1031)], false, &["a takes 1031 instructions, 3 % over its budget of 1000"]),
            (&[count("a", 1)], true, &["b has a budget and is no case"]),
            (&[count("a", 1)], false, &[]),
            (&[count("c", 1)], false, &["c has no budget"]),
        ];
        for (counts, all, expected) in rows {
            assert_eq!(budgets.faults(counts, all), expected, "{counts:?}");
        }
    }

    #[test]
    fn budgets_that_are_set_are_read_again() {
        let mut budgets = Budgets::parse("a 1000\nb 200").unwrap();
        budgets.set(&[count("a", 900)], false);
        assert_eq!(Budgets::parse(&budgets.to_string()).unwrap().0, budgets.0);
        assert_eq!(budgets.0.len(), 2);
        budgets.set(&[count("a", 900)], true);
        assert_eq!(budgets.0.into_iter().collect::<Vec<_>>(), [("a".to_owned(), 900)]);
        assert!(Budgets::parse("a many").is_err());
    }

    #[test]
    fn reads_the_command_line() {
        let parse =
            |words: &[&str]| Options::parse(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        let names = vec!["head".to_owned(), "routing/github".to_owned()];
        assert_eq!(parse(&["head", "--bless", "routing/github"]), Ok(Options { bless: true, names }));
        assert_eq!(parse(&[]), Ok(Options::default()));
        assert!(parse(&["--blss"]).is_err());
    }
}
