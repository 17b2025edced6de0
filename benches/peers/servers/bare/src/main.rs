//! What Tokio's sockets allow: blank lines are counted, a canned answer is written for each, and nothing is parsed.
//!
//! What is sent is told from the first byte of the path that a connection asks for; its requests are all alike.

use std::sync::LazyLock;

use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn main() -> std::io::Result<()> {
    percore::run(|stream| async {
        // A client that leaves ends its connection.
        let _ = serve(stream).await;
    })
}

static ANSWERS: LazyLock<[Vec<u8>; 5]> = LazyLock::new(|| {
    let json = |len: usize, content: String| answer("application/json", len, content.as_bytes());
    let order = json_of(&Order::example());
    let message = json_of(&Message::HELLO);
    [
        answer("text/plain; charset=utf-8", PLAINTEXT.len(), PLAINTEXT.as_bytes()),
        json(message.len(), message),
        answer("text/plain; charset=utf-8", 7, b"user 42"),
        json(order.len(), order),
        answer("application/octet-stream", DOWNLOAD.len(), &DOWNLOAD),
    ]
});

fn json_of(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain values")
}

fn answer(content_type: &str, len: usize, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {len}\r\n\
         date: Sat, 21 Nov 2026 09:00:00 GMT\r\n\r\n"
    );
    [head.as_bytes(), content].concat()
}

async fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    let mut input = vec![0; 64 * 1024];
    let mut output = Vec::with_capacity(64 * 1024);
    let mut matched = 0;
    loop {
        let len = stream.read(&mut input).await?;
        if len == 0 {
            return Ok(());
        }
        let answer = match input.iter().position(|byte| *byte == b'/').and_then(|at| input.get(at + 1)) {
            Some(b'j') => &ANSWERS[1],
            Some(b'u') => &ANSWERS[2],
            Some(b'e') => &ANSWERS[3],
            Some(b'd') => &ANSWERS[4],
            _ => &ANSWERS[0],
        };
        for byte in &input[..len] {
            matched = match (byte, matched) {
                (b'\r', 0 | 2) | (b'\n', 1 | 3) => matched + 1,
                (b'\r', _) => 1,
                _ => 0,
            };
            if matched == 4 {
                matched = 0;
                output.extend_from_slice(answer);
            }
        }
        stream.write_all(&output).await?;
        output.clear();
    }
}
