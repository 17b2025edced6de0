//! What is printed.

use std::io;
use std::time::Duration;

use serde::Serialize;

/// One run.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    pub(crate) requests: u64,
    pub(crate) seconds: f64,
    pub(crate) per_second: f64,
    /// Of the server's process, user and kernel.
    pub(crate) cpu_ns_per_request: Option<f64>,
    /// From when each request was due to its answer's last byte; where a rate is held.
    pub(crate) latency_us: Option<Percentiles>,
    pub(crate) failures: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Percentiles {
    p50: u32,
    p90: u32,
    p99: u32,
    p999: u32,
    max: u32,
}

pub(crate) fn percentiles(latencies: &mut [u32]) -> Option<Percentiles> {
    latencies.sort_unstable();
    let last = latencies.len().checked_sub(1)?;
    let at = |share: f64| latencies[(last as f64 * share) as usize];
    Some(Percentiles { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: latencies[last] })
}

/// The CPU time that a process has taken so far, of all its threads: nanoseconds on the run queue's account, which is
/// finer than the ticks of `/proc/<pid>/stat`.
pub(crate) fn cpu_time(pid: u32) -> io::Result<Duration> {
    if pid == 0 {
        return Ok(Duration::ZERO);
    }
    let mut nanos = 0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        let first = text.split_whitespace().next().and_then(|field| field.parse::<u64>().ok());
        nanos += first.ok_or(io::ErrorKind::InvalidData)?;
    }
    Ok(Duration::from_nanos(nanos))
}
