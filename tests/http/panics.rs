//! Panics, as a client sees them on its socket: the connection lives where its framing allows, and is cut where an
//! answer broke off half-way.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use fingerpost_tests::App;
use server::{
    AccessLog, Body, Bytes, Exchange, FromRequest, IntoResponse, Next, Observer, Problem, Request,
    RequestFacts, Response, Routes, Server, get, middleware, post, routes,
};

const ROUTES: Routes = routes![index, handler, reads, extractor, around, blocks, stream, sized];

#[get("/")]
async fn index() -> &'static str {
    "index"
}

#[post("/handler")]
async fn handler() {
    panic!("in the handler")
}

/// Panics when it has read a piece of the body.
#[post("/reads", body_limit = "10MiB")]
async fn reads(mut body: Body) {
    let _ = body.chunk().await;
    panic!("in the middle of the body")
}

struct Panics;

impl<S: Sync> FromRequest<S> for Panics {
    type Rejection = Problem;

    async fn from_request(_: &mut Request, _: &S) -> Result<Self, Problem> {
        panic!("in the extractor")
    }
}

#[post("/extractor")]
async fn extractor(_: Panics) {}

#[middleware]
async fn panics(request: Request, next: Next<'_>) -> Response {
    drop(next.run(request).await);
    panic!("in the middleware")
}

#[post("/middleware", with = [panics])]
async fn around() {}

#[post("/blocking")]
fn blocks() {
    panic!("in a call that blocks")
}

/// Two chunks, then a panic.
fn half() -> Body {
    Body::stream(|mut out| async move {
        out.send("one").await?;
        out.send("two").await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
        panic!("half-way")
    })
}

#[get("/stream")]
async fn stream() -> Body {
    half()
}

/// Says that it is ten bytes long.
struct Ten(Body);

impl server::BodySource for Ten {
    fn poll_chunk(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Box<dyn std::error::Error + Send + Sync>>>> {
        self.0.poll_chunk(context).map(|chunk| chunk.map(|chunk| chunk.map_err(Into::into)))
    }

    fn remaining_len(&self) -> Option<u64> {
        Some(10)
    }
}

#[get("/sized")]
async fn sized() -> Body {
    Body::from_source(Ten(half()))
}

/// Panics where the client asks for it.
fn render(problem: &Problem, request: &RequestFacts) -> Response {
    assert!(request.header("x-renderer").is_none(), "in the renderer");
    problem.clone().into_response()
}

struct Watcher;

impl Observer for Watcher {
    fn ended(&self, exchange: &Exchange) {
        assert!(exchange.request().header("x-observer").is_none(), "in the observer");
    }
}

/// Set in the process that serves.
const SERVES: &str = "FINGERPOST_TEST_PANICS";

/// The server, in a process of its own: the test below runs itself again.
#[test]
fn serves_what_the_others_ask_for() {
    if std::env::var_os(SERVES).is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::new(ROUTES).render_problems(render).observe(Watcher).access_log(AccessLog::Events);
    runtime.block_on(server.ignore_command_line().run()).unwrap();
}

#[track_caller]
fn start() -> App {
    start_with(&[])
}

#[track_caller]
fn start_with(settings: &[(&str, &str)]) -> App {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "panics::serves_what_the_others_ask_for", "--nocapture"]).env(SERVES, "1");
    App::launch(command, settings).unwrap()
}

fn connect(app: &App) -> TcpStream {
    let stream = TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Reads one whole answer, by its Content-Length, and leaves what follows it unread.
#[track_caller]
fn answer(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    let mut byte = [0];
    while !received.ends_with(b"\r\n\r\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&received));
        received.push(byte[0]);
    }
    let head = String::from_utf8(received).unwrap();
    let (_, len) = head.split_once("content-length: ").unwrap();
    let mut body = vec![0; len.split("\r\n").next().unwrap().parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    head + &String::from_utf8(body).unwrap()
}

/// Everything until the server closes, and the error it ends with, where it does.
fn rest(stream: &mut TcpStream) -> (String, Option<ErrorKind>) {
    let mut received = Vec::new();
    let end = stream.read_to_end(&mut received);
    (String::from_utf8(received).unwrap(), end.err().map(|error| error.kind()))
}

/// The id in an answer, which stands in its header section and in its body.
#[track_caller]
fn id(answer: &str) -> &str {
    let (_, id) = answer.split_once("x-request-id: ").unwrap();
    let id = id.get(..36).unwrap();
    assert!(answer.contains(&format!("\"request_id\":\"{id}\"")), "{answer}");
    id
}

/// Waits for the server to log a line with all of `parts`.
#[track_caller]
fn logged(app: &App, parts: &[&str]) {
    for _ in 0..200 {
        if app.log().lines().any(|line| parts.iter().all(|part| line.contains(part))) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no line with {parts:?} in:\n{}", app.log());
}

#[test]
fn a_panic_before_the_answer_is_a_500_and_the_connection_lives() {
    let app = start();
    for target in ["/handler", "/reads", "/extractor", "/middleware", "/blocking"] {
        let mut stream = connect(&app);
        for body in ["", "small", &"x".repeat(100_000)] {
            let len = body.len();
            write!(stream, "POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: {len}\r\n\r\n{body}")
                .unwrap();
            let failed = answer(&mut stream);
            assert!(failed.starts_with("HTTP/1.1 500 "), "{target}, {len}: {failed}");
            assert!(!failed.contains("connection: close"), "{target}, {len}: {failed}");
            assert!(!failed.contains("in the"), "{target}, {len}: told what panicked: {failed}");
            logged(&app, &[" ERROR ", "panicked", id(&failed)]);
            logged(&app, &[" access ", id(&failed), "status=500", "ended=done"]);
        }
        write!(stream, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        assert!(answer(&mut stream).ends_with("index"), "{target}");
    }
}

#[test]
fn a_panic_with_much_of_the_body_unread_is_a_500_and_the_connection_closes() {
    let app = start();
    for target in ["/handler", "/reads", "/extractor", "/middleware", "/blocking"] {
        let mut stream = connect(&app);
        let len = 2_000_000;
        write!(stream, "POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: {len}\r\n\r\n").unwrap();
        // It goes on sending while it is answered: not even then is the answer lost.
        let mut sender = stream.try_clone().unwrap();
        let sent = std::thread::spawn(move || {
            let _ = sender.write_all(&vec![b'x'; len]);
        });
        let (received, error) = rest(&mut stream);
        sent.join().unwrap();
        assert!(received.starts_with("HTTP/1.1 500 "), "{target}: {received}");
        assert!(received.contains("connection: close") && error.is_none(), "{target}: {error:?} {received}");
        assert_eq!(received.matches("HTTP/1.1").count(), 1, "{target}: {received}");
        logged(&app, &[" access ", id(&received), "status=500"]);
    }
}

#[test]
fn a_stream_that_panics_half_way_is_cut_so_that_the_client_can_tell() {
    let app = start();
    let ask = |request: &str| {
        let mut stream = connect(&app);
        stream.write_all(request.as_bytes()).unwrap();
        rest(&mut stream)
    };
    // Chunked: the last chunk is missing.
    let (received, _) = ask("GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(received.ends_with("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n"), "{received}");
    // Sized: fewer bytes than announced.
    let (received, _) = ask("GET /sized HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(
        received.contains("content-length: 10\r\n") && received.ends_with("\r\n\r\nonetwo"),
        "{received}"
    );
    // To the connection's end: closing would look like it, so it is reset.
    let (received, error) = ask("GET /stream HTTP/1.0\r\nHost: a\r\n\r\n");
    assert_eq!(error, Some(ErrorKind::ConnectionReset), "{received}");
    logged(&app, &[" ERROR a response's body panicked", "half-way"]);
    logged(&app, &[" access ", "request_target=/stream", "ended=broken-off"]);
}

#[test]
fn a_renderer_or_an_observer_that_panics_loses_nothing() {
    let app = start();
    let mut stream = connect(&app);
    for _ in 0..3 {
        write!(stream, "GET /missing HTTP/1.1\r\nHost: a\r\nX-Renderer: 1\r\nX-Observer: 1\r\n\r\n").unwrap();
        let failed = answer(&mut stream);
        assert!(failed.starts_with("HTTP/1.1 404 "), "{failed}");
        logged(&app, &[" ERROR ", "renderer of problems panicked", id(&failed)]);
        logged(&app, &[" ERROR an observer panicked", id(&failed)]);
        logged(&app, &[" access ", id(&failed), "status=404"]);
    }
    write!(stream, "nonsense\r\nX-Renderer: 1\r\n\r\n").unwrap();
    let (received, error) = rest(&mut stream);
    assert!(received.starts_with("HTTP/1.1 400 ") && error.is_none(), "{error:?} {received}");
    logged(&app, &[" access ", id(&received), "status=400", "ended=invalid-method"]);
}

#[test]
fn what_the_shutdown_cuts_is_in_the_log() {
    let app = start_with(&[("SERVER_SHUTDOWN_TIMEOUT", "100ms"), ("SERVER_WORKERS", "1")]);
    let mut stream = connect(&app);
    write!(stream, "POST /reads HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n").unwrap();
    let mut head = connect(&app);
    write!(head, "GET /cut HTTP/1.1\r\nHo").unwrap();
    // The one worker has read both when it has answered what came later, twice.
    for _ in 0..2 {
        assert_eq!(app.get("/").send().unwrap().text(), "index");
    }
    app.terminate().unwrap();
    let (_, log) = app.wait().unwrap();
    for target in ["/reads", "/cut"] {
        let mut lines = log.lines().filter(|line| line.contains(&format!("request_target={target} ")));
        let line = lines.next().unwrap_or_else(|| panic!("no line for {target} in:\n{log}"));
        assert!(line.contains(" ended=cut"), "{line}");
        assert_eq!(lines.next(), None, "told twice:\n{log}");
    }
}
