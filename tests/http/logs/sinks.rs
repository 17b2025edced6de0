//! What the lines are written to: one that blocks, one that fails, one that is moved away.

use std::io::Read;
use std::process::Command;

use fingerpost_tests::{App, StartError};

use super::{Logged, until};
use crate::programs::program;

/// Asks for so many orders over one connection, and reads every answer.
#[track_caller]
fn ask(app: &App, count: usize) {
    let close = b"GET /orders/0 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let mut requests = b"GET /orders/0 HTTP/1.1\r\nhost: a\r\n\r\n".repeat(count - 1);
    requests.extend_from_slice(close);
    let answers = super::exchange(app.address(), &requests);
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), count);
}

/// The figure of dropped lines.
fn dropped(app: &App) -> u64 {
    let text = app.get("/metrics").send().unwrap().text();
    let (_, rest) = text.split_once("\nfingerpost_log_lines_dropped_total ").unwrap();
    rest.lines().next().unwrap().parse().unwrap()
}

#[test]
fn a_sink_that_blocks_holds_up_no_request_and_the_dropped_lines_are_counted() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let settings = [("SERVER_ACCESS_LOG_QUEUE", "4KiB"), ("SERVER_LOG", "warn")];
    let app = App::launch_into(Command::new(program("logs")), &settings, writer).unwrap();
    // A pipe takes 64 KiB, the thread as much as the queue, and the queue 4 KiB: nobody reads it.
    for _ in 0..10 {
        ask(&app, 200);
    }
    let dropped = dropped(&app);
    assert!((500..2000).contains(&dropped), "{dropped}");
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text
    });
    // The thread writes again, and has room for a line and for what it has to say.
    until(|| {
        let before = self::dropped(&app);
        ask(&app, 1);
        self::dropped(&app) == before
    });
    app.terminate().unwrap();
    app.wait().unwrap();
    let text = reading.join().unwrap();
    let notices: Vec<_> = text.lines().filter(|line| line.contains("\"dropped\":")).collect();
    let told = notices.iter().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let told: u64 = told.map(|line| line["dropped"].as_u64().unwrap()).sum();
    assert!(told >= dropped, "{told} of {dropped}: {notices:?}");
    let written = text.lines().filter(|line| line.contains("/orders/0")).count() as u64;
    assert!(written + told >= 2001, "{written} written, {told} dropped");
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
}

#[test]
fn a_reader_that_leaves_is_told_of_once_and_survived() {
    let Logged { app, lines } = Logged::start(&[]);
    drop(lines);
    for _ in 0..5 {
        ask(&app, 3);
        let before = dropped(&app);
        until(|| dropped(&app) >= before.max(3));
    }
    until(|| dropped(&app) == 15);
    let log = app.log_with("the access log cannot be written");
    assert_eq!(log.matches("the access log cannot be written").count(), 1, "{log}");
    assert!(log.contains("Broken pipe"), "{log}");
}

#[test]
fn a_full_disk_is_told_of_once_and_survived() {
    let app = App::launch(Command::new(program("logs")), &[("SERVER_ACCESS_LOG_TO", "/dev/full")]);
    let app = app.unwrap();
    ask(&app, 3);
    until(|| dropped(&app) == 3);
    ask(&app, 2);
    until(|| dropped(&app) == 5);
    let log = app.log_with("the access log cannot be written");
    assert_eq!(log.matches("the access log cannot be written").count(), 1, "{log}");
    assert!(log.contains("No space left on device"), "{log}");
}

#[test]
fn a_file_is_appended_to_and_opened_anew_on_a_hangup() {
    let folder = tempfile::tempdir().unwrap();
    let (path, moved) = (folder.path().join("access.log"), folder.path().join("access.log.1"));
    std::fs::write(&path, "before\n").unwrap();
    let settings = [("SERVER_ACCESS_LOG_TO", path.to_str().unwrap()), ("SERVER_ACCESS_LOG", "readable")];
    let app = App::launch(Command::new(program("logs")), &settings).unwrap();
    let lines = |path: &std::path::Path| std::fs::read_to_string(path).map_or(0, |text| text.lines().count());
    ask(&app, 2);
    until(|| lines(&path) == 3);
    std::fs::rename(&path, &moved).unwrap();
    ask(&app, 1);
    until(|| lines(&moved) == 4);
    assert!(Command::new("kill").args(["-HUP", &app.id().to_string()]).status().unwrap().success());
    until(|| path.exists());
    ask(&app, 2);
    until(|| lines(&path) == 2);
    assert_eq!(lines(&moved), 4);
    ask(&app, 50);
    app.terminate().unwrap();
    app.wait().unwrap();
    assert_eq!(lines(&path), 52, "all that was answered is written at the end");
}

#[test]
fn a_file_that_cannot_be_opened_keeps_the_server_from_starting() {
    let settings = [("SERVER_ACCESS_LOG_TO", "/nowhere/access.log")];
    let Err(StartError::NoAddress { status: Some(status), log }) =
        App::launch(Command::new(program("logs")), &settings)
    else {
        panic!("it starts");
    };
    assert!(!status.success() && log.contains("access_log_to: /nowhere/access.log: No such file"), "{log}");
}
