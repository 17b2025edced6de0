//! The servers: how each is started, on which core, and that it ends.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::bench::{files, nginx};
use crate::command::{cargo, find, program, root, run, target};
use crate::steps::Outcome;

/// A server.
#[derive(Debug)]
pub(crate) struct Server {
    /// As in the data, and on the command line.
    pub(crate) name: &'static str,
    /// As in the tables.
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
}

/// What a server is to the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What the machine allows.
    Limit,
    Ours,
    /// Holds to HTTP, with limits and timeouts of some kind.
    Peer,
    /// Leaves out what HTTP asks of a server.
    Bounded,
}

const fn server(name: &'static str, label: &'static str, kind: Kind) -> Server {
    Server { name, label, kind }
}

/// The limit that rates are given in.
pub(crate) const BARE: &str = "bare";

/// What parses, and does no more.
pub(crate) const PARSE: &str = "parse";

/// Ours.
pub(crate) const OURS: &str = "ours";

/// In the order of the tables.
pub(crate) const SERVERS: [Server; 13] = [
    server(BARE, "bare Tokio", Kind::Limit),
    server(PARSE, "parse only", Kind::Limit),
    server(OURS, "**fingerpost**", Kind::Ours),
    server("hyper", "hyper", Kind::Peer),
    server("xitca-web", "xitca-web", Kind::Peer),
    server("actix-web", "actix-web", Kind::Peer),
    server("axum", "axum", Kind::Peer),
    server("ntex", "ntex", Kind::Peer),
    server("poem", "poem", Kind::Peer),
    server("salvo", "salvo", Kind::Peer),
    server("rocket", "Rocket", Kind::Peer),
    server("nginx", "nginx", Kind::Peer),
    server("may-minihttp", "may_minihttp", Kind::Bounded),
];

/// The folder of the servers' workspace.
pub(crate) fn workspace() -> PathBuf {
    root().join("benches/peers")
}

impl Server {
    /// The program.
    ///
    /// # Errors
    ///
    /// Where nginx is not installed.
    pub(crate) fn binary(&self) -> Result<PathBuf, String> {
        if self.name == nginx::NAME {
            let usual = PathBuf::from("/usr/sbin/nginx");
            return find("nginx")
                .or(usual.is_file().then_some(usual))
                .ok_or_else(|| "nginx is missing".to_owned());
        }
        Ok(workspace().join("target/release").join(format!("peer-{}", self.name)))
    }

    /// Starts it behind `before` (a program with arguments that starts another), and waits for its first answer.
    ///
    /// # Errors
    ///
    /// Where it does not start, or answers nothing within a minute.
    pub(crate) fn start(&self, before: &[String], workers: u16) -> Result<Running, String> {
        let port = free_port()?;
        let mut command = behind(before, &self.binary()?, port, workers);
        let served = target().join(files::FOLDER);
        if served.is_dir() {
            command.env("FILES", served);
        }
        if self.name == nginx::NAME {
            command.args(nginx::arguments(port)?);
        }
        Running::begin(&mut command, port, answers).map_err(|fault| format!("{}: {fault}", self.name))
    }
}

/// Starts a program that is no server of the list behind `before`, with these variables, and waits until it `answers`.
///
/// # Errors
///
/// Where it does not start, or answers nothing within a minute.
pub(crate) fn start(
    binary: &Path,
    before: &[String],
    workers: u16,
    variables: &[(&str, OsString)],
    answers: fn(u16) -> bool,
) -> Result<Running, String> {
    let port = free_port()?;
    let mut command = behind(before, binary, port, workers);
    command.envs(variables.iter().cloned());
    Running::begin(&mut command, port, answers)
}

fn behind(before: &[String], binary: &Path, port: u16, workers: u16) -> Command {
    let mut words = before.iter().cloned().chain([binary.to_string_lossy().into_owned()]);
    let mut command = program(words.next().unwrap_or_default(), &[]);
    command.args(words).env("PORT", port.to_string()).env("WORKERS", workers.to_string());
    command
}

/// Whether a server at the port answers a request.
pub(crate) fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        stream.write_all(b"GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        Ok(stream.read(&mut [0; 512])? > 0)
    };
    ask().unwrap_or(false)
}

/// Whether a server listens at the port.
pub(crate) fn accepts(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A server that runs; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    pub(crate) port: u16,
    /// From its start to its first answer.
    pub(crate) first_answer: Duration,
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn begin(command: &mut Command, port: u16, answers: fn(u16) -> bool) -> Result<Self, String> {
        let started = Instant::now();
        let mut running = Self { child: quiet(command)?, port, first_answer: Duration::ZERO };
        running.first_answer = running.wait(started, answers)?;
        Ok(running)
    }

    fn wait(&mut self, started: Instant, answers: fn(u16) -> bool) -> Result<Duration, String> {
        while started.elapsed() < Duration::from_secs(60) {
            if answers(self.port) {
                return Ok(started.elapsed());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("ended with {status} before its first answer"));
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        Err("no answer within a minute".to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has nothing to lose; where it ended by itself, there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Words before a program that keep it on these cores.
pub(crate) fn pinned(cores: &str) -> Vec<String> {
    ["taskset", "-c", cores].map(str::to_owned).to_vec()
}

/// Words before a program that let it open as many files as it may.
pub(crate) fn many_files() -> Vec<String> {
    ["sh", "-c", "ulimit -n \"$(ulimit -H -n)\"; exec \"$0\" \"$@\""].map(str::to_owned).to_vec()
}

/// Builds a server, each by itself: in one build each would get the features that any of them asks for of what they
/// share. nginx is the system's.
///
/// # Errors
///
/// Where it does not build.
pub(crate) fn build(server: &Server) -> Outcome {
    if server.name == nginx::NAME { Ok(()) } else { package(&format!("peer-{}", server.name)) }
}

/// Builds the driver.
///
/// # Errors
///
/// Where it does not build.
pub(crate) fn build_driver() -> Outcome {
    package("driver")
}

/// Builds a program of the workspace by itself.
///
/// # Errors
///
/// Where it does not build.
pub(crate) fn package(name: &str) -> Outcome {
    let mut build = cargo(&["build", "--quiet", "--release", "--locked", "-p", name]);
    run(build.current_dir(workspace()).env_remove("CARGO_TARGET_DIR"))
}

fn quiet(command: &mut Command) -> Result<Child, String> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map_err(|error| format!("{command:?} could not be started: {error}"))
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> String {
        std::fs::read_to_string(root().join(path)).unwrap()
    }

    /// The names in a section of a manifest or a lock file that runs from after `start` to `end`.
    fn section<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
        let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start:?}"));
        rest.split(end).next().unwrap()
    }

    #[test]
    fn the_lock_of_the_servers_is_in_step_with_the_framework() {
        let (manifest, lock) = (read("framework/Cargo.toml"), read("benches/peers/Cargo.lock"));
        let package = section(&lock, "\nname = \"fingerpost\"\n", "\n[[package]]");
        let locked = section(package, "dependencies = [", "]");
        let wanted = section(&manifest, "\n[dependencies]\n", "\n[").lines();
        for line in wanted.filter(|line| !line.contains("optional") && !line.starts_with('#')) {
            let Some(name) = line.split(['.', ' ', '=']).next().filter(|name| !name.is_empty()) else {
                continue;
            };
            let is_locked =
                locked.lines().any(|line| line.trim_matches([' ', '"', ',']).split(' ').next() == Some(name));
            assert!(is_locked, "{name}: run `cargo metadata` in benches/peers, and commit its Cargo.lock");
        }
    }

    #[test]
    fn every_server_is_a_package_of_the_workspace() {
        for server in SERVERS.iter().filter(|server| server.name != nginx::NAME) {
            let manifest = read(&format!("benches/peers/servers/{}/Cargo.toml", server.name));
            assert!(manifest.contains(&format!("name = \"peer-{}\"", server.name)), "{}", server.name);
        }
    }
}
