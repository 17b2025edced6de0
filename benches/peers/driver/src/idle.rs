//! What a connection costs that waits.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::options::Options;
use crate::{scenario, websocket};

/// Opens the connections, has each answered once, and gives by how much the server's memory has grown, as JSON.
pub(crate) fn measure(options: &Options, answer_len: usize) -> io::Result<String> {
    let request = scenario::request(options);
    let is_socket = websocket::message_len(&options.scenario).is_some();
    let mut answer = vec![0; answer_len];
    let before = resident(options.pid)?;
    let mut streams = Vec::with_capacity(options.idle);
    for _ in 0..options.idle {
        let mut stream = TcpStream::connect(options.address)?;
        if is_socket {
            websocket::open(&mut stream)?;
        }
        stream.set_read_timeout(Some(Duration::from_secs(3)))?;
        stream.write_all(&request)?;
        stream.read_exact(&mut answer)?;
        streams.push(stream);
    }
    let grown = resident(options.pid)?.saturating_sub(before);
    let standing = streams.iter().filter(|stream| stands(stream)).count();
    let each = grown as f64 / options.idle as f64;
    Ok(format!("{{\"connections\":{},\"standing\":{standing},\"bytes\":{each}}}", options.idle))
}

/// Whether the server has not closed it.
fn stands(stream: &TcpStream) -> bool {
    let waits = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
    waits.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

/// Bytes of memory that the process has.
fn resident(pid: u32) -> io::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    Ok(kib.ok_or(io::ErrorKind::InvalidData)? * 1024)
}
