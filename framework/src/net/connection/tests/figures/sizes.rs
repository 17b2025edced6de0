//! Limits that are counted: bytes and fields.

use super::client::{Client, run};
use super::*;

/// A limit at a value, and a request that can be made to have exactly so much of what it bounds.
struct Size {
    setting: &'static str,
    value: &'static str,
    /// What it is shown on.
    of: &'static str,
    /// As much as is allowed.
    most: usize,
    request: fn(usize) -> Vec<u8>,
    /// The status that answers one more; the connection ends with it.
    beyond: u16,
}

const SIZES: &[Size] = &[
    Size {
        setting: "max_request_target",
        value: "8KiB",
        of: "a path",
        most: 8192,
        request: |len| get(&format!("/name/{}", "a".repeat(len - 6))),
        beyond: 414,
    },
    Size {
        setting: "max_request_target",
        value: "100B",
        of: "a path with a query",
        most: 100,
        request: |len| get(&format!("/?{}", "a".repeat(len - 2))),
        beyond: 414,
    },
    Size {
        setting: "max_head",
        value: "16KiB",
        of: "one long field",
        most: 16_384,
        request: |len| head(len, "x: ", "\r\n"),
        beyond: 431,
    },
    Size {
        setting: "max_head",
        value: "9KiB",
        of: "an empty line that it begins with, which is no part of it",
        most: 9_216,
        request: |len| [b"\r\n", head(len, "x: ", "\r\n").as_slice()].concat(),
        beyond: 431,
    },
    Size {
        setting: "max_fields",
        value: "100",
        of: "fields, Host among them",
        most: 100,
        request: |count| fields(count),
        beyond: 431,
    },
    Size {
        setting: "max_fields",
        value: "1",
        of: "fields, Host among them",
        most: 1,
        request: |count| fields(count),
        beyond: 431,
    },
    Size {
        setting: "max_body",
        value: "2MiB",
        of: "a body that says its length",
        most: 2 << 20,
        request: |len| sized("/echo", len),
        beyond: 413,
    },
    Size {
        setting: "max_body",
        value: "2MiB",
        of: "a body in one chunk",
        most: 2 << 20,
        request: |len| chunked("/echo", len, len),
        beyond: 413,
    },
    Size {
        setting: "max_body",
        value: "1000B",
        of: "a body in many chunks",
        most: 1_000,
        request: |len| chunked("/echo", len, 7),
        beyond: 413,
    },
    Size {
        setting: "max_body",
        value: "0B",
        of: "a body where none may be",
        most: 0,
        request: |len| sized("/echo", len),
        beyond: 413,
    },
    Size {
        setting: "max_body",
        value: "2MiB",
        of: "a body whose route has a limit of 4 bytes",
        most: 4,
        request: |len| sized("/small", len),
        beyond: 413,
    },
    Size {
        setting: "max_body",
        value: "3B",
        of: "a body in chunks whose route has a larger limit",
        most: 4,
        request: |len| chunked("/small", len, 1),
        beyond: 413,
    },
];

pub(super) fn shown() -> Vec<(&'static str, &'static str)> {
    SIZES.iter().map(|row| (row.setting, row.value)).collect()
}

fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n").into_bytes()
}

/// A head of `len` bytes.
fn head(len: usize, before: &str, behind: &str) -> Vec<u8> {
    let begin = format!("GET / HTTP/1.1\r\nhost: a\r\n{before}");
    let pad = "a".repeat(len - begin.len() - behind.len() - 2);
    format!("{begin}{pad}{behind}\r\n").into_bytes()
}

fn fields(count: usize) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nhost: a\r\n{}\r\n", "x:\r\n".repeat(count - 1)).into_bytes()
}

fn sized(target: &str, len: usize) -> Vec<u8> {
    let head = format!("POST {target} HTTP/1.1\r\nhost: a\r\ncontent-length: {len}\r\n\r\n");
    [head.as_bytes(), &vec![b'x'; len]].concat()
}

fn chunked(target: &str, len: usize, chunk_len: usize) -> Vec<u8> {
    let mut request =
        format!("POST {target} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n").into_bytes();
    for chunk in vec![b'x'; len].chunks(chunk_len) {
        request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    request
}

fn client(row: &Size) -> Client {
    Client::new(connect_to(&settings(&[(row.setting, row.value)]), 64 * 1024))
}

#[test]
fn as_much_as_is_allowed_is_answered_and_the_connection_lives() {
    for row in SIZES {
        let seen = run(async {
            let mut client = client(row);
            client.send(&(row.request)(row.most)).await;
            client.send(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
            client.answers(2).await
        });
        assert_eq!(seen.statuses, [200, 200], "{} of {}: {}", row.setting, row.value, row.of);
    }
}

#[test]
fn one_more_is_refused_and_the_connection_ends() {
    for row in SIZES {
        let seen = run(async {
            let mut client = client(row);
            client.send(&(row.request)(row.most + 1)).await;
            client.send(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
            client.end().await
        });
        let what = (seen.statuses.as_slice(), seen.end);
        assert_eq!(
            what,
            (&[row.beyond][..], Some(End::Close)),
            "{} of {}: {}",
            row.setting,
            row.value,
            row.of
        );
    }
}
