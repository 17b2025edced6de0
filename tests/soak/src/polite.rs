//! A client that does everything right, beside others that do not: how long it waits for its answers.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::clients::{PATIENCE, REQUEST};

/// Connections that are kept; enough that every worker has some.
const KEPT: usize = 8;

/// One request in so many is sent on a connection of its own, which is counted from before it is opened.
const ANEW: usize = 10;

/// The pause between two requests.
const PAUSE: Duration = Duration::from_millis(1);

/// A running client, on a thread of its own so that no other client's work is in its way.
#[derive(Debug)]
pub(crate) struct Polite {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<Vec<Sample>>>,
}

/// One answered request.
#[derive(Clone, Copy, Debug)]
struct Sample {
    sent: Instant,
    took: Duration,
}

impl Polite {
    /// Begins to send requests, one after the other.
    pub(crate) fn start(address: SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        Self { stop, thread: thread::spawn(move || send_until(address, &told)) }
    }

    /// Ends it; gives what it waited for.
    ///
    /// # Errors
    ///
    /// Where one of its requests was not answered.
    pub(crate) fn finish(self) -> Result<Waits, Failure> {
        self.stop.store(true, Ordering::SeqCst);
        let samples = self.thread.join().map_err(|_| "the well-behaved client panicked")?;
        Ok(Waits(samples.map_err(|error| format!("a well-behaved client was not served: {error}"))?))
    }
}

/// How long a client waited for each of its answers.
#[derive(Debug)]
pub(crate) struct Waits(Vec<Sample>);

impl Waits {
    /// How many answers there were.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// What 99 of 100 requests sent between `from` and `to` did not wait longer than, in seconds.
    pub(crate) fn p99(&self, from: Instant, to: Instant) -> f64 {
        let sent = self.0.iter().filter(|sample| (from..to).contains(&sample.sent));
        let mut waits: Vec<_> = sent.map(|sample| sample.took).collect();
        waits.sort_unstable();
        waits.get(waits.len() * 99 / 100).map_or(f64::NAN, Duration::as_secs_f64)
    }
}

fn send_until(address: SocketAddr, stop: &AtomicBool) -> io::Result<Vec<Sample>> {
    let mut kept = (0..KEPT).map(|_| connect(address)).collect::<io::Result<Vec<_>>>()?;
    let mut samples = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let index = samples.len();
        let sent = Instant::now();
        match kept.get_mut(index % KEPT) {
            Some(stream) if index % ANEW != 0 => ask(stream)?,
            Some(_) | None => ask(&mut connect(address)?)?,
        }
        samples.push(Sample { sent, took: sent.elapsed() });
        thread::sleep(PAUSE);
    }
    Ok(samples)
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

fn ask(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(REQUEST)?;
    let mut answer = [0; 4096];
    let len = stream.read(&mut answer)?;
    let answered = answer.get(..len).is_some_and(|answer| answer.starts_with(b"HTTP/1.1 200 "));
    if answered { Ok(()) } else { Err(io::Error::other("it was answered with something else")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_99th_of_100_is_what_99_did_not_wait_longer_than() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let sample = |sent: u64, took: u64| Sample { sent: at(sent), took: Duration::from_millis(took) };
        let waits = Waits((1..=100).map(|n| sample(n, n)).chain([sample(500, 9_000)]).collect());
        assert_eq!(waits.p99(at(1), at(101)), 0.1);
        assert_eq!(waits.p99(at(1), at(51)), 0.05);
        assert!(waits.p99(at(101), at(200)).is_nan());
        assert_eq!(waits.count(), 101);
    }
}
