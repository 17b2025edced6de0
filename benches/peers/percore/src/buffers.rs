//! The buffers of a worker, for connections that have none of their own while they wait.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::ready;

use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;

const INPUT_LEN: usize = 64 * 1024;

thread_local! {
    static INPUT: RefCell<Vec<u8>> = RefCell::new(vec![0; INPUT_LEN]);
    static OUTPUT: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(INPUT_LEN));
}

/// Gives what has come to `take`: nothing, where the client has left.
pub async fn read<T>(stream: &mut TcpStream, mut take: impl FnMut(&[u8]) -> T) -> io::Result<T> {
    poll_fn(|context| {
        INPUT.with_borrow_mut(|input| {
            let mut input = ReadBuf::new(input);
            ready!(Pin::new(&mut *stream).poll_read(context, &mut input))?;
            Ok(take(input.filled())).into()
        })
    })
    .await
}

/// The worker's buffer for answers, empty; [`write()`] gives it back.
pub fn output() -> Vec<u8> {
    OUTPUT.take()
}

/// Writes all of `output`.
pub async fn write(stream: &mut TcpStream, mut output: Vec<u8>) -> io::Result<()> {
    if !output.is_empty() {
        stream.write_all(&output).await?;
        output.clear();
    }
    OUTPUT.set(output);
    Ok(())
}
