//! The other end: it writes its requests in pieces, and reads in pieces what comes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, split};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::plan::{End, Plan};
use crate::__properties::Random;

/// How often a client pauses in one direction.
const PAUSES: usize = 6;
/// How long it waits for `100 Continue` before it sends the body all the same (RFC 9110 §10.1.1).
const PATIENCE: Duration = Duration::from_secs(1);
/// Longer than any timeout and all that a rate can earn.
const UNREAD: Duration = Duration::from_secs(200);
const INTERIM: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Sends what `plan` says and gives all that came back.
pub(super) async fn run(stream: DuplexStream, plan: &Plan, mut random: Random) -> Vec<u8> {
    let (mut reader, mut writer) = split(stream);
    let sent = if plan.end == End::Leave { random.below(plan.len()) } else { plan.end.sent_of(plan.len()) };
    let mut pauses = Pauses { left: PAUSES, random: random.fork() };
    let mut reading = Pauses { left: PAUSES, random: random.fork() };
    let interims = Interims::default();
    let write = async {
        let bytes = plan.bytes();
        let mut at = 0;
        for (number, stop) in plan.expectations().into_iter().chain([sent]).enumerate() {
            while at < stop.min(sent) {
                let rest = &bytes[at..stop.min(sent)];
                let len = if random.one_in(3) { rest.len() } else { 1 + random.mostly_small(rest.len()) };
                // A server that has closed takes no more.
                if writer.write_all(&rest[..len]).await.is_err() {
                    return writer;
                }
                at += len;
                pauses.perhaps().await;
            }
            if at < sent {
                interims.await_more_than(number).await;
            }
        }
        if matches!(plan.end, End::HalfClose | End::CutShort(_)) {
            let _ = writer.shutdown().await;
        }
        writer
    };
    let mut received = Vec::new();
    let read = async {
        let mut piece = vec![0; 1 + reading.random.mostly_small(8192)];
        let mut unread = if let End::Unread(len) = plan.end { Some(len) } else { None };
        while let Ok(len @ 1..) = reader.read(&mut piece).await {
            received.extend_from_slice(&piece[..len]);
            interims.look(&received);
            reading.perhaps().await;
            if unread.take_if(|unread| received.len() >= *unread).is_some() {
                sleep(UNREAD).await;
            }
        }
    };
    if plan.end == End::Leave {
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

/// The interim answers that have come.
#[derive(Default)]
struct Interims {
    count: AtomicUsize,
    looked_at: AtomicUsize,
    more: Notify,
}

impl Interims {
    fn look(&self, received: &[u8]) {
        let mut at = self.looked_at.load(Ordering::Relaxed);
        while let Some(found) = received[at..].windows(INTERIM.len()).position(|window| window == INTERIM) {
            at += found + INTERIM.len();
            self.count.fetch_add(1, Ordering::Relaxed);
            self.more.notify_waiters();
        }
        at = at.max(received.len().saturating_sub(INTERIM.len() - 1));
        self.looked_at.store(at, Ordering::Relaxed);
    }

    /// Waits for one more, but not for ever: the server may have answered without.
    async fn await_more_than(&self, count: usize) {
        let _ = timeout(PATIENCE, async {
            loop {
                let more = self.more.notified();
                if self.count.load(Ordering::Relaxed) > count {
                    return;
                }
                more.await;
            }
        })
        .await;
    }
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
