//! How many requests a second each server answers, and what CPU time each costs: in rounds, one server after the other,
//! so that what disturbs the machine for a while disturbs all of them.

use crate::bench::data::Key;
use crate::bench::latency;
use crate::bench::parts::{LATENCY, RATES};
use crate::bench::run::Bench;
use crate::bench::scenarios::{PLAINTEXT, Scenario};
use crate::bench::servers::{OURS, Running, Server, pinned};
use crate::steps::Outcome;

/// Measures all rounds, with the latencies. The servers run all the time: one that waits costs nothing.
///
/// # Errors
///
/// Where what was measured cannot be written.
pub(crate) fn measure(bench: &mut Bench, running: &[(&'static Server, Running)]) -> Outcome {
    for round in 0..bench.options.rounds {
        if bench.wants(&RATES) {
            for scenario in bench.options.scenarios.clone() {
                println!("round {} of {}: {}", round + 1, bench.options.rounds, scenario.label);
                for (server, process) in running {
                    one(bench, round, scenario, server, process);
                }
            }
            workers(bench, round);
        }
        if bench.wants(&LATENCY) {
            latency::measure(bench, round, running);
        }
        bench.save()?;
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
                bench.left_out(&RATES, server, scenario.label, "some connections were cut off");
            }
        }
        Err(fault) => bench.left_out(&RATES, server, scenario.label, &fault),
    }
}

/// What a request costs ours with one worker, and with two: on two cores where the driver has a third, else on one.
fn workers(bench: &mut Bench, round: u32) {
    let Some(ours) = bench.options.servers.iter().find(|server| server.name == OURS).copied() else {
        return;
    };
    for (workers, scenario) in [(1, "1"), (2, "2")] {
        let cores = if workers == 2 && bench.cores > 2 { "0,1" } else { "0" };
        let cost = ours.start(&pinned(cores), workers).and_then(|process| {
            let arguments = [format!("seconds={}", bench.options.seconds), format!("pid={}", process.pid())];
            bench.driver.load(&process, &PLAINTEXT, &arguments)
        });
        match cost.map(|line| line.number("cpu_ns_per_request")) {
            Ok(Some(value)) => {
                let key = Key { measure: "workers_cpu_ns", server: OURS, scenario };
                bench.data.push(key, round, value);
            }
            Ok(None) => {}
            Err(fault) => bench.left_out(&RATES, ours, &format!("{workers} workers"), &fault),
        }
    }
}
