//! What a WebSocket costs that waits, and a message and a request over HTTP/2 in instructions: the same however busy the
//! machine is.

use std::fs;

use super::h2load::COUNTED;
use super::{SOCKET16, SOCKET4096, Wire, many_files, start};
use crate::bench::counts::{Dumps, RUNS, cost, cost_of, settle, under_callgrind};
use crate::bench::data::Key;
use crate::bench::driver::Driver;
use crate::bench::once::{IDLE, idle_bytes};
use crate::bench::parts::TRANSPORT;
use crate::bench::run::Bench;
use crate::bench::servers::{Server, pinned};
use crate::command::target;
use crate::steps::Outcome;

/// Measures all of it of a server.
///
/// # Errors
///
/// Where what was measured cannot be written.
pub(super) fn measure(bench: &mut Bench, server: &'static Server) -> Outcome {
    println!("waiting WebSockets, instructions: {}", server.name);
    let key = Key { measure: "socket_bytes", server: server.name, scenario: "" };
    match idle(bench, server) {
        Ok(bytes) => bench.data.push(key, 0, bytes),
        Err(fault) => {
            bench.left_out(&TRANSPORT, server, &format!("{IDLE} waiting WebSockets"), &fault);
        }
    }
    if let Err(fault) = instructions(bench, server) {
        bench.left_out(&TRANSPORT, server, "instructions", &fault);
    }
    bench.save()
}

/// By what the server's memory grew for each of 10,000 that have echoed a message and wait.
fn idle(bench: &Bench, server: &Server) -> Result<f64, String> {
    let process = start(server, Wire::Clear, &[many_files(), pinned("0")].concat())?;
    let driver = Driver { before: [many_files(), bench.driver.before.clone()].concat() };
    idle_bytes(&driver, &process, &SOCKET16)
}

fn instructions(bench: &mut Bench, server: &'static Server) -> Outcome {
    let folder = target().join("bench/counts");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let out = folder.join(format!("transport-{}", server.name));
    let process = start(server, Wire::Clear, &under_callgrind(&out))?;
    let mut dumps = Dumps::new(out);
    for scenario in [&SOCKET16, &SOCKET4096] {
        let [instructions, allocations] = cost(bench, &process, scenario, &mut dumps)?;
        for (measure, value) in [("socket_instructions", instructions), ("socket_allocations", allocations)] {
            bench.data.push(Key { measure, server: server.name, scenario: scenario.name }, 0, value);
        }
    }
    let [instructions, allocations] = cost_of(&process, RUNS, &mut dumps, |requests| {
        let answered = COUNTED.ask(&process, &bench.driver.before, requests)?;
        settle(process.pid());
        Ok(answered)
    })?;
    for (measure, value) in [("http2_instructions", instructions), ("http2_allocations", allocations)] {
        bench.data.push(Key { measure, server: server.name, scenario: COUNTED.name }, 0, value);
    }
    Ok(())
}
