//! Drains of everything at once: connections that are kept, requests in work, event streams and WebSockets, over TCP, Unix
//! sockets and TLS, and the same as streams of HTTP/2.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use fingerpost_tests::App;
use h2::client::SendRequest;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

use super::programs::start_with;
use super::tls::{Folder, connect};

const OPENING: &str = "GET /socket HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n";

/// Of each kind, and each way.
const EACH: usize = 3;

/// A connection, whatever it runs over.
trait Connection: Read + Write {}
impl<T: Read + Write> Connection for T {}

type Stream = Box<dyn Connection>;

/// How clients reach a server.
enum Way<'a> {
    Tcp,
    Unix(&'a Path),
    Tls(&'a Arc<ClientConfig>),
}

impl Way<'_> {
    fn connect(&self, app: &App) -> Stream {
        const PATIENCE: Option<Duration> = Some(Duration::from_secs(20));
        match self {
            Self::Tcp => {
                let stream = TcpStream::connect(app.address()).unwrap();
                stream.set_read_timeout(PATIENCE).unwrap();
                Box::new(stream)
            }
            Self::Unix(path) => {
                let stream = UnixStream::connect(path).unwrap();
                stream.set_read_timeout(PATIENCE).unwrap();
                Box::new(stream)
            }
            // An end that is not announced is an error of it.
            Self::Tls(client) => Box::new(connect(app, client)),
        }
    }

    /// Sends bytes on several connections of their own.
    fn several(&self, app: &App, bytes: &str) -> Vec<Stream> {
        let send = |_| {
            let mut stream = self.connect(app);
            stream.write_all(bytes.as_bytes()).unwrap();
            stream.flush().unwrap();
            stream
        };
        (0..EACH).map(send).collect()
    }
}

/// Reads up to and with `end`.
fn read_until(stream: &mut Stream, end: &str) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).unwrap()
}

/// All that comes until the server closes.
fn rest(mut stream: Stream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// What one way has open when the drain begins.
struct Clients {
    kept: Vec<Stream>,
    events: Vec<Stream>,
    sockets: Vec<Stream>,
    slow: Vec<Stream>,
}

impl Clients {
    fn open(app: &App, way: &Way<'_>) -> Self {
        let mut kept = way.several(app, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
        kept.iter_mut()
            .for_each(|stream| assert!(read_until(stream, "probe\n").starts_with("HTTP/1.1 200 ")));
        let mut events = way.several(app, "GET /events HTTP/1.1\r\nhost: a\r\n\r\n");
        for stream in &mut events {
            assert!(read_until(stream, "data: 0\nid: 0\n\n\r\n").contains("text/event-stream"));
        }
        let mut sockets = way.several(app, OPENING);
        sockets.iter_mut().for_each(|stream| assert!(read_until(stream, "\r\n\r\n").contains(" 101 ")));
        let slow = way.several(app, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");
        Self { kept, events, sockets, slow }
    }

    /// Sees each to an end that loses nothing.
    fn end(self) {
        for (index, mut stream) in self.sockets.into_iter().enumerate() {
            let mut told = [0; 4];
            stream.read_exact(&mut told).unwrap();
            assert_eq!(told, *b"\x88\x02\x03\xe9");
            // Some clients answer as they should, the others close at once.
            if index % 2 == 0 {
                stream.write_all(&[0x88, 0x80, 0, 0, 0, 0]).unwrap();
                stream.flush().unwrap();
                assert_eq!(rest(stream), "");
            }
        }
        for stream in self.events {
            let rest = rest(stream);
            assert!(rest.contains("\r\nretry: ") && rest.ends_with("\n\n\r\n0\r\n\r\n"), "{rest}");
        }
        for stream in self.slow {
            assert!(rest(stream).ends_with("slow\n"));
        }
        for mut stream in self.kept {
            // A reset would be a loss to a client that has just asked again.
            let end = stream.read(&mut [0; 16]).map_err(|error| error.kind());
            assert!(end == Ok(0) || end == Err(ErrorKind::ConnectionAborted), "{end:?}");
        }
    }
}

/// Asks for `path` on a stream of its own; its body, whole.
async fn ask(send: SendRequest<Bytes>, path: &str, begun: Option<&mpsc::Sender<()>>) -> String {
    let request = http::Request::get(format!("http://localhost{path}")).body(()).unwrap();
    let (answer, _) = send.ready().await.unwrap().send_request(request, true).unwrap();
    let mut body = answer.await.unwrap().into_body();
    let mut content = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.unwrap();
        body.flow_control().release_capacity(chunk.len()).unwrap();
        content.extend_from_slice(&chunk);
        if let Some(begun) = begun {
            // Who waits does so for the first one alone.
            let _ = begun.send(());
        }
    }
    String::from_utf8(content).unwrap()
}

/// Streams of one connection of HTTP/2 that a drain finds in work, and what they got.
async fn streams(io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, begun: mpsc::Sender<()>) {
    let (send, connection) = h2::client::handshake(io).await.unwrap();
    let connection = tokio::spawn(connection);
    let slow: Vec<_> = (0..EACH).map(|_| tokio::spawn(ask(send.clone(), "/slow", None))).collect();
    let events = ask(send.clone(), "/events", Some(&begun)).await;
    drop(send);
    assert!(events.contains("data: 0\n") && events.contains("retry: "), "{events}");
    for slow in slow {
        assert_eq!(slow.await.unwrap(), "slow\n");
    }
    connection.await.unwrap().unwrap();
}

/// Opens streams on a thread of its own, and waits until they are in work.
fn multiplexed(app: &App, tls: Option<&Arc<ClientConfig>>) -> JoinHandle<()> {
    let (address, tls) = (app.address(), tls.cloned());
    let (begun, has_begun) = mpsc::channel();
    let thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let stream = tokio::net::TcpStream::connect(address).await.unwrap();
            let Some(tls) = tls else { return streams(stream, begun).await };
            let mut client = ClientConfig::clone(&tls);
            client.alpn_protocols = vec![b"h2".to_vec()];
            let name = ServerName::try_from("localhost").unwrap();
            let stream = TlsConnector::from(Arc::new(client)).connect(name, stream).await.unwrap();
            streams(stream, begun).await;
        });
    });
    has_begun.recv().unwrap();
    thread
}

/// One drain, of which nothing may be lost.
fn drain(runtime: &str, folder: &Folder, is_secure: bool) {
    let unix = folder.path("probe.sock");
    let listen = format!("127.0.0.1:0, unix:{}", unix.display());
    let mut settings = vec![("SERVER_RUNTIME", runtime), ("SERVER_LISTEN", &listen)];
    let (certificate, key, client) = (folder.text("server.pem"), folder.text("server.key"), folder.client());
    let ways = if is_secure {
        settings = vec![
            ("SERVER_RUNTIME", runtime),
            ("SERVER_TLS_CERTIFICATE", &certificate),
            ("SERVER_TLS_KEY", &key),
        ];
        vec![Way::Tls(&client)]
    } else {
        vec![Way::Tcp, Way::Unix(&unix)]
    };
    let app = start_with("probe", &settings);
    let clients: Vec<_> = ways.iter().map(|way| Clients::open(&app, way)).collect();
    let streams = multiplexed(&app, is_secure.then_some(&client));
    thread::sleep(Duration::from_millis(100));
    app.terminate().unwrap();
    clients.into_iter().for_each(Clients::end);
    streams.join().unwrap();
    let (status, log) = app.wait().unwrap();
    assert!(status.success(), "{runtime}: {status}\n{log}");
    let last = log.lines().last().unwrap();
    assert!(last.contains("every request was answered, nothing was cut"), "{runtime}: {log}");
    let answered = ways.len() * 3 * EACH + EACH + 1;
    assert!(last.contains(&format!("answered={answered}")), "{runtime}: {log}");
}

#[test]
fn twenty_drains_lose_nothing() {
    let folder = Folder::new();
    folder.issue("server", "localhost", 2120);
    for round in 0..20 {
        drain(["per-core", "shared"][round % 2], &folder, round % 4 >= 2);
    }
}
