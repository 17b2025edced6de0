//! Files of a folder: ours beside nginx, over the same files in the same rounds. Both look at a file anew for each request.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::time::{Duration, SystemTime};

use crate::bench::data::Key;
use crate::bench::nginx;
use crate::bench::parts::FILES;
use crate::bench::run::Bench;
use crate::bench::scenarios::{self, Scenario};
use crate::bench::servers::{OURS, Running, Server, pinned};
use crate::command::target;
use crate::steps::Outcome;

/// Where they lie, in the folder that cargo builds to.
pub(crate) const FOLDER: &str = "bench/served/files";

/// As the servers' contract says.
const LENGTHS: [(&str, usize); 2] = [("small", 1024), ("large", 100 * 1024 * 1024)];

/// The first second of 2026: long enough ago for a strong tag, and the same for both servers.
const CHANGED: Duration = Duration::from_secs(1_767_225_600);

/// Measures all rounds.
///
/// # Errors
///
/// Where the files cannot be made, or what was measured cannot be written.
pub(crate) fn measure(bench: &mut Bench) -> Outcome {
    make().map_err(|error| format!("{}: {error}", target().join(FOLDER).display()))?;
    let mut running = Vec::new();
    for server in bench.options.servers.clone() {
        if ![OURS, nginx::NAME].contains(&server.name) {
            continue;
        }
        match server.start(&pinned("0"), 1) {
            Ok(process) => running.push((server, process)),
            Err(fault) => bench.left_out(&FILES, server, "everything", &fault),
        }
    }
    for round in 0..bench.options.rounds {
        for scenario in &scenarios::FILES {
            println!("round {} of {}: files, {}", round + 1, bench.options.rounds, scenario.label);
            for (server, process) in &running {
                one(bench, round, scenario, server, process);
            }
        }
        bench.save()?;
    }
    Ok(())
}

fn one(bench: &mut Bench, round: u32, scenario: &'static Scenario, server: &Server, process: &Running) {
    let arguments = [format!("seconds={}", bench.options.seconds), format!("pid={}", process.pid())];
    match bench.driver.load(process, scenario, &arguments) {
        Ok(line) => {
            for (measure, name) in [("file_rate", "per_second"), ("file_cpu_ns", "cpu_ns_per_request")] {
                let key = Key { measure, server: server.name, scenario: scenario.name };
                if let Some(value) = line.number(name).filter(|value| *value > 0.0) {
                    bench.data.push(key, round, value);
                }
            }
        }
        Err(fault) => bench.left_out(&FILES, server, scenario.label, &fault),
    }
}

/// Makes the files that are not there, or not whole.
///
/// # Errors
///
/// Where one cannot be written.
pub(crate) fn make() -> io::Result<()> {
    let folder = target().join(FOLDER);
    fs::create_dir_all(&folder)?;
    for (name, len) in LENGTHS {
        let path = folder.join(name);
        if fs::metadata(&path).is_ok_and(|metadata| metadata.len() == len as u64) {
            continue;
        }
        let mut file = File::create(&path)?;
        file.write_all(&vec![b'x'; len])?;
        file.set_modified(SystemTime::UNIX_EPOCH + CHANGED)?;
    }
    Ok(())
}
