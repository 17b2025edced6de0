//! Probes over real sockets: what an orchestrator sees of checks that hang, of workers that stand still, and of the end.

use std::future::pending;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;
use server::{Health, Routes, Runtime, Server, Settings, Shutdown, get, routes};

/// The longest time for anything that must come.
const PATIENCE: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_millis(50);

/// A server in this process.
struct Running {
    address: SocketAddr,
    shutdown: Shutdown,
    server: Option<JoinHandle<()>>,
}

impl Running {
    fn start(health: Health, settings: Settings) -> Self {
        const ROUTES: Routes = routes![blocked];
        // Free a moment ago, and taken again at once.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let server = Server::new(ROUTES).settings(settings).port(address.port()).health(health);
        let shutdown = server.shutdown_handle();
        let server = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(server.ignore_command_line().run()).unwrap();
        });
        let running = Self { address, shutdown, server: Some(server) };
        until(|| TcpStream::connect(address).is_ok());
        running
    }

    /// The status and the report of a probe; `None` where nothing is answered in a second.
    fn probe(&self, target: &str) -> Option<(u16, Value)> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
        write!(stream, "GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        let (_, report) = answer.split_once("\r\n\r\n")?;
        Some((status, serde_json::from_str(report).ok()?))
    }

    fn status(&self, target: &str) -> Option<u16> {
        self.probe(target).map(|(status, _)| status)
    }

    /// Waits until a probe is answered with a report of this status for which `holds`.
    #[track_caller]
    fn until(&self, target: &str, status: u16, holds: impl Fn(&Value) -> bool) {
        until(|| self.probe(target).is_some_and(|(found, report)| found == status && holds(&report)));
    }

    #[track_caller]
    fn end(mut self) {
        self.shutdown.request();
        self.server.take().unwrap().join().unwrap();
    }
}

#[track_caller]
fn until(mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "it did not come in time");
        thread::sleep(Duration::from_millis(10));
    }
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.workers = 2;
    settings
}

/// What the handler below waits for, which blocks its worker.
static RELEASE: Mutex<Option<Receiver<()>>> = Mutex::new(None);

#[get("/blocked")]
async fn blocked() {
    let held = RELEASE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(held) = held {
        let _ = held.recv();
    }
}

fn reason<'a>(report: &'a Value, check: &str) -> &'a str {
    let finding = report.get("checks").and_then(|checks| checks.get(check));
    finding.and_then(|finding| finding.get("reason")?.as_str()).unwrap_or_default()
}

#[test]
fn ready_fails_before_the_listener_closes_and_live_does_not() {
    let mut settings = settings();
    settings.shutdown_delay = Duration::from_secs(2);
    let running = Running::start(Health::new(), settings);
    assert_eq!(running.status("/health/ready"), Some(200));
    running.shutdown.request();
    let (status, report) = running.probe("/health/ready").unwrap();
    assert_eq!((status, reason(&report, "server:shutdown")), (503, "shutting down"));
    assert_eq!(running.status("/health/live"), Some(200));
    assert!(!running.shutdown.is_draining(), "the listener is open, so that all of this was answered");
    until(|| TcpStream::connect(running.address).is_err());
    assert!(running.shutdown.is_draining());
    running.end();
}

#[test]
fn live_stays_while_a_drain_waits_for_its_last_request() {
    let running = Running::start(Health::new(), settings());
    // Kept open, and used once the accept loops have ended.
    let mut kept = TcpStream::connect(running.address).unwrap();
    kept.set_read_timeout(Some(PATIENCE)).unwrap();
    kept.write_all(b"GET /health/live HTTP/1.1\r\nhost: a\r\n").unwrap();
    running.shutdown.request();
    until(|| TcpStream::connect(running.address).is_err());
    kept.write_all(b"\r\n").unwrap();
    let mut answer = String::new();
    kept.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("connection: close"), "{answer}");
    running.end();
}

#[test]
fn a_check_that_hangs_is_told_at_its_timeout_and_holds_up_no_probe() {
    let (release, held): (Sender<()>, _) = mpsc::channel();
    let held = Mutex::new(held);
    let health = Health::new()
        .timeout(SOON)
        .interval(SOON)
        .check("waits", async |_: &()| pending().await)
        .check("passes", async |_| Ok(()));
    let running = Running::start(health, settings());
    running.until("/health/ready", 503, |report| {
        reason(report, "waits") == "timed out" && report["checks"]["passes"]["status"] == "pass"
    });
    running.end();

    // This one blocks the thread of the checks, and cannot be ended.
    let health = Health::new().timeout(SOON).interval(SOON).check("passes", async |_: &()| Ok(()));
    let health = health.check("blocks", async move |_| {
        tokio::task::yield_now().await;
        let _ = held.lock().unwrap_or_else(PoisonError::into_inner).recv();
        Ok(())
    });
    let running = Running::start(health, settings());
    running.until("/health/ready", 503, |report| {
        reason(report, "blocks") == "timed out" && reason(report, "passes").starts_with("held up")
    });
    assert_eq!(running.status("/health/live"), Some(200));
    drop(release);
    running.until("/health/ready", 200, |_| true);
    running.end();
}

#[test]
fn live_fails_while_a_worker_stands_still() {
    for runtime in [Runtime::PerCore, Runtime::Shared] {
        let mut settings = settings();
        settings.runtime = runtime;
        let running = Running::start(Health::new().stuck_after(Duration::from_millis(500)), settings);
        assert_eq!(running.status("/health/live"), Some(200));
        let (release, held) = mpsc::channel();
        *RELEASE.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
        let mut stuck = TcpStream::connect(running.address).unwrap();
        stuck.write_all(b"GET /blocked HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
        // Probes that the blocked worker should answer are not answered; the other worker tells.
        running.until("/health/live", 503, |report| {
            let workers = ["server:worker-0", "server:worker-1"];
            workers.iter().any(|name| reason(report, name).starts_with("has not moved for"))
        });
        drop(release);
        running.until("/health/live", 200, |_| true);
        running.end();
    }
}
