//! Loads a server, and does not parse what it answers: one answer is read at first, and its length is what counts then.
//!
//! ```text
//! driver port=8080 scenario=plaintext connections=64 pipeline=1 seconds=5 [rate=20000] [requests=4800] [pid=1234] [idle=10000]
//! driver port=8080 scenario=socket16 …                 # messages of 16 bytes to a WebSocket and back
//! driver port=8443 scenario=handshake|resumption …     # over TLS
//! driver certificate=FOLDER                            # for the servers
//! ```
//!
//! One thread, one `epoll`: a server is the bottleneck, not this. What was measured is printed as a line of JSON. With
//! `requests=0` there is only the first look, which compares the answer with what it should be.

mod connection;
mod handshakes;
mod idle;
mod layers;
mod options;
mod report;
mod scenario;
mod websocket;

use std::io;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};

use connection::Connection;
use options::Options;
use report::{Measured, cpu_time, percentiles};

fn main() -> ExitCode {
    let outcome = Options::from_args(std::env::args().skip(1))
        .and_then(|options| run(options).map_err(|error| error.to_string()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> io::Result<()> {
    if let Some(folder) = &options.certificate {
        return handshakes::make_certificate(folder);
    }
    if matches!(options.scenario.as_str(), "handshake" | "resumption") {
        println!("{}", handshakes::measure(&options)?);
        return Ok(());
    }
    let answer_len = scenario::check(&options)?;
    if options.idle > 0 {
        println!("{}", idle::measure(&options, answer_len)?);
        return Ok(());
    }
    let mut load = Load::start(options, answer_len)?;
    let cpu_before = cpu_time(load.options.pid)?;
    let begun = Instant::now();
    load.run(begun)?;
    let elapsed = begun.elapsed();
    let cpu = cpu_time(load.options.pid)?.saturating_sub(cpu_before);
    let measured = Measured {
        requests: load.answered,
        seconds: elapsed.as_secs_f64(),
        per_second: load.answered as f64 / elapsed.as_secs_f64(),
        cpu_ns_per_request: (load.options.pid != 0)
            .then(|| cpu.as_nanos() as f64 / load.answered.max(1) as f64),
        latency_us: percentiles(&mut load.latencies),
        failures: load.failures,
    };
    println!("{}", serde_json::to_string(&measured).expect("plain values"));
    Ok(())
}

/// All connections, and what has been counted so far.
struct Load {
    options: Options,
    poll: Poll,
    connections: Vec<Connection>,
    answered: u64,
    /// Requests that may still be sent.
    left: u64,
    /// Connections that ended before their answers had come.
    failures: u64,
    /// Microseconds, where a rate is held.
    latencies: Vec<u32>,
}

impl Load {
    fn start(options: Options, answer_len: usize) -> io::Result<Self> {
        let poll = Poll::new()?;
        let request = scenario::request(&options).repeat(options.pipeline);
        let mut connections = Vec::with_capacity(options.connections);
        for index in 0..options.connections {
            let expected = answer_len * options.pipeline;
            let mut connection = Connection::new(&options, request.clone(), expected);
            connection.open(&poll, Token(index))?;
            connections.push(connection);
        }
        let left = options.requests.unwrap_or(u64::MAX);
        Ok(Self { options, poll, connections, answered: 0, left, failures: 0, latencies: Vec::new() })
    }

    /// Sends and counts until the time, or the number of requests, is over.
    fn run(&mut self, begun: Instant) -> io::Result<()> {
        let end = begun + self.options.duration;
        let mut events = Events::with_capacity(1024);
        let mut scratch = vec![0; 256 * 1024];
        self.schedule(begun);
        while Instant::now() < end && !self.has_enough() {
            let wait = self.start_due(end)?;
            self.poll.poll(&mut events, Some(wait))?;
            for event in &events {
                self.drive(event.token().0, &mut scratch)?;
            }
        }
        Ok(())
    }

    fn has_enough(&self) -> bool {
        let next = self.answered + self.options.pipeline as u64;
        self.options.requests.is_some_and(|requests| next > requests)
    }

    /// Spreads the first requests over one interval, so that they do not come all at once.
    fn schedule(&mut self, begun: Instant) {
        let Some(interval) = self.options.interval() else { return };
        let count = u32::try_from(self.connections.len()).unwrap_or(u32::MAX);
        for (index, connection) in (0_u32..).zip(&mut self.connections) {
            connection.due = Some(begun + interval * index / count);
        }
    }

    /// Starts the requests whose time has come; gives how long nothing is to be done.
    fn start_due(&mut self, end: Instant) -> io::Result<Duration> {
        let now = Instant::now();
        let mut next = end;
        for index in 0..self.connections.len() {
            let connection = &mut self.connections[index];
            if !connection.is_waiting() {
                continue;
            }
            match connection.due {
                Some(due) if due > now => next = next.min(due),
                Some(_) | None => {
                    if !begin(connection, &mut self.left, &self.options) {
                        continue;
                    }
                    if connection.write().is_err() {
                        self.reopen(index)?;
                    }
                }
            }
        }
        // Without a rate nothing is ever due later, and the sockets alone wake us.
        Ok(next.saturating_duration_since(now).min(Duration::from_millis(100)))
    }

    fn drive(&mut self, index: usize, scratch: &mut [u8]) -> io::Result<()> {
        let interval = self.options.interval();
        let connection = &mut self.connections[index];
        loop {
            let progress = connection.write().and_then(|()| connection.read(scratch));
            match progress {
                Ok(false) => return Ok(()),
                Ok(true) => {}
                Err(_) => {
                    self.failures += 1;
                    self.left = self.left.saturating_add(self.options.pipeline as u64);
                    return self.reopen(index);
                }
            }
            self.answered += self.options.pipeline as u64;
            if let (Some(interval), Some(due)) = (interval, &mut connection.due) {
                let late = u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX);
                self.latencies.push(late);
                *due += interval;
            }
            connection.rest();
            if self.options.closes {
                return self.reopen(index);
            }
            if interval.is_some() || !begin(connection, &mut self.left, &self.options) {
                return Ok(());
            }
        }
    }

    fn reopen(&mut self, index: usize) -> io::Result<()> {
        self.connections[index].open(&self.poll, Token(index))
    }
}

/// Begins the next request; `false` where all have been sent that are to be, so that none is under way at the end.
fn begin(connection: &mut Connection, left: &mut u64, options: &Options) -> bool {
    match left.checked_sub(options.pipeline as u64) {
        Some(rest) => {
            *left = rest;
            connection.begin();
            true
        }
        None => false,
    }
}
