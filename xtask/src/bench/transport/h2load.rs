//! Requests over HTTP/2, by h2load: another's client, which reads what it is answered.

use std::fs;

use super::Wire;
use crate::bench::servers::Running;
use crate::command::program;

/// A kind of load.
pub(super) struct Http2 {
    /// As in the data.
    pub(super) name: &'static str,
    /// As in the tables.
    pub(super) label: &'static str,
    pub(super) wire: Wire,
    connections: u32,
    streams: u32,
}

/// The one whose instructions are counted.
pub(super) const COUNTED: Http2 =
    Http2 { name: "clear8x32", label: "8 × 32", wire: Wire::Clear, connections: 8, streams: 32 };

/// In the order of the tables.
pub(super) const HTTP2: [Http2; 3] = [
    Http2 { name: "clear64x1", label: "64 × 1", wire: Wire::Clear, connections: 64, streams: 1 },
    COUNTED,
    Http2 { name: "tls8x32", label: "8 × 32, TLS", wire: Wire::Tls, connections: 8, streams: 32 },
];

impl Http2 {
    /// Loads `process` for so long, behind the words `before`; gives requests a second, and the server's CPU time of each.
    ///
    /// # Errors
    ///
    /// Where a request was not answered with success.
    pub(super) fn run(&self, process: &Running, before: &[String], seconds: f64) -> Result<[f64; 2], String> {
        let cpu_before = cpu_ns(process.pid())?;
        let until = format!("--duration={}ms", (seconds * 1000.0).round());
        let Said { requests, per_second } = self.load(process, before, until)?;
        let cpu = cpu_ns(process.pid())? - cpu_before;
        Ok([per_second, cpu / requests])
    }

    /// Asks `process` so often, behind the words `before`; gives how many were answered.
    ///
    /// # Errors
    ///
    /// Where a request was not answered with success.
    pub(super) fn ask(&self, process: &Running, before: &[String], requests: u64) -> Result<u64, String> {
        let Said { requests: answered, .. } = self.load(process, before, format!("--requests={requests}"))?;
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let all = requests as f64;
        if answered < all {
            Err(format!("only {answered} of {requests} requests were answered"))
        } else {
            Ok(requests)
        }
    }

    fn load(&self, process: &Running, before: &[String], until: String) -> Result<Said, String> {
        let scheme = if self.wire == Wire::Tls { "https" } else { "http" };
        let mut words = before.iter().cloned().chain(["h2load".to_owned()]);
        let mut command = program(words.next().unwrap_or_default(), &[]);
        command.args(words).args([
            until,
            format!("--clients={}", self.connections),
            format!("--max-concurrent-streams={}", self.streams),
            format!("{scheme}://127.0.0.1:{}/plaintext", process.port),
        ]);
        let output = command.output().map_err(|error| format!("h2load: {error}"))?;
        Said::read(&String::from_utf8_lossy(&output.stdout))
    }
}

/// What h2load prints of a run.
#[derive(Debug, PartialEq)]
struct Said {
    requests: f64,
    per_second: f64,
}

impl Said {
    fn read(text: &str) -> Result<Self, String> {
        let word_before = |line: &str, mark: &str| -> Option<f64> {
            line.split_once(mark)?.0.split_whitespace().next_back()?.parse().ok()
        };
        let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_default();
        let (finished, requests) = (line("finished in "), line("requests: "));
        let [per_second, done, succeeded] =
            [(finished, " req/s"), (requests, " done"), (requests, " succeeded")]
                .map(|(line, mark)| word_before(line, mark));
        match (per_second, done, succeeded) {
            (Some(per_second), Some(done), Some(succeeded)) if done > 0.0 && done == succeeded => {
                Ok(Self { requests: done, per_second })
            }
            _ => Err(format!("h2load said: {finished} {requests}")),
        }
    }
}

/// Nanoseconds that a process has taken so far, of all its threads.
fn cpu_ns(pid: u32) -> Result<f64, String> {
    let fault = |error: std::io::Error| format!("the server's CPU time: {error}");
    let mut nanos = 0.0;
    for thread in fs::read_dir(format!("/proc/{pid}/task")).map_err(fault)? {
        let text = fs::read_to_string(thread.map_err(fault)?.path().join("schedstat")).map_err(fault)?;
        nanos +=
            text.split_whitespace().next().and_then(|first| first.parse::<f64>().ok()).unwrap_or_default();
    }
    Ok(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_h2load_prints() {
        let said = |succeeded: &str| {
            let text = format!(
                "starting benchmark...\n\nfinished in 1.00s, 68123.50 req/s, 4.16MB/s\n\
                 requests: 68124 total, 68380 started, 68124 done, {succeeded} succeeded, 0 failed, 0 errored, 0 timeout\n"
            );
            Said::read(&text).ok()
        };
        assert_eq!(said("68124"), Some(Said { requests: 68124.0, per_second: 68123.5 }));
        assert_eq!(said("68123"), None);
        assert_eq!(Said::read("requests: 0 total, 0 started, 0 done, 0 succeeded").ok(), None);
    }
}
