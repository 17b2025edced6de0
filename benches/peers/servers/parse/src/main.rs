//! What parsing costs: httparse reads each head, four routes are told apart, and answers are written by hand.
//!
//! There is no framework, no limit and no timeout: it marks where a server with all of those could come at best. As in
//! the bare one, a connection that waits has no buffer.

use std::cell::RefCell;
use std::io::Write as _;
use std::time::{Duration, Instant, SystemTime};

use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use httparse::{EMPTY_HEADER, Request, Status};
use tokio::net::TcpStream;

fn main() -> std::io::Result<()> {
    percore::run(|stream| async {
        // A client that leaves ends its connection.
        let _ = serve(stream).await;
    })
}

async fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    let mut connection = Connection::default();
    loop {
        let Some(output) = percore::read(&mut stream, |input| connection.take(input)).await? else {
            return Ok(());
        };
        percore::write(&mut stream, output).await?;
        if connection.closes {
            return Ok(());
        }
    }
}

/// What is left of a request that has not come whole.
#[derive(Default)]
struct Connection {
    started: Vec<u8>,
    /// How much of an upload is to come, and how long it is.
    upload: Option<(usize, usize)>,
    /// The last head ends with `Connection: close`.
    closes: bool,
}

impl Connection {
    /// Answers the requests that end in `input`; nothing where none came, and the client has left.
    fn take(&mut self, input: &[u8]) -> Option<Vec<u8>> {
        if input.is_empty() {
            return None;
        }
        let mut output = percore::output();
        if let Some((left, len)) = self.upload {
            let left = left.saturating_sub(input.len());
            self.upload = (left > 0).then_some((left, len));
            if left == 0 {
                let len = len.to_string();
                DATE.with_borrow_mut(|date| {
                    write(&mut output, "text/plain; charset=utf-8", len.as_bytes(), date.text())
                });
            }
        } else if self.started.is_empty() {
            let consumed = self.answer_all(input, &mut output);
            self.started.extend_from_slice(&input[consumed..]);
        } else {
            let mut started = std::mem::take(&mut self.started);
            started.extend_from_slice(input);
            started.drain(..self.answer_all(&started, &mut output));
            self.started = started;
        }
        Some(output)
    }

    /// Answers the requests in `input`; gives how long they are.
    fn answer_all(&mut self, input: &[u8], output: &mut Vec<u8>) -> usize {
        DATE.with_borrow_mut(|date| {
            let date = date.text();
            let mut consumed = 0;
            while let Some(len) = answer(&input[consumed..], output, date, &mut self.upload) {
                consumed += len;
            }
            self.closes = input[..consumed].ends_with(b"close\r\n\r\n");
            consumed
        })
    }
}

thread_local! {
    static DATE: RefCell<Date> = RefCell::new(Date::new());
}

/// Answers the first request of `input`; gives how long it is, or nothing where it has not come whole.
fn answer(
    input: &[u8],
    output: &mut Vec<u8>,
    date: &str,
    upload: &mut Option<(usize, usize)>,
) -> Option<usize> {
    let mut headers = [EMPTY_HEADER; 100];
    let mut request = Request::new(&mut headers);
    let Ok(Status::Complete(head)) = request.parse(input) else { return None };
    let length = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length: usize =
        length.map_or(Some(0), |header| std::str::from_utf8(header.value).ok()?.parse().ok())?;
    if request.path == Some("/upload") {
        *upload = Some((length.checked_sub(input.len() - head)?, length));
        return Some(input.len());
    }
    let body = input.get(head..head + length)?;
    match (request.method?, request.path?) {
        ("GET", "/plaintext") => write(output, "text/plain; charset=utf-8", PLAINTEXT.as_bytes(), date),
        ("GET", "/json") => json(output, &Message::HELLO, date),
        ("GET", "/download") => write(output, "application/octet-stream", &DOWNLOAD, date),
        ("POST", "/echo") => json(output, &serde_json::from_slice::<Order>(body).ok()?, date),
        ("GET", path) => {
            let id: u64 = path.strip_prefix("/users/")?.parse().ok()?;
            let mut text = *b"user                     ";
            let mut rest = &mut text[5..];
            rest.write_all(itoa::Buffer::new().format(id).as_bytes()).ok()?;
            let left = rest.len();
            let len = text.len() - left;
            write(output, "text/plain; charset=utf-8", &text[..len], date);
        }
        _ => return None,
    }
    Some(head + length)
}

fn json(output: &mut Vec<u8>, value: &impl serde::Serialize, date: &str) {
    let content = serde_json::to_vec(value).expect("plain values");
    write(output, "application/json", &content, date);
}

fn write(output: &mut Vec<u8>, content_type: &str, content: &[u8], date: &str) {
    output.extend_from_slice(b"HTTP/1.1 200 OK\r\ncontent-type: ");
    output.extend_from_slice(content_type.as_bytes());
    output.extend_from_slice(b"\r\ncontent-length: ");
    output.extend_from_slice(itoa::Buffer::new().format(content.len()).as_bytes());
    output.extend_from_slice(b"\r\ndate: ");
    output.extend_from_slice(date.as_bytes());
    output.extend_from_slice(b"\r\n\r\n");
    output.extend_from_slice(content);
}

/// The date line, formatted once in half a second.
struct Date {
    at: Instant,
    text: String,
}

impl Date {
    fn new() -> Self {
        Self { at: Instant::now(), text: httpdate::fmt_http_date(SystemTime::now()) }
    }

    fn text(&mut self) -> &str {
        if self.at.elapsed() > Duration::from_millis(500) {
            *self = Self::new();
        }
        &self.text
    }
}
