//! What is asked of the servers with layers: each layer is given something to do.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use contract::Order;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::options::Options;
use crate::scenario::{BROWSER, order};

/// One request of the scenario; nothing where there is none of this name.
pub(crate) fn request(scenario: &str, options: &Options) -> Option<Vec<u8>> {
    let get = |path: &str, fields: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n").into_bytes()
    };
    Some(match scenario {
        "origin" => get("/plaintext", "Origin: https://app.example.org\r\n"),
        "service" => get("/plaintext", &format!("Origin: https://app.example.org\r\n{BROWSER}")),
        "gzip-small" => get("/plaintext", "Accept-Encoding: gzip\r\n"),
        "gzip-orders" => get("/orders", "Accept-Encoding: gzip\r\n"),
        "orders" => get("/orders", ""),
        "basic" => get("/plaintext", "Authorization: Basic YWRhOjE4MTU=\r\n"),
        "bearer" => get("/plaintext", "Authorization: Bearer 0123456789abcdef\r\n"),
        "kept" => {
            // The first answer is made, and says so: those that are counted are kept ones.
            or_exit(ask(options.address, "/kept"));
            get("/kept", "")
        }
        "redirect" => get("/plaintext", ""),
        "session-new" => get("/session/new", ""),
        "session" => {
            let cookie = or_exit(cookie(options.address));
            get("/session", &format!("Cookie: {cookie}\r\n"))
        }
        "form" => post("Sec-Fetch-Site: same-origin\r\n", &order()),
        "inflate" => post("Content-Encoding: gzip\r\n", &gzip(&order())),
        _ => return None,
    })
}

/// The content of `/orders`.
pub(crate) fn orders() -> Vec<u8> {
    serde_json::to_vec(&Order::examples()).expect("plain values")
}

/// The length of the content that a head tells; nothing where it comes in chunks.
pub(crate) fn len(head: &[u8]) -> Option<usize> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
}

fn post(fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{fields}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).and_then(|()| encoder.finish()).expect("memory takes it")
}

/// Begins a session; gives the cookie to send.
fn cookie(address: SocketAddr) -> io::Result<String> {
    let answer = ask(address, "/session/new")?;
    let is_set = |line: &&str| line.to_ascii_lowercase().starts_with("set-cookie: ");
    let cookie =
        answer.lines().find(is_set).and_then(|line| line.get("set-cookie: ".len()..)?.split(';').next());
    cookie.map(str::to_owned).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no cookie was set"))
}

/// Asks once, before anything is counted.
fn ask(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn or_exit<T>(asked: io::Result<T>) -> T {
    asked.unwrap_or_else(|error| {
        eprintln!("driver: {error}");
        std::process::exit(1);
    })
}
