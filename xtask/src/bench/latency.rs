//! How long an answer takes at a rate that every server can hold: what it takes at full load is only how many wait.

use crate::bench::data::Key;
use crate::bench::parts::LATENCY;
use crate::bench::run::Bench;
use crate::bench::scenarios::PLAINTEXT;
use crate::bench::servers::{Running, Server};

/// Requests a second.
pub(crate) const RATE: u32 = 20_000;

/// What is taken of the distribution.
pub(crate) const PERCENTILES: [&str; 4] = ["p50", "p90", "p99", "p999"];

/// Measures each server once.
pub(crate) fn measure(bench: &mut Bench, round: u32, running: &[(&'static Server, Running)]) {
    println!("round {} of {}: latency at {RATE} a second", round + 1, bench.options.rounds);
    for (server, process) in running {
        let arguments = [format!("seconds={}", bench.options.seconds), format!("rate={RATE}")];
        match bench.driver.load(process, &PLAINTEXT, &arguments) {
            Ok(line) => {
                for name in PERCENTILES {
                    let key = Key { measure: "latency_us", server: server.name, scenario: name };
                    if let Some(value) = line.number(name) {
                        bench.data.push(key, round, value);
                    }
                }
            }
            Err(fault) => bench.left_out(&LATENCY, server, PLAINTEXT.label, &fault),
        }
    }
}
