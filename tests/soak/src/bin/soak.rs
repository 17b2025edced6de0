//! Runs scenarios: `soak [--short] [--seconds N] [--report FILE] [NAME …]`, all of them where none is named.
//!
//! The programs under test are looked for beside this one. It ends with an error where a bound is broken.

#![expect(clippy::print_stdout, reason = "its table is its output")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fingerpost_soak::{Failure, Form, Ground, SCENARIOS, Scenario, Table, find};

/// The longest time that all scenarios may take together.
const LONGEST: Duration = Duration::from_secs(25 * 60);

fn main() -> Result<ExitCode, Failure> {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(mistake) => {
            eprintln!("{mistake}\n\nscenarios:");
            for Scenario { name, about, .. } in SCENARIOS {
                eprintln!("  {name:16} {about}");
            }
            return Ok(ExitCode::from(2));
        }
    };
    let programs = std::env::current_exe()?.parent().map(PathBuf::from).unwrap_or_default();
    let started = Instant::now();
    let ground = Ground::new(programs);
    let ground = match options.time {
        Some(time) => ground.lasting(time),
        None => ground,
    };
    let (table, broken) = run(&options, &ground);
    println!("\n{table}");
    if let Some(report) = &options.report {
        std::fs::write(report, table.to_string())?;
    }
    println!("{broken} of {} scenarios broke a bound or failed", options.scenarios.len());
    let in_time = started.elapsed() <= LONGEST;
    if !in_time {
        println!(
            "they took {} s, more than the {} s allowed",
            started.elapsed().as_secs(),
            LONGEST.as_secs()
        );
    }
    Ok(if broken == 0 && in_time { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs one after the other; gives the table, and how many were not as they must be.
fn run(options: &Options, ground: &Ground) -> (Table, usize) {
    let mut table = Table::default();
    let mut broken = 0;
    for scenario in &options.scenarios {
        println!("{}: {}", scenario.name, scenario.about);
        let started = Instant::now();
        match (scenario.run)(ground, options.form) {
            Ok(report) => {
                broken += usize::from(report.broken().next().is_some());
                table.push(scenario, &report);
            }
            Err(reason) => {
                broken += 1;
                table.push_failure(scenario, &reason.to_string());
            }
        }
        println!("{}: {:.1} s", scenario.name, started.elapsed().as_secs_f32());
    }
    (table, broken)
}

/// What the command line says.
struct Options {
    form: Form,
    /// How long a scenario loads a server that does so for a time.
    time: Option<Duration>,
    report: Option<PathBuf>,
    scenarios: Vec<&'static Scenario>,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { form: Form::Long, time: None, report: None, scenarios: Vec::new() };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--short" => options.form = Form::Short,
                "--seconds" => {
                    let seconds =
                        words.next().and_then(|word| word.parse().ok()).filter(|&seconds| seconds > 0);
                    options.time =
                        Some(Duration::from_secs(seconds.ok_or("--seconds needs a number above 0")?));
                }
                "--report" => options.report = Some(words.next().ok_or("--report names no file")?.into()),
                name => {
                    let scenario = find(name).ok_or_else(|| format!("no scenario is called {name:?}"))?;
                    options.scenarios.push(scenario);
                }
            }
        }
        if options.scenarios.is_empty() {
            options.scenarios = SCENARIOS.iter().collect();
        }
        Ok(options)
    }
}
