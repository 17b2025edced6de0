//! What a request costs in instructions, allocations and system calls: the same whatever else the machine does.
//!
//! Each is the difference of a short run and a long one, so that connecting, starting and the driver's first look drop
//! out; what was lazily made is made by a run before. Instructions are those of user space, under callgrind, which also
//! sees each call of the allocator; system calls are counted by strace.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Stdio};
use std::time::{Duration, Instant};

use crate::bench::data::Key;
use crate::bench::parts::COUNTS;
use crate::bench::run::Bench;
use crate::bench::scenarios::{COUNTED, Scenario, TRACED};
use crate::bench::servers::{Kind, OURS, Running, Server, pinned};
use crate::bench::statistics::per_request;
use crate::command::{program, target};
use crate::micro;
use crate::steps::Outcome;

/// Requests of the short run and of the long one, on 64 connections: whole batches of 16. On fewer they are so many less.
pub(crate) const RUNS: [u64; 2] = [1_024, 3_072];

/// What allocates, as the C library names it.
const ALLOCATORS: [&str; 6] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"];

/// Counts for each server.
///
/// # Errors
///
/// Where what was counted cannot be written.
pub(crate) fn measure(bench: &mut Bench) -> Outcome {
    let folder = target().join("bench/counts");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for server in bench.options.servers.clone() {
        println!("counting: {}", server.name);
        if let Err(fault) = instructions(bench, server, &folder) {
            bench.left_out(&COUNTS, server, "instructions", &fault);
        }
        if let Err(fault) = calls(bench, server, &folder) {
            bench.left_out(&COUNTS, server, "system calls", &fault);
        }
        bench.save()?;
    }
    Ok(())
}

/// The engine's parts beside libraries that do the same: what `cargo xtask micro` counts.
///
/// # Errors
///
/// Where it cannot be built, or a count cannot be had.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(crate) fn parts(bench: &mut Bench) -> Outcome {
    let names = ["head/", "routing/github/"].map(str::to_owned);
    for micro::Count { case, ours, peer } in micro::count(&names)? {
        let key = |server| Key { measure: "micro", server, scenario: &case };
        bench.data.push(key(OURS), 0, ours as f64);
        if let Some((name, count)) = &peer {
            bench.data.push(key(name), 0, *count as f64);
        }
    }
    Ok(())
}

fn instructions(bench: &mut Bench, server: &'static Server, folder: &Path) -> Outcome {
    let out = folder.join(server.name);
    let process = server.start(&under_callgrind(&out), 1)?;
    let mut dumps = Dumps::new(out);
    for scenario in &COUNTED {
        let is_for_ours = scenario.name.starts_with("middleware");
        if bench.lacks(server, scenario) || (is_for_ours && server.kind != Kind::Ours) {
            continue;
        }
        match cost(bench, &process, scenario, &mut dumps) {
            Ok([instructions, allocations]) => {
                for (measure, value) in [("instructions", instructions), ("allocations", allocations)] {
                    let key = Key { measure, server: server.name, scenario: scenario.name };
                    bench.data.push(key, 0, value);
                }
            }
            Err(fault) => bench.left_out(&COUNTS, server, scenario.label, &fault),
        }
    }
    Ok(())
}

/// Words before a program that have callgrind write its profiles to `out`.
pub(crate) fn under_callgrind(out: &Path) -> Vec<String> {
    let mut before = pinned("0");
    before.extend(["valgrind", "--tool=callgrind"].map(str::to_owned));
    before.push(format!("--callgrind-out-file={}", out.display()));
    before
}

/// Instructions and allocations of a request.
///
/// # Errors
///
/// Where not all requests are answered, or no profile is written.
pub(crate) fn cost(
    bench: &Bench,
    process: &Running,
    scenario: &Scenario,
    dumps: &mut Dumps,
) -> Result<[f64; 2], String> {
    let runs = RUNS.map(|requests| requests * u64::from(scenario.connections) / 64);
    cost_of(process, runs, dumps, |requests| load(bench, process, scenario, requests))
}

/// The same of what `load` asks: so many requests as it is told, of which it tells how many were answered.
///
/// # Errors
///
/// Those of `load`, and where no profile is written.
pub(crate) fn cost_of(
    process: &Running,
    runs: [u64; 2],
    dumps: &mut Dumps,
    mut load: impl FnMut(u64) -> Result<u64, String>,
) -> Result<[f64; 2], String> {
    load(runs[0])?;
    dumps.next(process)?;
    let [short, long] = runs.map(|requests| -> Result<_, String> {
        let answered = load(requests)?;
        Ok((answered, dumps.next(process)?))
    });
    let (short, long) = (short?, long?);
    let each = |cost: fn(&Costs) -> f64| per_request((short.0, cost(&short.1)), (long.0, cost(&long.1)));
    each(|costs| costs.instructions)
        .zip(each(|costs| costs.allocations))
        .map(|(instructions, allocations)| [instructions, allocations])
        .ok_or_else(|| "the long run had no more requests than the short one".to_owned())
}

fn load(bench: &Bench, process: &Running, scenario: &Scenario, requests: u64) -> Result<u64, String> {
    let arguments = [format!("requests={requests}"), "seconds=60".to_owned()];
    let line = bench.driver.load(process, scenario, &arguments)?;
    settle(process.pid());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of requests")]
    let answered = line.number("requests").unwrap_or_default() as u64;
    if answered < requests {
        Err(format!("only {answered} of {requests} requests were answered"))
    } else {
        Ok(answered)
    }
}

/// Waits until the server has done what is left after the last answer.
pub(crate) fn settle(pid: u32) {
    let spent = || {
        let text = fs::read_to_string(format!("/proc/{pid}/schedstat")).unwrap_or_default();
        text.split_whitespace().next().and_then(|nanos| nanos.parse::<u64>().ok()).unwrap_or_default()
    };
    let end = Instant::now() + Duration::from_secs(5);
    let mut before = spent();
    while Instant::now() < end {
        std::thread::sleep(Duration::from_millis(40));
        let now = spent();
        if now.saturating_sub(before) < 500_000 {
            return;
        }
        before = now;
    }
}

/// The profiles that callgrind writes, each of what was done since the one before.
#[derive(Debug)]
pub(crate) struct Dumps {
    out: PathBuf,
    count: u32,
}

#[derive(Debug, PartialEq)]
struct Costs {
    instructions: f64,
    allocations: f64,
}

impl Dumps {
    /// Of a server that was started with [`under_callgrind`].
    pub(crate) fn new(out: PathBuf) -> Self {
        Self { out, count: 0 }
    }

    fn next(&mut self, process: &Running) -> Result<Costs, String> {
        self.count += 1;
        let path = PathBuf::from(format!("{}.{}", self.out.display(), self.count));
        // One that an earlier run left would be read in its place.
        let _ = fs::remove_file(&path);
        let mut control = program("callgrind_control", &["-d"]);
        let output = control
            .arg(process.pid().to_string())
            .output()
            .map_err(|error| format!("callgrind_control: {error}"))?;
        let text = fs::read_to_string(&path).map_err(|error| {
            format!("{}: {error} ({})", path.display(), String::from_utf8_lossy(&output.stderr))
        })?;
        let _ = fs::remove_file(&path);
        costs(&text).ok_or_else(|| format!("{} has no totals", path.display()))
    }
}

/// Reads a profile: `totals: N`, and the calls of allocators, each `cfn=(id) name` and then `calls=N …`.
fn costs(profile: &str) -> Option<Costs> {
    let mut allocators = Vec::new();
    let (mut called, mut allocations, mut instructions) = ("", 0.0, None);
    for line in profile.lines() {
        if let Some(name) = line.strip_prefix("fn=").or(line.strip_prefix("cfn=")) {
            // A name stands beside its number once, wherever it comes first.
            let (id, name) = name.split_once(' ').unwrap_or((name, ""));
            if ALLOCATORS.contains(&name) {
                allocators.push(id);
            }
            if line.starts_with('c') {
                called = id;
            }
        } else if let Some(calls) = line.strip_prefix("calls=") {
            if allocators.contains(&called) {
                allocations += calls.split(' ').next()?.parse::<f64>().ok()?;
            }
        } else if let Some(totals) = line.strip_prefix("totals:") {
            instructions = totals.split_whitespace().next()?.parse().ok();
        }
    }
    Some(Costs { instructions: instructions?, allocations })
}

fn calls(bench: &mut Bench, server: &'static Server, folder: &Path) -> Outcome {
    let process = server.start(&pinned("0"), 1)?;
    for scenario in &TRACED {
        if bench.lacks(server, scenario) {
            continue;
        }
        match traced_cost(bench, &process, scenario, &folder.join("strace")) {
            Ok(value) => {
                let key = Key { measure: "system_calls", server: server.name, scenario: scenario.name };
                bench.data.push(key, 0, value);
            }
            Err(fault) => {
                bench.left_out(&COUNTS, server, &format!("{}, system calls", scenario.label), &fault);
            }
        }
    }
    Ok(())
}

/// System calls of a request.
fn traced_cost(bench: &Bench, process: &Running, scenario: &Scenario, out: &Path) -> Result<f64, String> {
    let [short, long] = RUNS.map(|requests| -> Result<_, String> {
        let trace = Trace::attach(process.pid(), out)?;
        let answered = load(bench, process, scenario, requests);
        trace.detach()?;
        let text = fs::read_to_string(out).map_err(|error| format!("{}: {error}", out.display()))?;
        Ok((answered?, traced(&text)))
    });
    per_request(short?, long?)
        .ok_or_else(|| "the long run had no more requests than the short one".to_owned())
}

/// strace, attached to a server.
struct Trace {
    child: Child,
    /// Kept open, as it names each thread that it finds.
    _said: Option<BufReader<ChildStderr>>,
}

impl Trace {
    fn attach(pid: u32, out: &Path) -> Result<Self, String> {
        let mut strace = program("strace", &["-c", "-f", "-o"]);
        strace.arg(out).args(["-p", &pid.to_string()]).stderr(Stdio::piped());
        let mut child = strace.spawn().map_err(|error| format!("strace: {error}"))?;
        let mut said = String::new();
        let mut stderr = child.stderr.take().map(BufReader::new);
        if let Some(stderr) = &mut stderr {
            let _ = stderr.read_line(&mut said);
        }
        if said.contains("attached") {
            Ok(Self { child, _said: stderr })
        } else {
            Err(format!("strace: {}", said.trim()))
        }
    }

    fn detach(mut self) -> Outcome {
        // It prints what it has counted when it is interrupted.
        let pid = self.child.id().to_string();
        let status = program("kill", &["-INT", &pid]).status().and_then(|_| self.child.wait());
        status.map(drop).map_err(|error| format!("strace: {error}"))
    }
}

/// All calls of strace's table: `% time, seconds, usecs/call, calls, [errors], syscall`, between two rulers.
fn traced(table: &str) -> f64 {
    let rows = table.lines().skip_while(|line| !line.starts_with("---")).skip(1);
    let rows = rows.take_while(|line| !line.starts_with("---"));
    rows.filter_map(|row| row.split_whitespace().nth(3)?.parse::<f64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_calls_of_allocators_wherever_they_are_named() {
        let profile = "\
fn=(1) main
5 100
cfn=(2) malloc
calls=3 7
5 30
cfn=(3) free
calls=9 7
5 30
fn=(4) calloc
8 10
fn=(1)
cfn=(4)
calls=2 +3
5 8
cfn=(2)
calls=1 7
9 10
totals: 4711
";
        assert_eq!(costs(profile), Some(Costs { instructions: 4711.0, allocations: 6.0 }));
        assert_eq!(costs("fn=(1) main\n5 100\n"), None);
    }

    #[test]
    fn adds_the_rows_between_the_rulers() {
        let table = "\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 52.10    0.001021           1       800           recvfrom
 47.90    0.000939           1       700        20 sendto
  0.00    0.000000           0         3           epoll_wait
------ ----------- ----------- --------- --------- ----------------
100.00    0.001960           1      1503        20 total
";
        assert_eq!(traced(table), 1_503.0);
        assert_eq!(traced(""), 0.0);
    }
}
