//! How many requests a second each server answers, and what CPU time each costs: in rounds, one server after the other,
//! so that what disturbs the machine for a while disturbs all of them.

use crate::bench::data::Key;
use crate::bench::run::Bench;
use crate::bench::scenarios::{PLAINTEXT, Scenario};
use crate::bench::servers::{OURS, Running, SERVERS, Server, pinned};
use crate::steps::Outcome;

/// Measures all rounds. The servers run all the time: one that waits costs nothing.
///
/// # Errors
///
/// Where a server does not start.
pub(crate) fn measure(bench: &mut Bench) -> Outcome {
    let mut running = Vec::new();
    for server in bench.options.servers.clone() {
        running.push((server, server.start(&pinned("0"), 1)?));
    }
    bench.look(&running);
    for round in 0..bench.options.rounds {
        for scenario in bench.options.scenarios.clone() {
            println!("round {} of {}: {}", round + 1, bench.options.rounds, scenario.label);
            for (server, process) in &running {
                one(bench, round, scenario, server, process);
            }
        }
        super::latency::measure(bench, round, &running);
    }
    Ok(())
}

fn one(bench: &mut Bench, round: u32, scenario: &Scenario, server: &Server, process: &Running) {
    if bench.lacks(server, scenario) {
        return;
    }
    let arguments = [format!("seconds={}", bench.options.seconds), format!("pid={}", process.pid())];
    match bench.driver.load(process, scenario, &arguments) {
        Ok(line) => {
            for (measure, name) in [("rate", "per_second"), ("cpu_ns", "cpu_ns_per_request")] {
                let key = Key { measure, server: server.name, scenario: scenario.name };
                // A run in which nothing was answered has no figure.
                if let Some(value) = line.number(name).filter(|value| *value > 0.0) {
                    bench.data.push(key, round, value);
                }
            }
            if line.number("failures").is_some_and(|failures| failures > 0.0) {
                bench.left_out(server, scenario, "some connections were cut off");
            }
        }
        Err(fault) => bench.left_out(server, scenario, &fault),
    }
}

/// What a request costs ours with one worker, and with two: on two cores where the driver has a third, else on one.
///
/// # Errors
///
/// Where ours does not start.
pub(crate) fn workers(bench: &mut Bench) -> Outcome {
    let Some(ours) = SERVERS.iter().find(|server| server.name == OURS) else { return Ok(()) };
    for round in 0..bench.options.rounds {
        for (workers, scenario) in [(1, "1"), (2, "2")] {
            let cores = if workers == 2 && bench.cores > 2 { "0,1" } else { "0" };
            let process = ours.start(&pinned(cores), workers)?;
            let arguments = [format!("seconds={}", bench.options.seconds), format!("pid={}", process.pid())];
            let line = bench.driver.load(&process, &PLAINTEXT, &arguments)?;
            if let Some(value) = line.number("cpu_ns_per_request") {
                bench.data.push(Key { measure: "workers_cpu_ns", server: OURS, scenario }, round, value);
            }
        }
    }
    Ok(())
}
