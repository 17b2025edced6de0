//! A run: what is built and installed first, the measures one after the other, and the report at the end.

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Instant;

use crate::bench::data::{Data, FILE};
use crate::bench::driver::Driver;
use crate::bench::options::{Options, Task};
use crate::bench::scenarios::Scenario;
use crate::bench::servers::{self, Running, Server, pinned};
use crate::bench::{compile, counts, machine, nginx, once, rates, report};
use crate::needs::{self, Tool};
use crate::steps::Outcome;

/// What a run knows and has found so far.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) options: Options,
    pub(crate) driver: Driver,
    /// How many the machine has.
    pub(crate) cores: usize,
    pub(crate) data: Data,
    /// Server and request that do not go together.
    lacking: Vec<(&'static str, &'static str)>,
}

/// Does what `task` says.
///
/// # Errors
///
/// Where something cannot be installed, built, started or written.
pub(crate) fn run(task: Task) -> Outcome {
    match task {
        Task::Report(folder) => write(&Data::read(&folder)?, &folder),
        Task::Compile(options) => compile::report(&options),
        Task::Measure(options) => Bench::new(options)?.run(),
    }
}

impl Bench {
    fn new(options: Options) -> Result<Self, String> {
        let cores = available_parallelism().map_or(1, NonZero::get);
        if cores < 2 {
            return Err("two cores are needed: one for the server, one for the driver".to_owned());
        }
        let driver = Driver { before: pinned(&(cores - 1).to_string()) };
        Ok(Self { options, driver, cores, data: Data::default(), lacking: Vec::new() })
    }

    fn run(mut self) -> Outcome {
        needs::tools(&[Tool::Taskset, Tool::Valgrind, Tool::Strace, Tool::Strip])?;
        if self.options.servers.iter().any(|server| server.name == nginx::NAME) {
            needs::tools(&[Tool::Nginx])?;
        }
        servers::build(&self.options.servers)?;
        let started = Instant::now();
        machine::describe(&mut self)?;
        rates::measure(&mut self)?;
        rates::workers(&mut self)?;
        once::measure(&mut self)?;
        counts::measure(&mut self)?;
        // They take a build of their own.
        if !self.options.quick {
            counts::parts(&mut self)?;
        }
        self.data.fact("took", &format!("{:.0} minutes", (started.elapsed().as_secs_f64() / 60.0).ceil()));
        fs::create_dir_all(&self.options.folder)
            .and_then(|()| fs::write(self.options.folder.join(FILE), self.data.text()))
            .map_err(|error| format!("{}: {error}", self.options.folder.display()))?;
        // Read again, with what other tasks have left beside it.
        write(&Data::read(&self.options.folder)?, &self.options.folder)
    }

    /// Compares each answer with what it should be; what is wrong is left out from then on, and named in the report.
    pub(crate) fn look(&mut self, running: &[(&'static Server, Running)]) {
        for (server, process) in running {
            let mut seen = Vec::new();
            for scenario in self.options.scenarios.clone() {
                if seen.contains(&scenario.request) {
                    continue;
                }
                seen.push(scenario.request);
                if let Err(fault) = self.driver.look(process, scenario) {
                    self.left_out(server, scenario, &fault);
                    self.lacking.push((server.name, scenario.request));
                }
            }
        }
    }

    /// Whether the server has no right answer to what the scenario asks.
    pub(crate) fn lacks(&self, server: &Server, scenario: &Scenario) -> bool {
        self.lacking.contains(&(server.name, scenario.request))
    }

    /// Tells the report why there is no figure.
    pub(crate) fn left_out(&mut self, server: &Server, scenario: &Scenario, fault: &str) {
        let text = format!("{}, {}: {fault}", server.name, scenario.label);
        println!("left out: {text}");
        if !self.data.facts.iter().any(|(_, known)| *known == text) {
            self.data.fact("left out", &text);
        }
    }
}

fn write(data: &Data, folder: &Path) -> Outcome {
    // Nobody has to have written notes.
    let notes = fs::read_to_string(folder.join(report::NOTES)).unwrap_or_default();
    for (name, text) in report::files(data, &notes) {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("written: {}", path.display());
    }
    Ok(())
}
