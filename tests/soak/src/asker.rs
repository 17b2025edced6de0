//! Clients that ask until they are told to stop, and account for each request.

use std::net::SocketAddr;
use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::talk::{Ending, Heard, Talk};

/// What a client sends, again and again: pieces with a pause before each, and how many answers they are worth.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) pieces: Vec<(Duration, Vec<u8>)>,
    pub(crate) answers: usize,
    /// Whether the next round has a connection of its own.
    pub(crate) reconnects: bool,
}

impl Script {
    /// Sends `requests` at once.
    pub(crate) fn at_once(requests: &[&str]) -> Self {
        let bytes = requests.concat().into_bytes();
        Self { pieces: vec![(Duration::ZERO, bytes)], answers: requests.len(), reconnects: false }
    }

    /// Sends one request in `pieces`, with a pause before each but the first.
    pub(crate) fn slowly(pause: Duration, pieces: &[&str]) -> Self {
        let paused = |(index, piece): (usize, &&str)| {
            let pause = if index == 0 { Duration::ZERO } else { pause };
            (pause, piece.as_bytes().to_vec())
        };
        Self { pieces: pieces.iter().enumerate().map(paused).collect(), answers: 1, reconnects: false }
    }

    /// The same, on a new connection each time.
    pub(crate) fn reconnecting(self) -> Self {
        Self { reconnects: true, ..self }
    }
}

/// What became of requests, and of connections.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Account {
    /// Requests of which a byte was sent.
    pub(crate) asked: usize,
    /// Those that were answered whole.
    pub(crate) answered: usize,
    /// Answers that were no 200.
    pub(crate) refused: usize,
    /// Answers that said that the connection ends.
    pub(crate) told: usize,
    /// Requests behind an answer that said so: the client knows that they were not looked at.
    pub(crate) behind: usize,
    /// Requests whose connection ended in order, without an answer, and without having been told.
    pub(crate) crossed: usize,
    /// The same, by a reset.
    pub(crate) reset: usize,
    /// Requests whose answer broke off.
    pub(crate) broken: usize,
    /// Connections that could not be made.
    pub(crate) unconnected: usize,
    /// The longest time that a connection took to be made, in seconds.
    pub(crate) longest_connect: f64,
}

impl AddAssign for Account {
    fn add_assign(&mut self, other: Self) {
        self.asked += other.asked;
        self.answered += other.answered;
        self.refused += other.refused;
        self.told += other.told;
        self.behind += other.behind;
        self.crossed += other.crossed;
        self.reset += other.reset;
        self.broken += other.broken;
        self.unconnected += other.unconnected;
        self.longest_connect = self.longest_connect.max(other.longest_connect);
    }
}

/// When a client is done.
#[derive(Clone, Debug)]
pub(crate) enum Until {
    /// When its connection ends, or no further one can be made.
    End,
    /// Between two rounds, once this is set; meanwhile it connects again whenever it was told that its connection ends.
    Set(Arc<AtomicBool>),
}

/// Plays `script` to `address`.
pub(crate) async fn play(address: SocketAddr, script: Script, until: Until) -> Account {
    let mut account = Account::default();
    let mut talk = None;
    loop {
        if let Until::Set(set) = &until
            && set.load(Ordering::Relaxed)
        {
            return account;
        }
        let mut talking = match talk.take() {
            Some(talking) => talking,
            None => match connect(address, &mut account).await {
                Some(talking) => talking,
                None => return account,
            },
        };
        let goes_on = round(&mut talking, &script, &mut account).await;
        match until {
            Until::End if !goes_on => return account,
            Until::End | Until::Set(_) if goes_on && !script.reconnects => talk = Some(talking),
            Until::End | Until::Set(_) => {}
        }
    }
}

async fn connect(address: SocketAddr, account: &mut Account) -> Option<Talk> {
    let start = Instant::now();
    let talk = Talk::connect(address).await;
    account.longest_connect = account.longest_connect.max(start.elapsed().as_secs_f64());
    account.unconnected += usize::from(talk.is_err());
    talk.ok()
}

/// Plays the script once; `false` where the connection has ended, or is said to.
async fn round(talk: &mut Talk, script: &Script, account: &mut Account) -> bool {
    account.asked += script.answers;
    for (pause, piece) in &script.pieces {
        sleep(*pause).await;
        if talk.send(piece).await.is_err() {
            // What was answered meanwhile can be read all the same.
            break;
        }
    }
    for left in (1..=script.answers).rev() {
        match talk.answer().await {
            Heard::Answer { status, closes } => {
                account.answered += 1;
                account.refused += usize::from(status != 200);
                if closes {
                    account.told += 1;
                    account.behind += left - 1;
                    return false;
                }
            }
            Heard::End(ending) => {
                match ending {
                    Ending::Between => account.crossed += left,
                    Ending::Reset => account.reset += left,
                    Ending::Inside => {
                        account.broken += 1;
                        account.crossed += left - 1;
                    }
                }
                return false;
            }
        }
    }
    true
}
