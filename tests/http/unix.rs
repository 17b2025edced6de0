//! Unix sockets, and several listeners at once: made, served, drained and removed.

use std::fs;
use std::io::{Read, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Stdio};

use fingerpost_tests::{App, forget_settings};

use super::programs::{program, start_with};

/// Sends a GET and gives all that is answered.
#[track_caller]
fn ask(mut stream: UnixStream, target: &str, fields: &str) -> String {
    write!(stream, "GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[track_caller]
fn ask_at(path: &Path, target: &str) -> String {
    ask(UnixStream::connect(path).unwrap(), target, "")
}

#[test]
fn serves_at_each_of_several_and_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let name = format!("fingerpost-test-{}", std::process::id());
    for runtime in ["per-core", "shared"] {
        let listen = format!("127.0.0.1:0, [::1]:0, unix:{}, unix:@{name}", path.display());
        let settings = [("SERVER_LISTEN", &*listen), ("SERVER_RUNTIME", runtime), ("SERVER_WORKERS", "2")];
        let app = start_with("probe", &settings);
        assert_eq!(app.get("/").send().unwrap().status(), 200);
        for _ in 0..10 {
            assert!(ask_at(&path, "/").starts_with("HTTP/1.1 200 OK\r\n"));
        }
        let abstract_addr = SocketAddr::from_abstract_name(&name).unwrap();
        let said = ask(UnixStream::connect_addr(&abstract_addr).unwrap(), "/origin", "");
        assert!(said.ends_with("nowhere http://a\n"), "{said}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        app.terminate().unwrap();
        let (status, log) = app.wait().unwrap();
        assert!(status.success(), "{log}");
        for part in ["http://127.0.0.1:", "http://[::1]:", &format!("unix:{}", path.display()), "unix:@"] {
            assert!(log.contains(part), "no {part:?} in:\n{log}");
        }
        assert!(!path.exists(), "the socket is removed");
    }
}

#[test]
fn a_drain_covers_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let listen = format!("127.0.0.1:0, unix:{}", path.display());
    let app = start_with("probe", &[("SERVER_LISTEN", &listen), ("SERVER_UNIX_MODE", "600")]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut begun = UnixStream::connect(&path).unwrap();
    begun.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let idle = UnixStream::connect(&path).unwrap();
    let call = app.get("/slow");
    let tcp = std::thread::spawn(move || call.send().unwrap().status());
    // Until both are answered for, the rest of the test is not begun.
    std::thread::sleep(std::time::Duration::from_millis(150));
    app.terminate().unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("slow\n"), "{answer}");
    assert_eq!(tcp.join().unwrap(), 200);
    drop(idle);
    let (status, log) = app.wait().unwrap();
    assert!(status.success() && log.contains("every request was answered"), "{log}");
    assert!(!path.exists());
}

#[test]
fn one_of_a_program_that_was_killed_is_replaced_and_one_in_use_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let listen = format!("127.0.0.1:0, unix:{}", path.display());
    let first = start_with("probe", &[("SERVER_LISTEN", &listen)]);
    let mut command = Command::new(program("probe"));
    forget_settings(&mut command);
    let output = command.env("SERVER_LISTEN", &listen).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("another program listens there"), "{said}");
    assert!(ask_at(&path, "/").starts_with("HTTP/1.1 200"));
    // Killed, it removes nothing.
    drop(first);
    assert!(path.exists());
    let _second = start_with("probe", &[("SERVER_LISTEN", &listen)]);
    assert!(ask_at(&path, "/").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_proxy_at_a_unix_socket_is_trusted_where_a_setting_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let listen = format!("127.0.0.1:0, unix:{}", path.display());
    let settings = [("SERVER_LISTEN", &*listen), ("SERVER_TRUSTED_PROXIES", "unix")];
    let app = start_with("probe", &settings);
    let fields = "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n";
    let said = ask(UnixStream::connect(&path).unwrap(), "/origin", fields);
    assert!(said.ends_with("203.0.113.7:0 https://a\n"), "{said}");
    let said = app.get("/origin").field("X-Forwarded-For", "203.0.113.7").send().unwrap().text();
    assert!(said.starts_with("127.0.0.1:"), "{said}");
}

#[test]
fn serves_on_one_that_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let (tcp, unix) =
        (std::net::TcpListener::bind("127.0.0.1:0").unwrap(), UnixListener::bind(&path).unwrap());
    let app = App::activate_both(&program("probe"), (tcp, unix), &[]).unwrap();
    assert!(ask_at(&path, "/").starts_with("HTTP/1.1 200 OK\r\n"));
    app.terminate().unwrap();
    let (status, log) = app.wait().unwrap();
    assert!(status.success() && log.contains("unix:"), "{log}");
    assert!(path.exists(), "it is its maker's to remove");
}

#[test]
fn a_port_beside_a_list_of_addresses_is_refused() {
    let mut command = Command::new(program("probe"));
    forget_settings(&mut command);
    let command = command.args(["--listen", "127.0.0.1:0", "--port", "3000"]).env("PORT", "80");
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`--port` (command line) = 3000 is not looked at beside `--listen`"), "{said}");
}
