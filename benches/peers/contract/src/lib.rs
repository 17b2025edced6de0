//! What each server answers, in whatever framework: the same routes, the same bytes of content.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /plaintext` | [`PLAINTEXT`], `text/plain` |
//! | `GET /json` | a [`Message`] as JSON, serialised for each request |
//! | `GET /users/{id}` | `user {id}`, where the id is a `u64` |
//! | `POST /echo` | the [`Order`] that was sent as JSON: parsed, and serialised again |
//! | `GET /download` | [`DOWNLOAD_BYTES`] bytes of [`download`] |
//! | `POST /upload` | how many bytes were sent, read as they come |
//!
//! Ours answers `GET /middleware/{1,4}` besides: [`PLAINTEXT`], through as many middlewares that do nothing.
//!
//! Ours and nginx answer `GET /files/{small,large}` with the files of the folder [`files`]: [`SMALL_FILE_BYTES`] and
//! [`LARGE_FILE_BYTES`] bytes of `x`, last changed at [`FILE_TIME`].
//!
//! The servers with layers answer `GET /orders` with [`Order::examples`] as JSON, serialised for each request.
//!
//! Those of `transport/` have `GET /plaintext` in HTTP/1.1 and HTTP/2, and `GET /socket`: a WebSocket that sends each
//! message back. They speak TLS where `CERTIFICATE` and `KEY` name files.
//!
//! A server listens on 127.0.0.1 at `PORT`, with `WORKERS` threads.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The content of `GET /plaintext`.
pub const PLAINTEXT: &str = "Hello, World!";

/// How long `GET /download` is.
pub const DOWNLOAD_BYTES: usize = 1024 * 1024;

/// The content of `GET /download`.
pub static DOWNLOAD: [u8; DOWNLOAD_BYTES] = [b'x'; DOWNLOAD_BYTES];

/// How long the content is that `POST /upload` is sent.
pub const UPLOAD_BYTES: usize = 1024 * 1024;

/// How long `GET /files/small` is.
pub const SMALL_FILE_BYTES: usize = 1024;

/// How long `GET /files/large` is.
pub const LARGE_FILE_BYTES: usize = 100 * 1024 * 1024;

/// When the files were changed last.
pub const FILE_TIME: &str = "Thu, 01 Jan 2026 00:00:00 GMT";

/// The content of `GET /json`.
#[derive(Debug, Serialize)]
pub struct Message {
    /// [`PLAINTEXT`].
    pub message: &'static str,
}

impl Message {
    /// The one that is answered.
    pub const HELLO: Self = Self { message: PLAINTEXT };
}

/// What `POST /echo` takes and gives: about 1 KiB as JSON.
#[derive(Debug, Deserialize, Serialize)]
pub struct Order {
    pub id: u64,
    pub customer: Customer,
    pub lines: Vec<Line>,
    pub note: Option<String>,
    pub paid: bool,
    pub total: f64,
}

/// Who ordered.
#[derive(Debug, Deserialize, Serialize)]
pub struct Customer {
    pub name: String,
    pub email: String,
    pub city: String,
    pub tags: Vec<String>,
}

/// What was ordered.
#[derive(Debug, Deserialize, Serialize)]
pub struct Line {
    pub article: String,
    pub text: String,
    pub count: u32,
    pub price: f64,
}

impl Order {
    /// An order whose JSON is 1,024 bytes long.
    pub fn example() -> Self {
        let line = |n: u32| Line {
            article: format!("A-{:05}", 1_000 + n),
            text: format!("Article number {n}, as the catalogue has it"),
            count: n + 1,
            price: 19.5 + f64::from(n),
        };
        Self {
            id: 4_711,
            customer: Customer {
                name: "Ada Lovelace".to_owned(),
                email: "ada@example.com".to_owned(),
                city: "London".to_owned(),
                tags: vec!["early".to_owned(), "engine".to_owned()],
            },
            lines: (0..7).map(line).collect(),
            note: Some("x".repeat(122)),
            paid: true,
            total: 546.0,
        }
    }

    /// Eight of them: about 8 KiB as JSON.
    pub fn examples() -> Vec<Self> {
        (0..8).map(|n| Self { id: 4_711 + n, ..Self::example() }).collect()
    }
}

/// Where to listen.
pub fn address() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, number("PORT", 8080)).into()
}

/// The folder of files to serve, where there is one.
pub fn files() -> Option<PathBuf> {
    std::env::var_os("FILES").map(PathBuf::from)
}

/// The files of the certificate and its key, where TLS is to be spoken.
pub fn certificate() -> Option<(PathBuf, PathBuf)> {
    let path = |name| std::env::var_os(name).map(PathBuf::from);
    path("CERTIFICATE").zip(path("KEY"))
}

/// How many threads serve.
pub fn workers() -> usize {
    number("WORKERS", 1).into()
}

fn number(name: &str, default: u16) -> u16 {
    std::env::var(name)
        .map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}
