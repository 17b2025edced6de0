//! What is asked, and a first look at the answer.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use contract::{
    DOWNLOAD, FILE_TIME, LARGE_FILE_BYTES, Message, Order, PLAINTEXT, SMALL_FILE_BYTES, UPLOAD_BYTES,
};

use crate::layers;
use crate::options::Options;
use crate::websocket;

/// How long a first answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a browser says of itself: about 700 bytes.
pub(crate) const BROWSER: &str = "Connection: keep-alive\r\n\
    sec-ch-ua: \"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\", \"Google Chrome\";v=\"140\"\r\n\
    sec-ch-ua-mobile: ?0\r\n\
    sec-ch-ua-platform: \"Linux\"\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n\
    Sec-Fetch-Site: none\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-User: ?1\r\n\
    Sec-Fetch-Dest: document\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n\
    Cookie: session=0123456789abcdef; theme=dark\r\n";

/// One request of the scenario.
pub(crate) fn request(options: &Options) -> Vec<u8> {
    let get = |path: &str, fields: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n").into_bytes()
    };
    let post = |path: &str, content_type: &str, body: &[u8]| {
        let len = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: {len}\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    };
    if let Some(len) = websocket::message_len(&options.scenario) {
        return websocket::message(len);
    }
    match options.scenario.as_str() {
        "plaintext" => get("/plaintext", ""),
        "browser" => get("/plaintext", BROWSER),
        "close" => get("/plaintext", "Connection: close\r\n"),
        "json" => get("/json", ""),
        "parameter" => get("/users/42", ""),
        "download" => get("/download", ""),
        "file-small" => get("/files/small", ""),
        "file-large" => get("/files/large", ""),
        "file-range" => get("/files/large", "Range: bytes=1000000-1001023\r\n"),
        "file-unchanged" => get("/files/small", &format!("If-Modified-Since: {FILE_TIME}\r\n")),
        "middleware1" => get("/middleware/1", ""),
        "middleware4" => get("/middleware/4", ""),
        "echo" => post("/echo", "application/json", &order()),
        "upload" => post("/upload", "application/octet-stream", &vec![b'x'; UPLOAD_BYTES]),
        other => layers::request(other, options).unwrap_or_else(|| {
            eprintln!("driver: there is no scenario `{other}`");
            std::process::exit(2);
        }),
    }
}

pub(crate) fn order() -> Vec<u8> {
    serde_json::to_vec(&Order::example()).expect("plain values")
}

/// The content that answers it; nothing where that differs from server to server.
fn content(options: &Options) -> Option<Vec<u8>> {
    Some(match options.scenario.as_str() {
        "json" => serde_json::to_vec(&Message::HELLO).expect("plain values"),
        "parameter" => b"user 42".to_vec(),
        "download" => DOWNLOAD.to_vec(),
        "echo" => order(),
        "upload" => UPLOAD_BYTES.to_string().into_bytes(),
        "file-small" | "file-range" => vec![b'x'; SMALL_FILE_BYTES],
        "file-large" => vec![b'x'; LARGE_FILE_BYTES],
        "file-unchanged" | "redirect" => Vec::new(),
        "form" | "inflate" => order(),
        "orders" => layers::orders(),
        "gzip-orders" => return None,
        _ => PLAINTEXT.as_bytes().to_vec(),
    })
}

/// What the answer begins with.
fn status_line(options: &Options) -> &'static [u8] {
    match options.scenario.as_str() {
        "file-range" => b"HTTP/1.1 206",
        "file-unchanged" => b"HTTP/1.1 304",
        "redirect" => b"HTTP/1.1 308",
        _ => b"HTTP/1.1 200",
    }
}

/// Asks once; gives how many bytes the answer has, when it is the right one.
pub(crate) fn check(options: &Options) -> io::Result<usize> {
    let mut stream = TcpStream::connect(options.address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    if let Some(len) = websocket::message_len(&options.scenario) {
        websocket::open(&mut stream)?;
        return websocket::check(&mut stream, len);
    }
    stream.write_all(&request(options))?;
    let (begin, expected) = (status_line(options), content(options));
    let mut answer = Vec::new();
    let mut scratch = vec![0; 64 * 1024];
    loop {
        let len = stream.read(&mut scratch).map_err(|error| late(error, "no whole answer within 10 s"))?;
        answer.extend_from_slice(scratch.get(..len).unwrap_or_default());
        if answer.len() >= 12 && !answer.starts_with(begin) {
            return Err(wrong(&answer));
        }
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n").map(|at| at + 4);
        if let Some(head) = head
            && is_whole(&answer, head, expected.as_deref())
        {
            let mut is_right = answer.starts_with(begin);
            is_right &= expected.as_deref().is_none_or(|expected| answer.get(head..) == Some(expected));
            if options.closes {
                let end = stream.read(&mut scratch);
                is_right &= end.map_err(|error| late(error, "the connection stays open for 10 s"))? == 0;
            }
            return if is_right { Ok(answer.len()) } else { Err(wrong(&answer)) };
        }
        if len == 0 {
            return Err(wrong(&answer));
        }
    }
}

/// Whether an answer has come to its end, which is told by its head where no content is expected.
fn is_whole(answer: &[u8], head: usize, expected: Option<&[u8]>) -> bool {
    let Some(content) = answer.get(head..) else { return false };
    match expected {
        Some(expected) => content.len() >= expected.len(),
        None => layers::len(answer.get(..head).unwrap_or_default())
            .map_or_else(|| content.ends_with(b"0\r\n\r\n"), |len| content.len() >= len),
    }
}

/// Says of an error that it is the time that is over, where it is.
fn late(error: io::Error, text: &str) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => io::Error::new(io::ErrorKind::TimedOut, text),
        _ => error,
    }
}

fn wrong(answer: &[u8]) -> io::Error {
    // The status line says it all where it is not the one that is wanted; the rest has the date, and differs each time.
    let shown = match answer.iter().position(|byte| *byte == b'\r') {
        Some(end) if !answer.starts_with(b"HTTP/1.1 200") => answer.get(..end),
        Some(_) | None => answer.get(..100),
    };
    let begin = String::from_utf8_lossy(shown.unwrap_or(answer)).into_owned();
    io::Error::new(io::ErrorKind::InvalidData, format!("the wrong answer: {begin:?}"))
}
