//! What Tokio's sockets allow: blank lines are counted, a canned answer is written for each, and nothing is parsed.
//!
//! What is sent is told from the path's first bytes; the requests of a connection are all alike. A connection that
//! waits has no buffer: they read into one of their worker's.

use std::io;
use std::sync::LazyLock;

use contract::{DOWNLOAD, Message, Order, PLAINTEXT, UPLOAD_BYTES};
use tokio::net::TcpStream;

fn main() -> io::Result<()> {
    percore::run(|stream| async {
        // A client that leaves ends its connection.
        let _ = serve(stream).await;
    })
}

async fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut requests = Requests::default();
    while let Some((count, answer)) = percore::read(&mut stream, |input| requests.count(input)).await? {
        let mut output = percore::output();
        (0..count).for_each(|_| output.extend_from_slice(answer));
        percore::write(&mut stream, output).await?;
        if requests.closes {
            break;
        }
    }
    Ok(())
}

/// How far the requests of a connection have come.
#[derive(Default)]
struct Requests {
    /// How much of a blank line has been seen.
    matched: u8,
    /// How much of an upload is to come.
    content: usize,
    /// The last head ends with `Connection: close`.
    closes: bool,
}

impl Requests {
    /// How many requests end in `input`, and what answers each; nothing at the connection's end.
    fn count(&mut self, input: &[u8]) -> Option<(usize, &'static [u8])> {
        if self.content > 0 {
            self.content = self.content.checked_sub(input.len()).filter(|_| !input.is_empty())?;
            return Some((usize::from(self.content == 0), &ANSWERS[5]));
        }
        let path = input.iter().position(|byte| *byte == b'/').and_then(|at| input.get(at + 1..at + 3));
        let answer = match path {
            Some(b"js") => &ANSWERS[1],
            Some(b"us") => &ANSWERS[2],
            Some(b"ec") => &ANSWERS[3],
            Some(b"do") => &ANSWERS[4],
            Some(b"up") => return self.upload(input),
            _ => &ANSWERS[0],
        };
        let mut count = 0;
        for byte in input {
            self.matched = match (byte, self.matched) {
                (b'\r', 0 | 2) | (b'\n', 1 | 3) => self.matched + 1,
                (b'\r', _) => 1,
                _ => 0,
            };
            if self.matched == 4 {
                self.matched = 0;
                count += 1;
            }
        }
        self.closes = input.ends_with(b"close\r\n\r\n");
        (!input.is_empty()).then_some((count, answer.as_slice()))
    }

    fn upload(&mut self, input: &[u8]) -> Option<(usize, &'static [u8])> {
        let head = input.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
        self.content = UPLOAD_BYTES.checked_sub(input.len() - head)?;
        Some((usize::from(self.content == 0), &ANSWERS[5]))
    }
}

static ANSWERS: LazyLock<[Vec<u8>; 6]> = LazyLock::new(|| {
    let order = json_of(&Order::example());
    let message = json_of(&Message::HELLO);
    [
        answer("text/plain; charset=utf-8", PLAINTEXT.as_bytes()),
        answer("application/json", message.as_bytes()),
        answer("text/plain; charset=utf-8", b"user 42"),
        answer("application/json", order.as_bytes()),
        answer("application/octet-stream", &DOWNLOAD),
        answer("text/plain; charset=utf-8", UPLOAD_BYTES.to_string().as_bytes()),
    ]
});

fn json_of(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain values")
}

fn answer(content_type: &str, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {len}\r\n\
         date: Sat, 21 Nov 2026 09:00:00 GMT\r\n\r\n"
    );
    [head.as_bytes(), content].concat()
}
