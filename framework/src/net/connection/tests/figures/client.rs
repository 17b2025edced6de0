//! A client that does what a row says, and notes when it sees what.

use super::*;

/// One thing that a client does; each begins when the one before has ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Sends these bytes.
    Send(&'static str),
    /// Sends them byte by byte, this many milliseconds before each.
    Trickle(&'static str, u64),
    /// This many milliseconds before each, sends so many bytes of a body, so many times.
    Upload { every: u64, bytes: usize, times: usize },
    /// Reads until so many answers have begun.
    Answers(usize),
    /// Lets so many milliseconds pass.
    Wait(u64),
}

/// The client's end of a connection.
pub(super) struct Client {
    pair: Pair,
    start: Instant,
    received: Vec<u8>,
    /// When the last byte came.
    heard_at: Duration,
    /// When the server was seen to close.
    ended_at: Option<Duration>,
}

/// What a client has seen.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) statuses: Vec<u16>,
    /// `None` while the connection lives.
    pub(super) end: Option<End>,
    /// When it ended, or, where it lives, when the last answer came; milliseconds.
    pub(super) millis: u128,
}

impl Client {
    pub(super) fn new(pair: Pair) -> Self {
        Self { pair, start: Instant::now(), received: Vec::new(), heard_at: Duration::ZERO, ended_at: None }
    }

    /// Does `steps`, as far as the server lets it.
    pub(super) async fn run(&mut self, steps: &[Step]) {
        for step in steps {
            match *step {
                Step::Send(bytes) => self.send(bytes.as_bytes()).await,
                Step::Trickle(bytes, every) => {
                    for byte in bytes.as_bytes() {
                        self.listen_for(every).await;
                        self.send(&[*byte]).await;
                    }
                }
                Step::Upload { every, bytes, times } => {
                    for _ in 0..times {
                        self.listen_for(every).await;
                        self.send(&vec![b'x'; bytes]).await;
                    }
                }
                Step::Answers(count) => self.listen_until(|client| client.statuses().len() == count).await,
                Step::Wait(millis) => self.listen_for(millis).await,
            }
        }
    }

    /// Waits for `count` answers.
    pub(super) async fn answers(mut self, count: usize) -> Seen {
        self.listen_until(|client| client.statuses().len() >= count).await;
        Seen { statuses: self.statuses(), end: None, millis: self.heard_at.as_millis() }
    }

    /// Waits for the connection's end.
    pub(super) async fn end(mut self) -> Seen {
        self.listen_until(|_| false).await;
        let statuses = self.statuses();
        drop(self.pair.client);
        let (_, end) = self.pair.task.await.expect("no panic");
        Seen { statuses, end: Some(end), millis: self.ended_at.expect("an end").as_millis() }
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) {
        // A server that has closed takes no more.
        let _ = self.pair.client.write_all(bytes).await;
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }

    fn statuses(&self) -> Vec<u16> {
        let text = self.text();
        text.match_indices("HTTP/1.1 ")
            .filter_map(|(at, _)| text.get(at + 9..at + 12)?.parse().ok())
            .collect()
    }

    async fn listen_until(&mut self, is_enough: impl Fn(&Self) -> bool) {
        while self.ended_at.is_none() && !is_enough(self) {
            self.listen().await;
        }
    }

    async fn listen_for(&mut self, millis: u64) {
        let until = Instant::now() + Duration::from_millis(millis);
        while self.ended_at.is_none() && tokio::time::timeout_at(until, self.listen()).await.is_ok() {}
        tokio::time::sleep_until(until).await;
    }

    async fn listen(&mut self) {
        match self.pair.client.read_buf(&mut self.received).await {
            Ok(0) | Err(_) => self.ended_at = Some(self.start.elapsed()),
            Ok(_) => self.heard_at = self.start.elapsed(),
        }
    }
}

/// Runs a test of one row under paused time.
pub(super) fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(test)
}
