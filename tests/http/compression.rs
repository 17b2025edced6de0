//! Content codings on the socket: decoded by curl, by Python and by hand, streams as they come, and bodies made to swell.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use fingerpost_tests::{Answer, App};
use flate2::write::{GzEncoder, ZlibEncoder};
use flate2::{Compression as Level, Decompress, FlushDecompress};
use server::layers::{Compression, Decompression};
use server::{Body, BodyError, ETag, Event, Routes, Server, Sse, StaticFiles, get, post, routes};
use tokio::sync::Semaphore;

const MISSING: &str = "is missing: `cargo xtask test` installs it";
static GATE: Semaphore = Semaphore::const_new(0);

#[get("/poem")]
async fn poem() -> (ETag, String) {
    (ETag::strong("v1"), "festina lente\n".repeat(200))
}

/// Each event but the first waits for the gate.
#[get("/events")]
async fn events() -> Sse {
    Sse::stream(|mut events| async move {
        for number in 1..=3 {
            events.send(Event::data(number.to_string())).await?;
            if let Ok(permit) = GATE.acquire().await {
                permit.forget();
            }
        }
        events.finish().await
    })
}

#[post("/release")]
async fn release() -> &'static str {
    GATE.add_permits(1);
    "released"
}

/// So many MiB of one letter, in chunks of 1 MiB.
#[get("/endless/:mib")]
async fn endless(mib: usize) -> ([(&'static str, &'static str); 1], Body) {
    let body = Body::stream(move |mut out| async move {
        for _ in 0..mib {
            out.send(vec![b'a'; 1 << 20]).await?;
        }
        out.finish().await
    });
    ([("content-type", "text/plain")], body)
}

#[post("/echo", body_limit = "1MiB")]
async fn echo(content: String) -> String {
    content
}

#[post("/count", body_limit = "1GiB")]
async fn count(mut body: Body) -> Result<String, BodyError> {
    let mut len = 0;
    while let Some(chunk) = body.chunk().await {
        len += chunk?.len();
    }
    Ok(len.to_string())
}

const ROUTES: Routes = routes![poem, events, release, endless, echo, count];

/// Set in the process that serves, to the folder of its files.
const SERVES: &str = "FINGERPOST_TEST_COMPRESSION";

/// The server, in a process of its own: the tests below run this one again.
#[test]
fn serves_what_the_others_ask_for() {
    let Some(folder) = std::env::var_os(SERVES) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::new(ROUTES).with(Compression::new()).with(Decompression::new());
    let server = server.mount("/files", StaticFiles::new(folder));
    runtime.block_on(server.ignore_command_line().run()).unwrap();
}

/// A server, and the folder of its files.
struct Site {
    app: App,
    folder: tempfile::TempDir,
}

impl Site {
    #[track_caller]
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("page.html"), page()).unwrap();
        fs::write(folder.path().join("app.js"), "let a = 1;\n".repeat(1000)).unwrap();
        fs::write(folder.path().join("app.js.gz"), gzip(&"let a = 1;\n".repeat(1000).into_bytes())).unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "compression::serves_what_the_others_ask_for", "--nocapture"]);
        command.env(SERVES, folder.path());
        Self { app: App::launch(command, &[]).unwrap(), folder }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.app.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Sends these lines, which end a request line of `method`, and reads the one answer.
    #[track_caller]
    fn ask(&self, method: &str, target: &str, fields: &[&str], body: &[u8]) -> Answer {
        let mut request = format!("{method} {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n");
        for field in fields {
            request += field;
            request += "\r\n";
        }
        let mut stream = self.connect();
        stream.write_all(&[request.as_bytes(), b"\r\n", body].concat()).unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        Answer::parse_all(&received, method).unwrap().remove(0)
    }

    #[track_caller]
    fn send(&self, target: &str, coding: &str, body: &[u8]) -> Answer {
        let (coding, len) =
            (format!("content-encoding: {coding}"), format!("content-length: {}", body.len()));
        self.ask("POST", target, &["content-type: text/plain", &coding, &len], body)
    }

    fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.app.address())
    }
}

/// More than a worker compresses at once.
fn page() -> Vec<u8> {
    let lines =
        (0..8000_u64).map(|line| format!("<p>{line} is {}</p>\n", line.wrapping_mul(0x9e37_79b9) % 1000));
    lines.collect::<String>().into_bytes()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Level::new(6));
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn curl_reads_every_coding() {
    let site = Site::start();
    for coding in
        ["gzip", "deflate", "br", "zstd", "deflate, gzip, br, zstd", "gzip;q=0, br;q=0.5", "identity"]
    {
        for (target, expected) in
            [("/files/page.html", page()), ("/poem", "festina lente\n".repeat(200).into_bytes())]
        {
            let accepted = format!("accept-encoding: {coding}");
            let output = Command::new("curl")
                .args(["--silent", "--show-error", "--max-time", "30", "--compressed", "-H", &accepted])
                .arg(site.url(target))
                .output()
                .unwrap_or_else(|error| panic!("curl {MISSING}: {error}"));
            assert!(output.status.success(), "{coding}: {}", String::from_utf8_lossy(&output.stderr));
            assert!(output.stdout == expected, "{coding} {target}: {} bytes", output.stdout.len());
        }
    }
}

#[test]
fn python_reads_gzip_and_zlib() {
    let site = Site::start();
    for (coding, module) in [("gzip", "gzip"), ("deflate", "zlib")] {
        let answer = site.ask("GET", "/files/page.html", &[&format!("accept-encoding: {coding}")], b"");
        assert_eq!(answer.field("content-encoding"), Some(coding));
        assert_eq!(
            (answer.field("transfer-encoding"), answer.field("content-length")),
            (Some("chunked"), None)
        );
        let code = format!(
            "import sys, {module}; sys.stdout.buffer.write({module}.decompress(sys.stdin.buffer.read()))"
        );
        let mut python = Command::new("python3")
            .args(["-c", &code])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("python3 {MISSING}: {error}"));
        // It reads all before it writes.
        python.stdin.take().unwrap().write_all(answer.body()).unwrap();
        let output = python.wait_with_output().unwrap();
        assert!(output.status.success() && output.stdout == page(), "{coding}");
    }
}

#[test]
fn events_arrive_at_once() {
    let site = Site::start();
    for coding in ["gzip", "br", "zstd"] {
        let mut curl = Command::new("curl")
            .args(["--silent", "--no-buffer", "--max-time", "60", "--compressed", "-H"])
            .arg(format!("accept-encoding: {coding}"))
            .arg(site.url("/events"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("curl {MISSING}: {error}"));
        let mut lines = BufReader::new(curl.stdout.take().unwrap()).lines().map(Result::unwrap);
        for number in 1..=3 {
            // The server sends nothing more before it is released.
            assert_eq!(lines.next(), Some(format!("data: {number}")), "{coding}");
            assert_eq!(lines.next(), Some(String::new()), "{coding}");
            assert_eq!(site.ask("POST", "/release", &["content-length: 0"], b"").text(), "released");
        }
        assert_eq!(lines.next(), None);
        assert!(curl.wait().unwrap().success());
    }
}

#[test]
fn files_have_the_tag_and_the_parts_of_what_is_sent() {
    let site = Site::start();
    let gzip = "accept-encoding: gzip";
    // Long ago, so that its tag is a strong one.
    let past = std::time::SystemTime::now() - Duration::from_secs(3600);
    for name in ["page.html", "app.js", "app.js.gz"] {
        let file = fs::File::options().write(true).open(site.folder.path().join(name)).unwrap();
        file.set_modified(past).unwrap();
    }
    let plain = site.ask("GET", "/files/page.html", &[], b"");
    let strong = plain.field("etag").unwrap().to_owned();
    assert!(strong.starts_with('"') && plain.body() == page(), "{strong}");
    assert_eq!((plain.field("accept-ranges"), plain.field("vary")), (Some("bytes"), Some("accept-encoding")));

    for method in ["GET", "HEAD"] {
        let coded = site.ask(method, "/files/page.html", &[gzip], b"");
        assert_eq!(coded.field("etag"), Some(format!("W/{strong}").as_str()));
        assert_eq!((coded.field("content-encoding"), coded.field("accept-ranges")), (Some("gzip"), None));
        for tag in [format!("W/{strong}"), strong.clone()] {
            let condition = format!("if-none-match: {tag}");
            let answer = site.ask(method, "/files/page.html", &[gzip, &condition], b"");
            assert_eq!((answer.status(), answer.field("etag")), (304, coded.field("etag")));
            assert_eq!((answer.field("content-encoding"), answer.body()), (None, b"".as_slice()));
        }
    }

    let part =
        site.ask("GET", "/files/page.html", &[gzip, "range: bytes=1-8", &format!("if-range: {strong}")], b"");
    assert_eq!((part.status(), part.field("content-encoding"), part.body()), (206, None, &page()[1..9]));
    let whole = site.ask(
        "GET",
        "/files/page.html",
        &[gzip, "range: bytes=1-8", &format!("if-range: W/{strong}")],
        b"",
    );
    assert_eq!((whole.status(), whole.body()), (200, page().as_slice()));

    // What lies there compressed is sent as it lies there, with a tag and parts of its own.
    let sibling = site.ask("GET", "/files/app.js", &[gzip], b"");
    let stored = fs::read(site.folder.path().join("app.js.gz")).unwrap();
    assert_eq!((sibling.field("content-encoding"), sibling.body()), (Some("gzip"), stored.as_slice()));
    assert!(sibling.field("etag").unwrap().ends_with("-gzip\""), "{sibling:?}");
    let part = site.ask("GET", "/files/app.js", &[gzip, "range: bytes=0-1"], b"");
    assert_eq!((part.status(), part.body()), (206, [0x1f, 0x8b].as_slice()));
}

/// The most memory that a process has had so far, in KiB.
#[cfg(target_os = "linux")]
fn peak(app: &App) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", app.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_long_stream_needs_no_more_memory_than_a_short_one() {
    let site = Site::start();
    let read = |mib: usize| {
        let answer = site.ask("GET", &format!("/endless/{mib}"), &["accept-encoding: gzip"], b"");
        let (mut inflate, mut len) = (Decompress::new_gzip(15), 0);
        loop {
            let taken = usize::try_from(inflate.total_in()).unwrap();
            let mut output = Vec::with_capacity(1 << 20);
            inflate.decompress_vec(&answer.body()[taken..], &mut output, FlushDecompress::None).unwrap();
            len += output.len();
            if output.is_empty() {
                break;
            }
        }
        assert_eq!(len, mib << 20);
        peak(&site.app)
    };
    let (short, long) = (read(4), read(64));
    assert!(long < short + 16 * 1024, "{short} KiB for 4 MiB, {long} KiB for 64 MiB");
}

#[test]
fn a_body_of_a_thousand_times_its_size_is_refused_and_the_next_request_is_answered() {
    let site = Site::start();
    let zeros = vec![0; 32 << 20];
    let bomb = gzip(&zeros);
    assert!(bomb.len() * 1000 < zeros.len(), "{}", bomb.len());
    let mut zlib = ZlibEncoder::new(Vec::new(), Level::new(6));
    zlib.write_all(&zeros).unwrap();
    let rows = [
        ("/echo", "gzip", bomb.clone(), 413, "times as large as what was sent"),
        ("/count", "gzip", bomb.clone(), 413, "times as large as what was sent"),
        ("/count", "deflate", zlib.finish().unwrap(), 413, "times as large as what was sent"),
        ("/count", "gzip, gzip", gzip(&bomb), 413, "times as large as what was sent"),
        ("/echo", "gzip", gzip(b"festina lente"), 200, "festina lente"),
        ("/echo", "gzip", bomb[..bomb.len() / 2].to_vec(), 413, ""),
        ("/echo", "gzip", gzip(b"festina lente")[..20].to_vec(), 400, "it ends too early"),
        ("/echo", "gzip", b"festina lente".to_vec(), 400, "cannot be decoded"),
        ("/echo", "compress", b"festina lente".to_vec(), 415, "zstd, br, gzip, deflate"),
    ];
    for (target, coding, body, status, text) in rows {
        let answer = site.send(target, coding, &body);
        assert_eq!(answer.status(), status, "{coding}: {}", answer.text());
        assert!(answer.text().contains(text), "{coding}: {}", answer.text());
        let known = (status == 415).then_some("zstd, br, gzip, deflate");
        assert_eq!(answer.field("accept-encoding"), known);
    }
}

#[test]
fn a_chunked_body_cut_anywhere_is_decoded() {
    let site = Site::start();
    let content = page();
    let coded = gzip(&content);
    for cut in [1000, 17] {
        let mut body = Vec::new();
        for chunk in coded.chunks(cut) {
            body.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            body.extend_from_slice(chunk);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"0\r\n\r\n");
        let fields = ["content-type: text/plain", "content-encoding: gzip", "transfer-encoding: chunked"];
        let answer = site.ask("POST", "/echo", &fields, &body);
        assert!(answer.status() == 200 && answer.body() == content, "{cut}: {}", answer.status());
    }
}
