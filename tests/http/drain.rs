//! SIGTERM: what was begun is answered, the end comes in time, and the last line says what was cut.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use fingerpost_tests::App;

use super::programs::start_with;

const RUNTIMES: [&str; 2] = ["per-core", "shared"];

/// Sends bytes on a connection of their own, and leaves it open.
fn send(app: &App, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    stream
}

/// All that comes until the server closes.
fn rest(mut stream: TcpStream) -> String {
    let mut received = Vec::new();
    // A connection that is cut may end with a reset.
    let _ = stream.read_to_end(&mut received);
    String::from_utf8(received).unwrap()
}

#[test]
fn answers_what_was_begun_and_closes_what_is_idle() {
    for runtime in RUNTIMES {
        let app = start_with("probe", &[("SERVER_RUNTIME", runtime)]);
        let idle = send(&app, "");
        let mut kept = send(&app, "GET /no-content HTTP/1.1\r\nhost: a\r\n\r\n");
        assert!(kept.read(&mut [0; 1024]).unwrap() > 0);
        let slow: Vec<_> = (0..20).map(|_| send(&app, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n")).collect();
        sleep(Duration::from_millis(100));
        app.terminate().unwrap();
        for stream in slow {
            let answer = rest(stream);
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{runtime}: {answer}");
            assert!(
                answer.contains("connection: close\r\n") && answer.ends_with("slow\n"),
                "{runtime}: {answer}"
            );
        }
        assert_eq!((rest(idle).as_str(), rest(kept).as_str()), ("", ""), "{runtime}");
        let (status, log) = app.wait().unwrap();
        assert!(status.success(), "{runtime}: {status}\n{log}");
        assert!(log.lines().last().unwrap().contains("nothing was cut"), "{runtime}: {log}");
    }
}

#[test]
fn cuts_what_is_left_at_the_deadline_and_says_so() {
    for runtime in RUNTIMES {
        let settings = [("SERVER_RUNTIME", runtime), ("SERVER_SHUTDOWN_TIMEOUT", "100ms")];
        let app = start_with("probe", &settings);
        let slow = send(&app, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");
        sleep(Duration::from_millis(50));
        app.terminate().unwrap();
        assert_eq!(rest(slow), "", "{runtime}");
        let (_, log) = app.wait().unwrap();
        let last = log.lines().last().unwrap();
        for part in ["shutdown_timeout", "cut", "requests=1 handling=1", "routes=\"/slow (1)\"", "answered=0"]
        {
            assert!(last.contains(part), "{runtime}: no {part} in {log}");
        }
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let app = start_with("probe", &[("SERVER_SHUTDOWN_TIMEOUT", "60s")]);
    // A client that never reads its 32 MiB holds the drain up.
    let _stuck = send(&app, "GET /large HTTP/1.1\r\nhost: a\r\n\r\n");
    sleep(Duration::from_millis(200));
    app.terminate().unwrap();
    sleep(Duration::from_millis(300));
    let start = Instant::now();
    app.terminate().unwrap();
    let (_, log) = app.wait().unwrap();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}: {log}", start.elapsed());
    assert!(log.lines().last().unwrap().contains("second signal"), "{log}");
}

#[test]
fn a_second_signal_ends_the_delay_as_well() {
    let app = start_with("probe", &[("SERVER_SHUTDOWN_DELAY", "60s")]);
    app.terminate().unwrap();
    sleep(Duration::from_millis(300));
    app.terminate().unwrap();
    let (_, log) = app.wait().unwrap();
    assert!(log.lines().last().unwrap().contains("second signal"), "{log}");
}

#[test]
fn a_handler_ends_the_server_and_its_own_answer_arrives() {
    for runtime in RUNTIMES {
        let app = start_with("probe", &[("SERVER_RUNTIME", runtime)]);
        let slow = send(&app, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");
        let ticks = send(&app, "GET /ticks HTTP/1.1\r\nhost: a\r\n\r\n");
        sleep(Duration::from_millis(100));
        let stop = send(&app, "POST /stop HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
        for (stream, end) in [(stop, "stopping\n"), (slow, "slow\n"), (ticks, "server leaves\n\r\n0\r\n\r\n")]
        {
            let answer = rest(stream);
            assert!(
                answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with(end),
                "{runtime}: {answer}"
            );
        }
        let (status, log) = app.wait().unwrap();
        assert!(status.success(), "{runtime}: {status}\n{log}");
        assert!(log.contains("asked by the application"), "{runtime}: {log}");
        assert!(log.lines().last().unwrap().contains("nothing was cut"), "{runtime}: {log}");
    }
}

#[test]
fn goes_on_serving_for_the_shutdown_delay() {
    let app = start_with("probe", &[("SERVER_SHUTDOWN_DELAY", "1s")]);
    app.terminate().unwrap();
    sleep(Duration::from_millis(200));
    assert_eq!(app.get("/").send().unwrap().status(), 200);
    let (status, _) = app.wait().unwrap();
    assert!(status.success());
}

#[test]
fn answers_what_waits_for_room_when_the_end_comes() {
    for runtime in RUNTIMES {
        let settings =
            [("SERVER_RUNTIME", runtime), ("SERVER_WORKERS", "1"), ("SERVER_MAX_CONNECTIONS", "1")];
        let app = start_with("probe", &settings);
        // One is served, one is accepted and waits for room, one is in the kernel's backlog.
        let waiting: Vec<_> = (0..3).map(|_| send(&app, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n")).collect();
        sleep(Duration::from_millis(100));
        app.terminate().unwrap();
        for stream in waiting {
            let answer = rest(stream);
            assert!(answer.ends_with("slow\n"), "{runtime}: {answer:?}");
        }
        let (_, log) = app.wait().unwrap();
        assert!(log.lines().last().unwrap().contains("nothing was cut"), "{runtime}: {log}");
    }
}

#[test]
fn answers_all_that_was_pipelined() {
    for runtime in RUNTIMES {
        let app = start_with("probe", &[("SERVER_RUNTIME", runtime)]);
        let pipelined = send(&app, &"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n".repeat(3));
        sleep(Duration::from_millis(100));
        app.terminate().unwrap();
        let answers = rest(pipelined);
        assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3, "{runtime}: {answers}");
        assert_eq!(answers.matches("connection: close").count(), 1, "{runtime}: {answers}");
    }
}
