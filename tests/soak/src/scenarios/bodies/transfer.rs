//! One large body, in one direction and framing.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::clients::{PATIENCE, connect};
use crate::{Failure, Pattern};

/// A direction, and how the body's end is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    UploadSized,
    UploadChunked,
    DownloadSized,
    DownloadChunked,
}

impl Transfer {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::UploadSized => "sent with Content-Length",
            Self::UploadChunked => "sent chunked",
            Self::DownloadSized => "received with Content-Length",
            Self::DownloadChunked => "received chunked",
        }
    }
}

/// What is sent, or read, at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Moves `len` bytes of the pattern; gives how many arrived as they should.
pub(super) async fn transfer(kind: Transfer, address: SocketAddr, len: usize) -> Result<usize, Failure> {
    let mut stream = BufReader::with_capacity(PIECE_BYTES, connect(address).await?);
    match kind {
        Transfer::UploadSized | Transfer::UploadChunked => {
            send(stream.get_mut(), kind, len).await?;
            let length = read_head(&mut stream).await?.ok_or("expected an answer with a length")?;
            let mut answer = vec![0; length];
            timeout(PATIENCE, stream.read_exact(&mut answer)).await??;
            let answer = String::from_utf8_lossy(&answer);
            let right = answer.strip_suffix(" bytes of the pattern\n").and_then(|count| count.parse().ok());
            Ok(right.ok_or_else(|| format!("the server received {answer}"))?)
        }
        Transfer::DownloadSized => {
            get(stream.get_mut(), &format!("/sized/{len}")).await?;
            let length = read_head(&mut stream).await?.ok_or("expected a response with a length")?;
            let mut pattern = Pattern::default();
            read_content(&mut stream, length, &mut pattern).await?;
            Ok(usize::try_from(pattern.position())?)
        }
        Transfer::DownloadChunked => {
            get(stream.get_mut(), &format!("/chunked/{len}")).await?;
            if read_head(&mut stream).await?.is_some() {
                return Err("expected a response without a length".into());
            }
            read_chunks(&mut stream).await
        }
    }
}

async fn get(stream: &mut TcpStream, target: &str) -> Result<(), Failure> {
    let head = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    Ok(stream.write_all(head.as_bytes()).await?)
}

async fn send(stream: &mut TcpStream, kind: Transfer, len: usize) -> Result<(), Failure> {
    let chunked = kind == Transfer::UploadChunked;
    let framing =
        if chunked { "Transfer-Encoding: chunked".into() } else { format!("Content-Length: {len}") };
    let head = format!("POST /upload HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut pattern = Pattern::default();
    let mut remaining = len;
    while remaining > 0 {
        let piece = pattern.next(remaining.min(PIECE_BYTES));
        remaining -= piece.len();
        if chunked {
            stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await?;
        }
        timeout(PATIENCE, stream.write_all(piece)).await??;
        if chunked {
            stream.write_all(b"\r\n").await?;
        }
    }
    if chunked {
        stream.write_all(b"0\r\n\r\n").await?;
    }
    Ok(())
}

/// Reads the head of a 200; gives its Content-Length.
async fn read_head(stream: &mut BufReader<TcpStream>) -> Result<Option<usize>, Failure> {
    let mut length = None;
    let status = read_line(stream).await?;
    if !status.starts_with("HTTP/1.1 200 ") {
        return Err(format!("expected a 200, found {status:?}").into());
    }
    loop {
        let line = read_line(stream).await?;
        match line.split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = Some(value.parse()?);
            }
            Some(_) => {}
            None => return Ok(length),
        }
    }
}

async fn read_chunks(stream: &mut BufReader<TcpStream>) -> Result<usize, Failure> {
    let mut pattern = Pattern::default();
    loop {
        let line = read_line(stream).await?;
        let size =
            usize::from_str_radix(&line, 16).map_err(|_| format!("expected a chunk size, found {line:?}"))?;
        read_content(stream, size, &mut pattern).await?;
        let end = read_line(stream).await?;
        if !end.is_empty() {
            return Err(format!("expected the end of a chunk, found {end:?}").into());
        }
        if size == 0 {
            return Ok(usize::try_from(pattern.position())?);
        }
    }
}

/// Reads `len` bytes and compares them with what comes next in the pattern.
async fn read_content(
    stream: &mut BufReader<TcpStream>,
    len: usize,
    pattern: &mut Pattern,
) -> Result<(), Failure> {
    let mut remaining = len;
    while remaining > 0 {
        let come = timeout(PATIENCE, stream.fill_buf()).await??;
        let content = come.get(..remaining.min(come.len())).unwrap_or_default();
        if content.is_empty() {
            return Err(format!("the server closed {remaining} bytes before the end").into());
        }
        if !pattern.matches(content) {
            return Err(format!("another byte than the pattern's before {}", pattern.position()).into());
        }
        let taken = content.len();
        stream.consume(taken);
        remaining -= taken;
    }
    Ok(())
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> Result<String, Failure> {
    let mut line = String::new();
    timeout(PATIENCE, stream.read_line(&mut line)).await??;
    Ok(line.strip_suffix("\r\n").ok_or_else(|| format!("expected a line, found {line:?}"))?.to_owned())
}
