//! WebSockets, TLS and HTTP/2: ours beside servers that speak them too, programs of their own in `benches/peers/transport`.
//!
//! What is timed comes first, in rounds: echoes of messages and TLS handshakes by our driver, requests over HTTP/2 by
//! h2load. Then what holds on any machine: bytes of a WebSocket that waits, instructions of a message.

mod exact;
mod h2load;
mod tables;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use self::h2load::HTTP2;
use crate::bench::data::Key;
use crate::bench::driver::Line;
use crate::bench::parts::TRANSPORT;
use crate::bench::run::Bench;
use crate::bench::scenarios::Scenario;
use crate::bench::servers::{self, OURS, Running, Server, many_files, pinned, workspace};
use crate::command::{program, run, target};
use crate::needs::{self, Tool};
use crate::steps::Outcome;

pub(crate) use tables::sections;

/// Those that have a program here.
const PEERS: [&str; 4] = [OURS, "hyper", "axum", "actix-web"];

const fn scenario(name: &'static str, label: &'static str) -> Scenario {
    Scenario { name, label, request: name, connections: 64, pipeline: 1 }
}

/// Text messages there and back, one under way on each connection unless they are pipelined.
const SOCKETS: [Scenario; 3] = [
    SOCKET16,
    Scenario { pipeline: 16, request: "socket16", ..scenario("socket16x16", "16 bytes, pipelined 16") },
    SOCKET4096,
];
const SOCKET16: Scenario = scenario("socket16", "16 bytes");
const SOCKET4096: Scenario = scenario("socket4096", "4 KiB");

/// Handshakes, each with a request behind it.
const HANDSHAKES: [Scenario; 2] = [scenario("handshake", "whole"), scenario("resumption", "resumed")];

/// How a program is started.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wire {
    Clear,
    Tls,
}

/// Measures all of it.
///
/// # Errors
///
/// Where a tool or the driver is not to be had, or what was measured cannot be written.
pub(crate) fn measure(bench: &mut Bench) -> Outcome {
    needs::tools(&[Tool::H2load, Tool::Valgrind])?;
    servers::build_driver()?;
    let folder = certificates();
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let driver = workspace().join("target/release/driver");
    run(program(driver, &[]).arg(format!("certificate={}", folder.display())))?;
    let mut running = Vec::new();
    for server in chosen(bench) {
        let both = servers::package(&format!("transport-{}", server.name)).and_then(|()| {
            Ok((start(server, Wire::Clear, &pinned("0"))?, start(server, Wire::Tls, &pinned("0"))?))
        });
        match both {
            Ok((clear, tls)) => running.push(Peer { server, clear, tls }),
            Err(fault) => bench.left_out(&TRANSPORT, server, "everything", &fault),
        }
    }
    for round in 0..bench.options.rounds {
        timed(bench, round, &running);
        bench.save()?;
    }
    let built: Vec<_> = running.drain(..).map(|peer| peer.server).collect();
    built.into_iter().try_for_each(|server| exact::measure(bench, server))
}

/// A server that runs twice.
struct Peer {
    server: &'static Server,
    clear: Running,
    tls: Running,
}

fn chosen(bench: &Bench) -> Vec<&'static Server> {
    bench.options.servers.iter().copied().filter(|server| PEERS.contains(&server.name)).collect()
}

/// Where the certificate is that all of them have.
fn certificates() -> PathBuf {
    target().join("bench/certificate")
}

/// Starts the program behind `before`.
fn start(server: &Server, wire: Wire, before: &[String]) -> Result<Running, String> {
    let binary = workspace().join("target/release").join(format!("transport-{}", server.name));
    let files = [("CERTIFICATE", "certificate.pem"), ("KEY", "key.pem")];
    let files = files.map(|(name, file)| (name, OsString::from(certificates().join(file))));
    let (variables, answers): (&[_], fn(u16) -> bool) = match wire {
        Wire::Clear => (&[], servers::answers),
        // What is sent there in the clear need not be answered.
        Wire::Tls => (&files, servers::accepts),
    };
    servers::start(&binary, before, 1, variables, answers)
        .map_err(|fault| format!("{}: {fault}", server.name))
}

/// A round: each kind of load on one server after the other.
fn timed(bench: &mut Bench, round: u32, running: &[Peer]) {
    let say = |bench: &Bench, what: &str| println!("round {} of {}: {what}", round + 1, bench.options.rounds);
    for scenario in &SOCKETS {
        say(bench, &format!("WebSocket, {}", scenario.label));
        for Peer { server, clear, .. } in running {
            let found = loaded(bench, scenario, clear);
            push(bench, round, ["socket_rate", "socket_cpu_ns"], (server, scenario.name), found);
        }
    }
    for scenario in &HANDSHAKES {
        say(bench, &format!("handshake, {}", scenario.label));
        for Peer { server, tls, .. } in running {
            let found = loaded(bench, scenario, tls);
            push(bench, round, ["handshake_rate", "handshake_cpu_ns"], (server, scenario.name), found);
        }
    }
    for load in &HTTP2 {
        say(bench, &format!("HTTP/2, {}", load.label));
        for Peer { server, clear, tls } in running {
            let process = if load.wire == Wire::Tls { tls } else { clear };
            let found = load.run(process, &bench.driver.before, bench.options.seconds);
            push(bench, round, ["http2_rate", "http2_cpu_ns"], (server, load.name), found);
        }
    }
}

/// How many a second the driver had, and the server's CPU time of each.
fn loaded(bench: &Bench, scenario: &Scenario, process: &Running) -> Result<[f64; 2], String> {
    let arguments = [format!("seconds={}", bench.options.seconds), format!("pid={}", process.pid())];
    let line = bench.driver.load(process, scenario, &arguments)?;
    let number = |name: &str| line.number(name).filter(|value| *value > 0.0);
    if let Some(failures) = number("failures") {
        return Err(format!("{failures} connections were cut off"));
    }
    check_resumed(scenario, &line)?;
    number("per_second")
        .zip(number("cpu_ns_per_request"))
        .map(Into::into)
        .ok_or_else(|| "nothing was answered".to_owned())
}

/// Whether as many handshakes were resumed as the scenario says; the first on each connection has nothing to resume.
fn check_resumed(scenario: &Scenario, line: &Line) -> Outcome {
    let Some((resumed, all)) = line.number("resumed").zip(line.number("requests")) else { return Ok(()) };
    let fresh = f64::from(scenario.connections);
    let is_right =
        if scenario.name == "resumption" { resumed >= (all - fresh) * 0.95 } else { resumed == 0.0 };
    if is_right { Ok(()) } else { Err(format!("{resumed} of {all} handshakes were resumed")) }
}

fn push(
    bench: &mut Bench,
    round: u32,
    measures: [&'static str; 2],
    (server, scenario): (&'static Server, &'static str),
    found: Result<[f64; 2], String>,
) {
    match found {
        Ok(values) => {
            for (measure, value) in measures.into_iter().zip(values) {
                bench.data.push(Key { measure, server: server.name, scenario }, round, value);
            }
        }
        Err(fault) => bench.left_out(&TRANSPORT, server, scenario, &fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::servers::SERVERS;
    use crate::command::root;

    #[test]
    fn each_of_them_is_a_server_with_a_program() {
        for name in PEERS {
            assert!(SERVERS.iter().any(|server| server.name == name), "{name}");
            let path = root().join(format!("benches/peers/transport/{name}/Cargo.toml"));
            assert!(
                fs::read_to_string(path).unwrap().contains(&format!("name = \"transport-{name}\"")),
                "{name}"
            );
        }
    }
}
