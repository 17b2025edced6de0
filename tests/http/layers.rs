//! The middleware in the box, as clients see it on their sockets: bytes that no HTTP library would send, and clients
//! that leave.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use fingerpost_tests::{Answer, App};
use server::layers::{
    ConcurrencyLimit, Cors, Csrf, NormalPath, Quota, RateLimit, RequireBearer, SecurityHeaders,
};
use server::{Routes, Server, get, post, put, routes};
use tokio::sync::Semaphore;

const CORS: Cors = Cors::new().origins(&["https://app.example.org"]).credentials();
const TOKENS: RequireBearer = RequireBearer::tokens(&["1815"]);
static ONE_AT_A_TIME: ConcurrencyLimit =
    ConcurrencyLimit::new(1).queue(1).longest_wait(Duration::from_secs(60));
static SELDOM: RateLimit = RateLimit::by_client(&[Quota::new("hour", 3, Duration::from_secs(3600))]);
static GATE: Semaphore = Semaphore::const_new(0);

const ROUTES: Routes = routes![
    "/api" with [CORS, TOKENS] => [store],
    transfer, hold, release, seldom,
];

#[put("/notes/:id")]
async fn store(id: u64, note: String) -> String {
    format!("{id} is {note}")
}

#[post("/transfer")]
async fn transfer(note: String) -> String {
    note
}

#[get("/hold", with = [ONE_AT_A_TIME])]
async fn hold() -> &'static str {
    if let Ok(permit) = GATE.acquire().await {
        permit.forget();
    }
    "held"
}

#[post("/release")]
async fn release() -> &'static str {
    GATE.add_permits(1);
    "released"
}

#[get("/seldom", with = [SELDOM])]
async fn seldom() -> &'static str {
    "seldom"
}

/// Set in the process that serves.
const SERVES: &str = "FINGERPOST_TEST_LAYERS";

/// The server, in a process of its own: the tests below run this one again.
#[test]
fn serves_what_the_others_ask_for() {
    if std::env::var_os(SERVES).is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::new(ROUTES).with(SecurityHeaders::new()).with(NormalPath).with(Csrf::new());
    runtime.block_on(server.ignore_command_line().run()).unwrap();
}

#[track_caller]
fn start() -> App {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "layers::serves_what_the_others_ask_for", "--nocapture"]).env(SERVES, "1");
    App::launch(command, &[]).unwrap()
}

fn connect(app: &App) -> TcpStream {
    let stream = TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends these bytes, and reads all answers until the server closes.
#[track_caller]
fn ask(app: &App, bytes: impl AsRef<[u8]>) -> Vec<Answer> {
    let mut stream = connect(app);
    stream.write_all(bytes.as_ref()).unwrap();
    read(stream)
}

#[track_caller]
fn read(mut stream: TcpStream) -> Vec<Answer> {
    let mut received = Vec::new();
    stream.read_to_end(&mut received).unwrap();
    Answer::parse_all(&received, "GET").unwrap()
}

#[test]
fn a_preflight_passes_the_gate_and_what_only_looks_like_one_does_not() {
    let app = start();
    let preflight = |origins: &[u8]| {
        let mut bytes = b"OPTIONS /api/notes/7 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n".to_vec();
        bytes.extend_from_slice(origins);
        bytes.extend_from_slice(b"ACCESS-CONTROL-REQUEST-METHOD:PUT\r\n\r\n");
        ask(&app, bytes).remove(0)
    };
    let answer = preflight(b"oRiGiN:\thttps://app.example.org \r\n");
    assert_eq!(
        (answer.status(), answer.field("access-control-allow-origin")),
        (204, Some("https://app.example.org"))
    );
    assert_eq!(answer.field("access-control-allow-methods"), Some("PUT"));
    assert_eq!(answer.field("content-length"), None, "{answer:?}");
    let refused: [&[u8]; 4] = [
        b"origin: null\r\n",
        b"origin: https://app.example.org\r\norigin: https://app.example.org\r\n",
        b"origin: https://app.example.org, https://app.example.org\r\n",
        b"origin: https://app.example.org.evil.example\r\n",
    ];
    for origins in refused {
        let answer = preflight(origins);
        let allowed = answer.field("access-control-allow-origin");
        assert_eq!((answer.status(), allowed), (403, None), "{:?}", String::from_utf8_lossy(origins));
    }
    // Bytes that are no text are no origin, and so this is no preflight.
    let answer = preflight(b"origin: https://\xff.example.org\r\n");
    assert_eq!((answer.status(), answer.field("allow")), (204, Some("PUT, OPTIONS")));
    assert_eq!(answer.field("access-control-allow-origin"), None);
}

#[test]
fn a_refused_request_leaves_the_connection_in_step() {
    let app = start();
    let bytes = "OPTIONS /api/notes/7 HTTP/1.1\r\nhost: a\r\norigin: https://app.example.org\r\n\
                 access-control-request-method: PUT\r\ncontent-length: 3\r\n\r\nabc\
                 PUT /api/notes/7 HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\ndef\
                 POST /transfer HTTP/1.1\r\nhost: a\r\norigin: https://evil.example\r\ncontent-length: 27\r\n\r\n\
                 GET /hold HTTP/1.1\r\nhost: a\
                 PUT /api/notes/7 HTTP/1.1\r\nhost: a\r\nauthorization: Bearer 1815\r\nconnection: close\r\n\
                 content-length: 3\r\n\r\ntea";
    let statuses: Vec<_> = ask(&app, bytes).iter().map(Answer::status).collect();
    assert_eq!(statuses, [204, 401, 403, 200]);
}

#[test]
fn no_redirect_leads_to_another_host() {
    let app = start();
    let rows = [
        ("//evil.example", "/evil.example"),
        ("///evil.example/%2e%2e//a?b=//c", "/a?b=//c"),
        ("http://a//evil.example", "/evil.example"),
        ("/.//evil.example/", "/evil.example/"),
        ("/a/..//evil.example", "/evil.example"),
    ];
    for (target, location) in rows {
        let bytes = format!("GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let answer = ask(&app, bytes).remove(0);
        assert_eq!((answer.status(), answer.field("location")), (308, Some(location)), "{target}");
        assert_eq!(answer.field("x-content-type-options"), Some("nosniff"), "{target}");
    }
}

#[test]
fn a_client_that_leaves_the_queue_makes_room_for_the_next() {
    let app = start();
    let hold = |app: &App| {
        let mut stream = connect(app);
        stream.write_all(b"GET /hold HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
        stream
    };
    let refused = || {
        let mut stream = hold(&app);
        stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let mut byte = [0];
        // Whoever is not answered at once is in the queue.
        stream.read(&mut byte).map_err(|_| stream)
    };
    let first = hold(&app);
    // One of the next is in the queue, whichever was faster; what comes then finds it full.
    let second = until("the queue has room", || refused().err());
    until("the queue is full", || refused().ok());
    // Who closes within a second of asking may only have said all that he has to say, and is answered.
    std::thread::sleep(Duration::from_millis(1500));
    drop(second);
    let third = until("the place in the queue is free again", || refused().err());
    for _ in 0..2 {
        let bytes = "POST /release HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(ask(&app, bytes).remove(0).text(), "released");
    }
    for mut stream in [first, third] {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.flush().unwrap();
        assert_eq!(read(stream).remove(0).text(), "held");
    }
}

/// Tries until it is so.
#[track_caller]
fn until<T>(what: &str, attempt: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) {
        if let Some(found) = attempt() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("in 30 s it was not so that {what}");
}

#[test]
fn one_address_has_one_bucket_over_all_its_connections() {
    let app = start();
    let bytes = "GET /seldom HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answers: Vec<_> = (0..5).map(|_| ask(&app, bytes).remove(0)).collect();
    assert_eq!(answers.iter().map(Answer::status).collect::<Vec<_>>(), [200, 200, 200, 429, 429]);
    let last = answers.last().unwrap();
    assert_eq!(last.field("ratelimit-policy"), Some("\"hour\";q=3;w=3600"));
    assert!(
        last.field("retry-after").is_some_and(|seconds| seconds.parse::<u64>().unwrap() <= 1200),
        "{last:?}"
    );
}
