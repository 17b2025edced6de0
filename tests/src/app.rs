//! A program under test: started on a free port, its address read from its banner, ended when dropped.

use std::fmt;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Call;

/// The longest time from a program's start to its banner.
const START: Duration = Duration::from_secs(20);

/// The longest time from a signal to a program's end.
const STOP: Duration = Duration::from_secs(20);

/// The longest time from the end of a program's standard error to its own.
const END: Duration = Duration::from_secs(5);

/// A running program that serves HTTP; dropping it ends it.
#[derive(Debug)]
pub struct App {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
    /// Reads the program's standard error to its end, so that the program never waits for us.
    reader: Option<JoinHandle<()>>,
}

impl App {
    /// Starts `program` on a free port of the loopback interface and waits for its banner.
    ///
    /// `settings` are environment variables; those of the framework that stand in ours are not passed on. With
    /// `SERVER_LISTEN` among them it listens there instead.
    ///
    /// # Errors
    ///
    /// [`StartError`] where the program cannot be started, ends before it serves, or says no address in 20 s.
    pub fn start(program: &Path, settings: &[(&str, &str)]) -> Result<Self, StartError> {
        Self::launch(Command::new(program), settings)
    }

    /// Does the same with a command that becomes the program.
    ///
    /// # Errors
    ///
    /// Those of [`App::start`].
    pub fn launch(command: Command, settings: &[(&str, &str)]) -> Result<Self, StartError> {
        Self::spawn(command, settings, Stdio::null(), Stdio::null())
    }

    /// The same with a standard output that somebody reads.
    ///
    /// # Errors
    ///
    /// Those of [`App::start`].
    pub fn launch_into(
        command: Command,
        settings: &[(&str, &str)],
        stdout: impl Into<Stdio>,
    ) -> Result<Self, StartError> {
        Self::spawn(command, settings, Stdio::null(), stdout.into())
    }

    /// Starts `program` with a socket left to it, as systemd leaves them: `LISTEN_FDS` and `LISTEN_PID` are set.
    ///
    /// # Errors
    ///
    /// Those of [`App::start`].
    pub fn activate(
        program: &Path,
        socket: impl Into<OwnedFd>,
        settings: &[(&str, &str)],
    ) -> Result<Self, StartError> {
        // A program is given but its standard streams in safe code; the shell moves the first one on, and keeps its
        // own number when it becomes the program.
        let script = "exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\"";
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).arg(program);
        Self::spawn(command, settings, socket.into().into(), Stdio::null())
    }

    /// The same with two sockets.
    ///
    /// # Errors
    ///
    /// Those of [`App::start`].
    pub fn activate_both(
        program: &Path,
        sockets: (impl Into<OwnedFd>, impl Into<OwnedFd>),
        settings: &[(&str, &str)],
    ) -> Result<Self, StartError> {
        let script = "exec 3<&0 4<&1 0</dev/null 1>/dev/null; LISTEN_FDS=2 LISTEN_PID=$$ exec \"$0\"";
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).arg(program);
        Self::spawn(command, settings, sockets.0.into().into(), sockets.1.into().into())
    }

    fn spawn(
        mut command: Command,
        settings: &[(&str, &str)],
        stdin: Stdio,
        stdout: Stdio,
    ) -> Result<Self, StartError> {
        forget_settings(&mut command);
        if !settings.iter().any(|(name, _)| *name == "SERVER_LISTEN") {
            command.env("SERVER_HOST", "127.0.0.1").env("SERVER_PORT", "0");
        }
        command.envs(settings.iter().copied());
        command.stdin(stdin).stdout(stdout).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(StartError::Spawn)?;
        let log = Arc::new(Mutex::new(String::new()));
        let (found, address) = mpsc::channel();
        let reader = child.stderr.take().map(|stderr| {
            let log = Arc::clone(&log);
            thread::spawn(move || read_log(stderr, &log, &found))
        });
        match address.recv_timeout(START) {
            Ok(address) => Ok(Self { child, address, log, reader }),
            Err(reason) => Err(give_up(child, reason, &log, reader)),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Begins a GET request.
    pub fn get(&self, target: &str) -> Call {
        self.call("GET", target)
    }

    /// Begins a request with any method.
    pub fn call(&self, method: &str, target: &str) -> Call {
        Call::new(self.address, method, target)
    }

    /// What it has written to standard error so far.
    pub fn log(&self) -> String {
        read(&self.log)
    }

    /// The same once it has `text`: what a program says of itself is here a moment later than what it sends.
    ///
    /// # Panics
    ///
    /// Where it has none within 20 s.
    #[track_caller]
    pub fn log_with(&self, text: &str) -> String {
        self.log_with_times(text, 1)
    }

    /// The same once it has `text` so many times.
    ///
    /// # Panics
    ///
    /// Where it has not within 20 s.
    #[track_caller]
    pub fn log_with_times(&self, text: &str, times: usize) -> String {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let log = self.log();
            if log.matches(text).count() >= times {
                return log;
            }
            assert!(Instant::now() < deadline, "{text:?} is not {times} times in {log}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends SIGTERM and returns at once.
    ///
    /// # Errors
    ///
    /// Where the signal cannot be sent.
    pub fn terminate(&self) -> io::Result<()> {
        // Our child is not waited for before it is dropped, so that the number cannot be another's.
        let signal = format!("kill -TERM {}", self.child.id());
        let status = Command::new("sh").args(["-c", &signal]).stdin(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other("the signal was not sent")) }
    }

    /// Waits for its end and returns how it ended and all that it wrote to standard error.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] when it still runs after 20 s.
    pub fn wait(mut self) -> io::Result<(ExitStatus, String)> {
        let deadline = Instant::now() + STOP;
        loop {
            if let Some(status) = self.child.try_wait()? {
                self.join();
                return Ok((status, self.log()));
            }
            if Instant::now() >= deadline {
                return Err(io::Error::new(io::ErrorKind::TimedOut, self.log()));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn join(&mut self) {
        if let Some(reader) = self.reader.take() {
            // A reader that panicked has nothing more to tell.
            let _ = reader.join();
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.join();
    }
}

/// Why a program does not serve.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// It could not be started at all.
    Spawn(io::Error),
    /// It ended, or said no address in time; with all that it wrote.
    NoAddress {
        /// How it ended, where it did so by itself.
        status: Option<ExitStatus>,
        /// Its standard error.
        log: String,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spawn(error) => write!(f, "the program could not be started: {error}"),
            Self::NoAddress { status: Some(status), log } => {
                write!(f, "the program ended with {status} before it served:\n{log}")
            }
            Self::NoAddress { status: None, log } => {
                write!(f, "the program named no address in {} s:\n{log}", START.as_secs())
            }
        }
    }
}

impl std::error::Error for StartError {}

/// Keeps from `command` the settings of the framework that stand in our own environment.
pub fn forget_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let is_ours = |name: &str| {
            let starts = ["SERVER_", "NOTIFY_", "WATCHDOG_"];
            name == "PORT" || starts.iter().any(|start| name.starts_with(start))
        };
        let ours = name.to_str().is_some_and(is_ours);
        if ours {
            command.env_remove(name);
        }
    }
}

/// Copies every line to `log`, and the first address to `found`.
fn read_log(stderr: ChildStderr, log: &Mutex<String>, found: &Sender<SocketAddr>) {
    for line in BufReader::new(stderr).lines() {
        let Ok(line) = line else { return };
        let address = banner_address(&line);
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push_str(&line);
        log.push('\n');
        drop(log);
        if let Some(address) = address {
            // The one who asked may have left: it takes the first address only.
            let _ = found.send(address);
        }
    }
}

/// The address in a banner's line, such as `listening on http://127.0.0.1:8080`.
fn banner_address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://").or_else(|| line.split_once("https://"))?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "[].:".contains(c))).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// Ends a program that does not serve, and tells what it said.
fn give_up(
    mut child: Child,
    reason: RecvTimeoutError,
    log: &Mutex<String>,
    reader: Option<JoinHandle<()>>,
) -> StartError {
    // One that has closed its standard error is about to end by itself.
    let deadline = Instant::now() + END;
    let closed = reason == RecvTimeoutError::Disconnected;
    let mut status = child.try_wait().ok().flatten();
    while closed && status.is_none() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
        status = child.try_wait().ok().flatten();
    }
    // It may end between these lines, which is as good.
    let _ = child.kill();
    let _ = child.wait();
    if let Some(reader) = reader {
        let _ = reader.join();
    }
    StartError::NoAddress { status, log: read(log) }
}

fn read(log: &Mutex<String>) -> String {
    log.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_address_in_a_banner() {
        let rows = [
            ("listening on http://127.0.0.1:8080", Some("127.0.0.1:8080")),
            ("  https://127.0.0.1:4433", Some("127.0.0.1:4433")),
            ("  http://127.0.0.1:41233/ (2 workers)", Some("127.0.0.1:41233")),
            ("http://[::1]:80, http://127.0.0.1:81", Some("[::1]:80")),
            ("\u{1b}[1mhttp://127.0.0.1:9\u{1b}[0m", Some("127.0.0.1:9")),
            ("GET /  hello  src/main.rs:5", None),
            ("see http://example.org/", None),
        ];
        for (line, expected) in rows {
            let expected = expected.map(|text| text.parse().unwrap());
            assert_eq!(banner_address(line), expected, "{line}");
        }
    }

    #[test]
    fn starts_and_ends_a_program() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo \"one: http://$SERVER_HOST:4711\" >&2; exec sleep 60"]);
        let app = App::launch(command, &[]).unwrap();
        assert_eq!(app.address(), "127.0.0.1:4711".parse().unwrap());
        app.terminate().unwrap();
        let (status, log) = app.wait().unwrap();
        assert!(!status.success());
        assert_eq!(log, "one: http://127.0.0.1:4711\n");
    }

    #[test]
    fn tells_what_a_program_said_that_does_not_serve() {
        let error = App::start(Path::new("/bin/sh"), &[]).unwrap_err();
        assert!(matches!(error, StartError::NoAddress { .. }), "{error}");
        let error = App::start(Path::new("/no/such/program"), &[]).unwrap_err();
        assert!(matches!(error, StartError::Spawn(_)), "{error}");
    }
}
