//! Sockets that another program leaves to the server (`LISTEN_FDS`), and what is said where they are of no use.

use std::net::{Ipv6Addr, TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::Command;

use fingerpost_tests::{App, StartError};

use super::programs::program;

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// The server does not start on `socket`, and says each of `parts`.
#[track_caller]
fn check_refused(socket: impl Into<OwnedFd>, settings: &[(&str, &str)], parts: &[&str]) {
    match App::activate(&program("probe"), socket, settings) {
        Err(StartError::NoAddress { status: Some(status), log }) => {
            assert!(!status.success(), "{status}: {log}");
            for part in parts {
                assert!(log.contains(part), "no {part:?} in:\n{log}");
            }
        }
        Err(error) => panic!("{error}"),
        Ok(app) => panic!("it serves: {}", app.log()),
    }
}

#[test]
fn serves_on_a_socket_that_is_left_to_it() {
    for runtime in ["per-core", "shared"] {
        let held = listener();
        let settings = [("SERVER_RUNTIME", runtime), ("SERVER_WORKERS", "3"), ("SERVER_PORT", "1")];
        let app = App::activate(&program("probe"), held.try_clone().unwrap(), &settings).unwrap();
        assert_eq!(app.address(), held.local_addr().unwrap(), "{runtime}");
        for _ in 0..20 {
            assert_eq!(app.get("/").send().unwrap().status(), 200, "{runtime}");
        }
        app.terminate().unwrap();
        let (status, log) = app.wait().unwrap();
        assert!(status.success(), "{runtime}: {log}");
    }
}

#[test]
fn serves_on_each_of_several() {
    let (first, second) = (listener(), TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).unwrap());
    let addresses = [first.local_addr().unwrap(), second.local_addr().unwrap()];
    let app = App::activate_both(&program("probe"), (first, second), &[]).unwrap();
    assert_eq!(app.address(), addresses[0]);
    for address in addresses {
        assert_eq!(app.get("/").at(address).send().unwrap().status(), 200, "{address}");
    }
    app.terminate().unwrap();
    let (_, log) = app.wait().unwrap();
    for address in addresses {
        assert!(log.contains(&format!("http://{address}")), "{log}");
    }
}

#[test]
fn leaves_what_comes_during_its_end_to_the_next() {
    let held = listener();
    let start = || App::activate(&program("probe"), held.try_clone().unwrap(), &[]).unwrap();
    let first = start();
    let call = first.get("/");
    first.terminate().unwrap();
    first.wait().unwrap();
    // Nobody serves now, and nobody is refused.
    let waiting = std::thread::spawn(move || call.send().unwrap().status());
    let _second = start();
    assert_eq!(waiting.join().unwrap(), 200);
}

#[test]
fn passes_it_on_to_no_child() {
    let app = App::activate(&program("probe"), listener(), &[]).unwrap();
    let info = std::fs::read_to_string(format!("/proc/{}/fdinfo/3", app.id())).unwrap();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap();
    // O_CLOEXEC, in octal.
    assert!(i64::from_str_radix(flags.trim(), 8).unwrap() & 0o2_000_000 != 0, "{info}");
}

#[test]
fn takes_nothing_that_is_left_to_another() {
    // The shell that sets it is another process than the server.
    let mut command = Command::new("sh");
    command.args(["-c", "LISTEN_FDS=1 LISTEN_PID=1 exec \"$0\""]).arg(program("probe"));
    let app = App::launch(command, &[]).unwrap();
    assert_eq!(app.get("/").send().unwrap().status(), 200);
}

#[test]
fn says_what_it_was_left_instead() {
    let folder = std::env::temp_dir().join(format!("inherit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let unix = UnixDatagram::bind(folder.join("socket")).unwrap();
    let found = |what| format!("descriptor 3: expected a listening TCP or Unix socket, found {what}");
    check_refused(unix, &[], &["LISTEN_FDS", &found("a Unix socket of datagrams")]);
    std::fs::remove_dir_all(&folder).unwrap();
    check_refused(UdpSocket::bind("127.0.0.1:0").unwrap(), &[], &[&found("a UDP socket")]);
    check_refused(std::fs::File::open("/dev/null").unwrap(), &[], &[&found("no socket")]);
}
