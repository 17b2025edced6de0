//! A run: what is built and installed first, the measures one after the other, and the report at the end.

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Instant;

use crate::bench::data::{Data, FILE, LEFT_OUT, left_out};
use crate::bench::driver::Driver;
use crate::bench::options::{Options, Task};
use crate::bench::parts::{
    COUNTS, FILES, HELLO, LATENCY, LAYER_TIMES, LAYERS, MICRO, Part, RATES, SIZES, STARTS, TRANSPORT,
};
use crate::bench::scenarios::{RATED, Scenario};
use crate::bench::servers::{self, Running, SERVERS, Server, pinned};
use crate::bench::{compile, counts, files, hello, layers, machine, nginx, once, rates, report, transport};
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
    /// Behind the names of parts: whose rows are new, where others' are kept.
    whose: String,
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
        let mut data = if options.keeps { Data::kept(&options.folder)? } else { Data::default() };
        for part in &options.parts {
            data.forget(part, &options.servers);
        }
        let some = options.keeps && options.servers.len() < SERVERS.len();
        let whose = if some { format!(" of {}", options.names()) } else { String::new() };
        Ok(Self { options, driver, cores, data, whose, lacking: Vec::new() })
    }

    /// Measures part after part. What one server fails at is told in the report, and never keeps the rest from being
    /// measured; what has been measured is written as it comes.
    fn run(mut self) -> Outcome {
        needs::tools(&[Tool::Taskset, Tool::Valgrind, Tool::Strace, Tool::Strip])?;
        if self.options.servers.iter().any(|server| server.name == nginx::NAME) {
            needs::tools(&[Tool::Nginx])?;
        }
        machine::describe(&mut self)?;
        if self.options.parts.iter().any(|part| !part.builds()) {
            self.servers()?;
        }
        self.time(&[TRANSPORT], transport::measure)?;
        self.time(&[LAYER_TIMES], layers::times)?;
        self.time(&[LAYERS], layers::counts)?;
        self.time(&[MICRO], counts::parts)?;
        self.time(&[HELLO], hello::measure)?;
        // Read again, with what other tasks have left beside it.
        write(&Data::read(&self.options.folder)?, &self.options.folder)
    }

    /// Builds the servers, and measures what is measured of them.
    fn servers(&mut self) -> Outcome {
        servers::build_driver()?;
        for server in self.options.servers.clone() {
            if let Err(fault) = servers::build(server) {
                self.gone(server, &fault);
            }
        }
        self.save()?;
        let running = self.start();
        self.look(&running);
        self.time(&[RATES, LATENCY], |bench| rates::measure(bench, &running))?;
        drop(running);
        self.time(&[STARTS], once::starts)?;
        self.time(&[FILES], files::measure)?;
        self.time(&[SIZES], once::sizes)?;
        self.time(&[COUNTS], counts::measure)
    }

    /// Whether a part was asked for.
    pub(crate) fn wants(&self, part: &Part) -> bool {
        self.options.parts.contains(&part)
    }

    /// Runs `measure` where one of its parts is wanted, and tells the report when that was, and how long it took.
    fn time(&mut self, parts: &[Part], measure: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        let wanted: Vec<_> = parts.iter().filter(|part| self.wants(part)).collect();
        let Some(first) = wanted.first() else { return Ok(()) };
        let (started, when) = (Instant::now(), machine::now());
        for part in &wanted {
            self.data.set_fact(&self.fact(part), &format!("{when}; did not end"));
        }
        if let Err(fault) = measure(self) {
            println!("{}: {fault}", first.name);
            self.data.fact(&left_out(first), &fault);
        }
        let took = started.elapsed().as_secs_f64();
        for part in &wanted {
            self.data.set_fact(&self.fact(part), &format!("{when}; took {took:.0} s"));
        }
        self.save()
    }

    /// The name of the fact that tells when the part was measured.
    fn fact(&self, part: &Part) -> String {
        let whose = if part.is_timed || part.builds() { "" } else { &self.whose };
        format!("{}{whose}", part.name)
    }

    /// Writes what has been measured so far.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(crate) fn save(&self) -> Outcome {
        fs::create_dir_all(&self.options.folder)
            .and_then(|()| fs::write(self.options.folder.join(FILE), self.data.text()))
            .map_err(|error| format!("{}: {error}", self.options.folder.display()))
    }

    /// Starts all servers, each on the same core.
    fn start(&mut self) -> Vec<(&'static Server, Running)> {
        let mut running = Vec::new();
        for server in self.options.servers.clone() {
            match server.start(&pinned("0"), 1) {
                Ok(process) => running.push((server, process)),
                Err(fault) => self.gone(server, &fault),
            }
        }
        running
    }

    /// Leaves out a server that cannot be measured at all.
    fn gone(&mut self, server: &'static Server, fault: &str) {
        println!("left out: {}: {fault}", server.name);
        self.data.fact(LEFT_OUT, &format!("{}, everything: {fault}", server.name));
        self.options.servers.retain(|other| other.name != server.name);
    }

    /// Compares each answer with what it should be; what is wrong is left out from then on, and named in the report.
    fn look(&mut self, running: &[(&'static Server, Running)]) {
        for (server, process) in running {
            let mut seen = Vec::new();
            for scenario in &RATED {
                if seen.contains(&scenario.request) {
                    continue;
                }
                seen.push(scenario.request);
                if let Err(fault) = self.driver.look(process, scenario) {
                    let text = format!("{}, {}: {fault}", server.name, scenario.label);
                    println!("left out: {text}");
                    self.data.fact(LEFT_OUT, &text);
                    self.lacking.push((server.name, scenario.request));
                }
            }
        }
    }

    /// Whether the server has no right answer to what the scenario asks.
    pub(crate) fn lacks(&self, server: &Server, scenario: &Scenario) -> bool {
        self.lacking.contains(&(server.name, scenario.request))
    }

    /// Tells the report why a part has no figure for the scenario, or for what else `label` says.
    pub(crate) fn left_out(&mut self, part: &Part, server: &Server, label: &str, fault: &str) {
        let text = format!("{}, {label}: {fault}", server.name);
        println!("left out of {}: {text}", part.name);
        let name = left_out(part);
        if !self.data.facts.iter().any(|(known, of)| (known, of) == (&name, &text)) {
            self.data.fact(&name, &text);
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
