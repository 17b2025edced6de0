//! wrk as a process, and what it prints.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Failure;

/// What it asks for.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/scenarios/stack/requests.lua");

/// A running load; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Wrk(RefCell<Option<Child>>);

/// What it saw.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) answered: f64,
    /// Answers that were neither 2xx nor 3xx.
    pub(super) refused: usize,
    /// Connections that were not made or broke, and answers that were late.
    pub(super) failed: usize,
}

impl Wrk {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// Where it is not there: it is Debian's package `wrk`.
    pub(super) fn start(address: SocketAddr, time: Duration) -> Result<Self, Failure> {
        let mut command = Command::new("wrk");
        command.args(["--threads", "1", "--connections", "32", "--timeout", "30s", "--script", SCRIPT]);
        command.arg(format!("--duration={}s", time.as_secs().max(1))).arg(format!("http://{address}/"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let child =
            command.spawn().map_err(|error| format!("wrk (Debian's package of this name): {error}"))?;
        Ok(Self(RefCell::new(Some(child))))
    }

    /// Whether it still asks.
    pub(super) fn is_running(&self) -> bool {
        self.0.borrow_mut().as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// Where it prints something else than what it saw.
    pub(super) fn finish(self) -> Result<Seen, Failure> {
        let child = self.0.borrow_mut().take().ok_or("wrk has ended")?;
        let output = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        seen(&text).ok_or_else(|| format!("wrk ended with {}: {text}", output.status).into())
    }
}

impl Drop for Wrk {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.borrow_mut().take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Reads its report; lines of faults stand there only where there were some.
fn seen(text: &str) -> Option<Seen> {
    let mut seen = Seen::default();
    let mut is_whole = false;
    for line in text.lines().map(str::trim) {
        if let Some(count) = line.strip_prefix("Non-2xx or 3xx responses: ") {
            seen.refused = count.trim().parse().ok()?;
        } else if let Some(counts) = line.strip_prefix("Socket errors: ") {
            for count in counts.split(", ") {
                seen.failed += count.split(' ').next_back()?.parse::<usize>().ok()?;
            }
        } else if let Some((count, _)) = line.split_once(" requests in ") {
            seen.answered = count.parse().ok()?;
            is_whole = true;
        }
    }
    is_whole.then_some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_wrk_prints() {
        let well = "Running 3s test @ http://127.0.0.1:1/\n  1 threads and 32 connections\n  59131 requests in 3.01s, 52.36MB read\n\
            Requests/sec:  19631.11\n";
        assert_eq!(seen(well), Some(Seen { answered: 59_131.0, refused: 0, failed: 0 }));
        let ill = format!(
            "{well}  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 7\n"
        );
        assert_eq!(seen(&ill), Some(Seen { answered: 59_131.0, refused: 7, failed: 10 }));
        assert_eq!(seen("unable to connect to 127.0.0.1:1 Connection refused\n"), None);
    }
}
