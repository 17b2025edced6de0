//! What to do, as `name=value`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) address: SocketAddr,
    pub(crate) scenario: String,
    pub(crate) connections: usize,
    /// Requests that are sent at once on a connection.
    pub(crate) pipeline: usize,
    pub(crate) duration: Duration,
    /// Sends no more than so many, and stops with the last answer, though time is left.
    pub(crate) requests: Option<u64>,
    /// Requests a second over all connections; 0 sends as fast as answers come.
    pub(crate) rate: u64,
    /// The server's process, whose CPU time is taken; 0 takes none.
    pub(crate) pid: u32,
    /// Connections that are answered once, and then wait: what the server's memory grows by is measured.
    pub(crate) idle: usize,
    /// Where a certificate for the servers is to be written, and nothing else done.
    pub(crate) certificate: Option<PathBuf>,
    /// Each connection carries one request.
    pub(crate) closes: bool,
}

impl Options {
    pub(crate) fn from_args(args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            address: (Ipv4Addr::LOCALHOST, 8080).into(),
            scenario: "plaintext".to_owned(),
            connections: 64,
            pipeline: 1,
            duration: Duration::from_secs(5),
            requests: None,
            rate: 0,
            pid: 0,
            idle: 0,
            certificate: None,
            closes: false,
        };
        for arg in args {
            let Some((name, value)) = arg.split_once('=') else {
                return Err(format!("`{arg}` is not of the form name=value"));
            };
            options.set(name, value)?;
        }
        options.closes = options.scenario == "close";
        if options.connections == 0 || options.pipeline == 0 {
            return Err("connections and pipeline are 1 at least".to_owned());
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "port" => self.address.set_port(number(name, value)?),
            "scenario" => self.scenario = value.to_owned(),
            "connections" => self.connections = number(name, value)?,
            "pipeline" => self.pipeline = number(name, value)?,
            "seconds" => {
                let seconds =
                    value.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                self.duration = seconds.ok_or_else(|| format!("{name}={value}: seconds are wanted"))?;
            }
            "requests" => self.requests = Some(number(name, value)?),
            "rate" => self.rate = number(name, value)?,
            "idle" => self.idle = number(name, value)?,
            "certificate" => self.certificate = Some(value.into()),
            "pid" => self.pid = number(name, value)?,
            _ => {
                let known =
                    "port, scenario, connections, pipeline, seconds, requests, rate, pid, idle, certificate";
                return Err(format!("there is no `{name}`; there are {known}"));
            }
        }
        Ok(())
    }

    /// The time between two requests of a connection, where a rate is held.
    pub(crate) fn interval(&self) -> Option<Duration> {
        let each = self.rate as f64 / self.connections as f64;
        (self.rate > 0).then(|| Duration::from_secs_f64(self.pipeline as f64 / each))
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name}={value}: a whole number is wanted"))
}
