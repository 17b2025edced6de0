//! The other end: it writes its requests in pieces, and reads in pieces what comes.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, split};
use tokio::time::sleep;

use super::plan::{End, Plan};
use crate::__properties::Random;

/// How often a client pauses in one direction.
const PAUSES: usize = 6;

/// Sends what `plan` says and gives all that came back.
pub(super) async fn run(stream: DuplexStream, plan: &Plan, mut random: Random) -> Vec<u8> {
    let (mut reader, mut writer) = split(stream);
    let leave_after = (plan.end == End::Leave).then(|| random.below(plan.len()));
    let mut pauses = Pauses { left: PAUSES, random: random.fork() };
    let mut reading = Pauses { left: PAUSES, random: random.fork() };
    let write = async {
        let bytes = plan.bytes();
        let mut rest = &bytes[..leave_after.unwrap_or(bytes.len())];
        while !rest.is_empty() {
            let len = if random.one_in(3) { rest.len() } else { 1 + random.mostly_small(rest.len()) };
            // A server that has closed takes no more.
            if writer.write_all(&rest[..len]).await.is_err() {
                break;
            }
            rest = &rest[len..];
            pauses.perhaps().await;
        }
        if plan.end == End::HalfClose {
            let _ = writer.shutdown().await;
        }
        writer
    };
    let mut received = Vec::new();
    let read = async {
        let mut piece = vec![0; 1 + reading.random.mostly_small(8192)];
        while let Ok(len @ 1..) = reader.read(&mut piece).await {
            received.extend_from_slice(&piece[..len]);
            reading.perhaps().await;
        }
    };
    if leave_after.is_some() {
        // Both halves are dropped as soon as the last byte is written.
        let mut read = std::pin::pin!(read);
        tokio::select! {
            biased;
            () = &mut read => {}
            _writer = write => {}
        }
    } else {
        tokio::join!(read, write);
    }
    received
}

struct Pauses {
    left: usize,
    random: Random,
}

impl Pauses {
    async fn perhaps(&mut self) {
        if self.left > 0 && self.random.one_in(4) {
            self.left -= 1;
            sleep(Duration::from_millis(self.random.below(300) as u64)).await;
        }
    }
}
