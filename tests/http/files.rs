//! Files run out (EMFILE): the server goes on with the connections it has, and takes new ones as soon as it can.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use super::programs::{start, start_with};

/// The most files that the server may have; a handful of them it has from its start.
const FILES: usize = 64;

#[test]
fn survives_running_out_of_files() {
    // The limit falls while it runs: its own cap on connections was set by the limit before.
    let app = start("probe");
    let limit = format!("--nofile={FILES}:{FILES}");
    let pid = app.id().to_string();
    assert!(Command::new("prlimit").args(["--pid", &pid, &limit]).status().unwrap().success());
    let mut held: Vec<_> = (0..2 * FILES).map(|_| TcpStream::connect(app.address()).unwrap()).collect();
    sleep(Duration::from_millis(500));
    assert!(app.log().contains("cannot be accepted"), "accept never failed: {}", app.log());
    // One that was accepted before is served all the same.
    held[0].write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    held[0].read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    drop(held);
    assert_eq!(app.get("/slow").send().unwrap().status(), 200);
}

#[test]
fn leaves_what_is_beyond_its_cap_to_the_backlog() {
    let app = start_with("probe", &[("SERVER_MAX_CONNECTIONS", "8"), ("SERVER_WORKERS", "2")]);
    let held: Vec<_> = (0..40).map(|_| TcpStream::connect(app.address()).unwrap()).collect();
    sleep(Duration::from_millis(200));
    drop(held);
    assert_eq!(app.get("/slow").send().unwrap().status(), 200);
}
