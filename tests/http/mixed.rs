//! Drains of everything at once: connections that are kept, requests in work, event streams and WebSockets.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use fingerpost_tests::App;

use super::programs::start_with;

const OPENING: &str = "GET /socket HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n";

/// Of each kind.
const EACH: usize = 4;

/// Sends bytes on a connection of their own.
fn send(app: &App, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    stream
}

fn several(app: &App, bytes: &str) -> Vec<TcpStream> {
    (0..EACH).map(|_| send(app, bytes)).collect()
}

/// Reads up to and with `end`.
fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).unwrap()
}

/// All that comes until the server closes.
fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// One drain, of which nothing may be lost.
fn drain(runtime: &str) {
    let app = start_with("probe", &[("SERVER_RUNTIME", runtime)]);
    let mut kept = several(&app, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    kept.iter_mut().for_each(|stream| assert!(read_until(stream, "probe\n").starts_with("HTTP/1.1 200 ")));
    let (mut events, mut sockets) =
        (several(&app, "GET /events HTTP/1.1\r\nhost: a\r\n\r\n"), several(&app, OPENING));
    for stream in &mut events {
        assert!(read_until(stream, "data: 0\nid: 0\n\n\r\n").contains("text/event-stream"));
    }
    sockets.iter_mut().for_each(|stream| assert!(read_until(stream, "\r\n\r\n").contains(" 101 ")));
    let slow = several(&app, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    app.terminate().unwrap();
    for (index, mut stream) in sockets.into_iter().enumerate() {
        let mut told = [0; 4];
        stream.read_exact(&mut told).unwrap();
        assert_eq!(told, *b"\x88\x02\x03\xe9");
        // Half of the clients answer as they should, the others close at once.
        if index % 2 == 0 {
            stream.write_all(&[0x88, 0x80, 0, 0, 0, 0]).unwrap();
            assert_eq!(rest(stream), "");
        }
    }
    for stream in events {
        let rest = rest(stream);
        assert!(rest.contains("\r\nretry: ") && rest.ends_with("\n\n\r\n0\r\n\r\n"), "{rest}");
    }
    for stream in slow {
        assert!(rest(stream).ends_with("slow\n"));
    }
    for mut stream in kept {
        // A reset would be a loss to a client that has just asked again.
        let end = stream.read(&mut [0; 16]).map_err(|error| error.kind());
        assert!(end == Ok(0) || end == Err(ErrorKind::ConnectionAborted), "{end:?}");
    }
    let (status, log) = app.wait().unwrap();
    assert!(status.success(), "{runtime}: {status}\n{log}");
    let last = log.lines().last().unwrap();
    assert!(last.contains("every request was answered, nothing was cut"), "{runtime}: {log}");
    assert!(last.contains(&format!("answered={}", 3 * EACH)), "{runtime}: {log}");
}

#[test]
fn twenty_drains_lose_nothing() {
    for round in 0..20 {
        drain(["per-core", "shared"][round % 2]);
    }
}
