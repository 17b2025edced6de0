//! WebSockets of a running program, over sockets of the system: a client of another's making, raw bytes, and SIGTERM.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use fingerpost_tests::App;
use futures_util::{SinkExt, StreamExt};
use tokio::runtime::Builder;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::programs::start_with;

const RUNTIMES: [&str; 2] = ["per-core", "shared"];

const OPENING: &str = "GET /socket HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n";

/// "Hello", masked, and a Close without a code (RFC 6455 §5.7).
const HELLO: &[u8] = &[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
const CLOSE: &[u8] = &[0x88, 0x80, 0, 0, 0, 0];

/// Sends bytes on a connection of their own.
fn send(app: &App, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// Reads the head of a 101.
fn switched(stream: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", head.escape_ascii());
}

fn read(stream: &mut TcpStream, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// All that comes until the server closes.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

async fn open(app: &App) -> WebSocketStream<tokio::net::TcpStream> {
    let stream = tokio::net::TcpStream::connect(app.address()).await.unwrap();
    client_async("ws://localhost/socket", stream).await.unwrap().0
}

#[test]
fn a_client_of_anothers_making_gets_its_messages_back() {
    let app = start_with("probe", &[]);
    Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut socket = open(&app).await;
        for len in [0, 125, 126, 65_536, 8 * 1024 * 1024] {
            let message = Message::binary(vec![7; len]);
            socket.send(message.clone()).await.unwrap();
            assert!(socket.next().await.unwrap().unwrap() == message, "{len}");
        }
        socket.close(None).await.unwrap();
        assert!(socket.next().await.unwrap().unwrap().is_close());
        assert!(socket.next().await.is_none());
    });
}

#[test]
fn bytes_behind_the_opening_request_are_its_first_frames() {
    let app = start_with("probe", &[]);
    let mut stream = send(&app, &[OPENING.as_bytes(), HELLO, CLOSE].concat());
    switched(&mut stream);
    assert_eq!(rest(stream), b"\x81\x05Hello\x88\x00");
}

#[test]
fn a_panic_closes_with_1011_and_the_rest_is_served_on() {
    let app = start_with("probe", &[]);
    Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let (mut panics, mut other) = (open(&app).await, open(&app).await);
        panics.send(Message::text("panic")).await.unwrap();
        let Some(Ok(Message::Close(Some(frame)))) = panics.next().await else { panic!("expected a Close") };
        assert_eq!(frame.code, CloseCode::Error);
        other.send(Message::text("x")).await.unwrap();
        assert_eq!(other.next().await.unwrap().unwrap(), Message::text("x"));
    });
    app.log_with("a handler panicked");
}

#[test]
fn a_drain_tells_each_and_waits_for_its_answer() {
    for runtime in RUNTIMES {
        let app = start_with("probe", &[("SERVER_RUNTIME", runtime)]);
        let mut streams: Vec<_> = (0..20).map(|_| send(&app, OPENING.as_bytes())).collect();
        streams.iter_mut().for_each(switched);
        app.terminate().unwrap();
        for stream in &mut streams {
            assert_eq!(read(stream, 4), b"\x88\x02\x03\xe9", "{runtime}");
            stream.write_all(CLOSE).unwrap();
        }
        for stream in streams {
            assert_eq!(rest(stream), b"", "{runtime}");
        }
        let (status, log) = app.wait().unwrap();
        assert!(status.success(), "{runtime}: {status}\n{log}");
        assert!(log.contains("connections=20 requests=20"), "{runtime}: {log}");
        assert!(log.lines().last().unwrap().contains("nothing was cut"), "{runtime}: {log}");
    }
}

#[test]
fn a_drain_cuts_what_does_not_answer_and_says_so() {
    for runtime in RUNTIMES {
        let settings = [("SERVER_RUNTIME", runtime), ("SERVER_SHUTDOWN_TIMEOUT", "300ms")];
        let app = start_with("probe", &settings);
        let mut stream = send(&app, OPENING.as_bytes());
        switched(&mut stream);
        app.terminate().unwrap();
        assert_eq!(read(&mut stream, 4), b"\x88\x02\x03\xe9", "{runtime}");
        let (_, log) = app.wait().unwrap();
        let last = log.lines().last().unwrap();
        for part in ["shutdown_timeout", "requests=1", "routes=\"/socket (1)\""] {
            assert!(last.contains(part), "{runtime}: no {part} in {log}");
        }
    }
}
