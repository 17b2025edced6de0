//! What a server tells whoever started it (`NOTIFY_SOCKET`): ready, alive, reading again, stopping.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::programs::start_with;

/// A supervisor's socket, in a folder that is removed with it.
struct Socket {
    socket: UnixDatagram,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Socket {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        Self { socket, path, _folder: folder }
    }

    /// The next message, where one comes in time.
    fn next(&self, patience: Duration) -> Option<String> {
        self.socket.set_read_timeout(Some(patience)).unwrap();
        let mut message = [0; 1024];
        let len = self.socket.recv(&mut message).ok()?;
        Some(String::from_utf8(message.get(..len)?.to_vec()).unwrap())
    }
}

const LONG: Duration = Duration::from_secs(20);

#[test]
fn a_supervisor_is_told_that_it_serves_and_that_it_stops() {
    let socket = Socket::new();
    let settings = [("NOTIFY_SOCKET", socket.path.to_str().unwrap()), ("SERVER_SHUTDOWN_TIMEOUT", "5s")];
    let app = start_with("probe", &settings);
    let ready = socket.next(LONG).unwrap();
    assert_eq!(ready, format!("READY=1\nSTATUS=serving at {}", app.address()));
    assert_eq!(app.get("/").send().unwrap().status(), 200);
    app.terminate().unwrap();
    let stopping = socket.next(LONG).unwrap();
    assert!(stopping.starts_with("STOPPING=1\nEXTEND_TIMEOUT_USEC=6000000\nSTATUS=draining, "), "{stopping}");
    assert!(app.wait().unwrap().0.success());
    assert_eq!(socket.next(Duration::from_millis(1)), None);
}

/// What `/proc/uptime` says, in microseconds.
fn uptime() -> u64 {
    let text = std::fs::read_to_string("/proc/uptime").unwrap();
    // Two digits of it are behind the point.
    text.split(' ').next().unwrap().replace('.', "").parse::<u64>().unwrap() * 10_000
}

#[test]
fn a_hangup_is_told_of_when_it_begins_and_when_all_is_read_again() {
    let socket = Socket::new();
    let (app, reloads) = (
        start_with("tls", &[("NOTIFY_SOCKET", socket.path.to_str().unwrap()), ("SERVER_TLS_DEV", "true")]),
        3,
    );
    let ready = socket.next(LONG).unwrap();
    assert!(ready.starts_with("READY=1\nSTATUS=serving at "), "{ready}");
    for reload in 1..=reloads {
        let before = uptime();
        let sent = Command::new("sh").args(["-c", &format!("kill -HUP {}", app.id())]).status();
        assert!(sent.unwrap().success());
        let reloading = socket.next(LONG).unwrap();
        let since = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
        let since: u64 = since.strip_suffix("\nSTATUS=reading files again").unwrap().parse().unwrap();
        // A supervisor takes nothing for an answer that was given before it asked.
        assert!(since >= before, "{since} {before}");
        assert_eq!(socket.next(LONG).as_ref(), Some(&ready));
        app.log_with_times("certificates were read again, and are shown", reload);
    }
}

#[test]
fn a_hangup_ends_who_has_nothing_to_read_and_nobody_to_tell() {
    for settings in [&[][..], &[("NOTIFY_SOCKET", "@nobody-listens-here")]] {
        let app = start_with("probe", settings);
        let sent = Command::new("sh").args(["-c", &format!("kill -HUP {}", app.id())]).status();
        assert!(sent.unwrap().success());
        if settings.is_empty() {
            assert!(!app.wait().unwrap().0.success());
        } else {
            assert_eq!(app.get("/").send().unwrap().status(), 200);
        }
    }
}

#[test]
fn signs_of_life_end_where_a_worker_stands_still() {
    let socket = Socket::new();
    let settings = [
        ("NOTIFY_SOCKET", socket.path.to_str().unwrap()),
        ("WATCHDOG_USEC", "1000000"),
        ("SERVER_WORKERS", "1"),
    ];
    let app = start_with("probe", &settings);
    assert!(socket.next(LONG).unwrap().starts_with("READY=1\n"));
    for _ in 0..3 {
        assert_eq!(socket.next(LONG).as_deref(), Some("WATCHDOG=1"));
    }
    let call = app.get("/stuck");
    let stuck = std::thread::spawn(move || call.send().unwrap().status());
    // It holds its worker for 6 s. Signs of a moment before may still come.
    let deadline = Instant::now() + LONG;
    while socket.next(Duration::from_secs(2)).is_some() {
        assert!(Instant::now() < deadline, "signs of life are given by a worker that stands still");
    }
    app.log_with("no sign of life is given, as these do not move stuck=worker-0");
    assert_eq!(stuck.join().unwrap(), 200);
    assert_eq!(socket.next(LONG).as_deref(), Some("WATCHDOG=1"), "it moves again");
}
