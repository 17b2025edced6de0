//! What is measured once a server: how soon it answers, what a connection costs that waits, how big the program is.

use std::fs;

use crate::bench::data::Key;
use crate::bench::driver::Driver;
use crate::bench::parts::{SIZES, STARTS};
use crate::bench::run::Bench;
use crate::bench::scenarios::{PLAINTEXT, Scenario};
use crate::bench::servers::{Running, Server, many_files, pinned};
use crate::command::{program, target};
use crate::steps::Outcome;

/// Connections that wait.
pub(crate) const IDLE: u32 = 10_000;

/// Measures how soon each server answers.
///
/// # Errors
///
/// Where what was measured cannot be written.
pub(crate) fn starts(bench: &mut Bench) -> Outcome {
    println!("starts");
    let starts = if bench.options.quick { 1 } else { 7 };
    for server in bench.options.servers.clone() {
        for round in 0..starts {
            match server.start(&pinned("0"), 1) {
                Ok(process) => {
                    let value = process.first_answer.as_secs_f64() * 1e3;
                    bench.data.push(key("first_answer_ms", server), round, value);
                }
                Err(fault) => bench.left_out(&STARTS, server, "its start", &fault),
            }
        }
    }
    bench.save()
}

/// Measures what a waiting connection costs each server, and how big it is.
///
/// # Errors
///
/// Where what was measured cannot be written.
pub(crate) fn sizes(bench: &mut Bench) -> Outcome {
    for server in bench.options.servers.clone() {
        println!("waiting connections, size: {}", server.name);
        if let Err(fault) = idle(bench, server) {
            bench.left_out(&SIZES, server, &format!("{IDLE} waiting connections"), &fault);
        }
        match stripped(server) {
            Ok(size) => bench.data.push(key("binary_bytes", server), 0, size),
            Err(fault) => bench.left_out(&SIZES, server, "its size", &fault),
        }
        bench.save()?;
    }
    Ok(())
}

const fn key<'a>(measure: &'a str, server: &Server) -> Key<'a> {
    Key { measure, server: server.name, scenario: "" }
}

fn idle(bench: &mut Bench, server: &'static Server) -> Outcome {
    let process = server.start(&[many_files(), pinned("0")].concat(), 1)?;
    let driver = Driver { before: [many_files(), bench.driver.before.clone()].concat() };
    let bytes = idle_bytes(&driver, &process, &PLAINTEXT)?;
    bench.data.push(key("idle_bytes", server), 0, bytes);
    Ok(())
}

/// What the server's memory grows by for each of [`IDLE`] connections that have been answered once and wait.
///
/// # Errors
///
/// Where the server has closed one.
pub(crate) fn idle_bytes(driver: &Driver, process: &Running, scenario: &Scenario) -> Result<f64, String> {
    let line = driver.load(process, scenario, &[format!("idle={IDLE}"), format!("pid={}", process.pid())])?;
    if line.number("standing") != Some(f64::from(IDLE)) {
        return Err(format!("{} of them stand", line.number("standing").unwrap_or_default()));
    }
    line.number("bytes").ok_or_else(|| "the driver told nothing".to_owned())
}

#[expect(clippy::cast_precision_loss, reason = "no program has 2^52 bytes")]
fn stripped(server: &Server) -> Result<f64, String> {
    let folder = target().join("bench");
    let copy = folder.join("stripped");
    let mut strip = program("strip", &["-o"]);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let status =
        strip.arg(&copy).arg(server.binary()?).status().map_err(|error| format!("strip: {error}"))?;
    if !status.success() {
        return Err(format!("strip ended with {status}"));
    }
    fs::metadata(&copy).map(|copy| copy.len() as f64).map_err(|error| format!("{}: {error}", copy.display()))
}
