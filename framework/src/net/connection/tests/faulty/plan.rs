//! What a client asks for, how it behaves, and what is due to it.

use super::requests;
use crate::__properties::Random;

/// How a client ends its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It sends no more, and reads to the end.
    HalfClose,
    /// It waits until the server closes.
    Wait,
    /// It sends so many bytes and no more, and reads to the end.
    Stall(usize),
    /// It sends so many bytes, closes its half, and reads to the end.
    CutShort(usize),
    /// It stops to read when it has so many bytes, for longer than any timeout; then it reads the rest.
    Unread(usize),
    /// It leaves in the middle of a request.
    Leave,
    /// The network resets the connection somewhere.
    Reset,
    /// The server drains meanwhile.
    Drain,
}

impl End {
    fn draw(random: &mut Random, len: usize) -> Self {
        match random.below(10) {
            0 | 1 => Self::HalfClose,
            2 => Self::Wait,
            3 | 4 => Self::Stall(random.below(len)),
            5 => Self::CutShort(random.below(len)),
            6 => Self::Unread(random.mostly_small(60_000)),
            7 => Self::Leave,
            8 => Self::Reset,
            _ => Self::Drain,
        }
    }

    /// How many of `len` bytes are sent, as far as the client has a say in it.
    pub(super) fn sent_of(self, len: usize) -> usize {
        match self {
            Self::Stall(sent) | Self::CutShort(sent) => sent,
            Self::HalfClose | Self::Wait | Self::Unread(_) | Self::Leave | Self::Reset | Self::Drain => len,
        }
    }
}

/// What a handler does with the request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// There is none, or it is left unread.
    Nothing,
    /// It reads what comes first.
    Some,
    /// It reads it to the end, then answers.
    All,
    /// It answers with it, as it comes.
    Through,
}

/// A request with its answer.
pub(super) struct Exchange {
    pub(super) request: Vec<u8>,
    /// Bytes of an empty line before it, and of its head with that.
    pub(super) blank_len: usize,
    pub(super) head_len: usize,
    /// Whether the client waits for `100 Continue` before it sends the body.
    pub(super) expects: bool,
    pub(super) reading: Reading,
    pub(super) status: u16,
    /// `None` where a problem's document is due.
    pub(super) body: Option<Vec<u8>>,
    pub(super) is_head: bool,
    pub(super) closing: Closing,
}

/// Whether the connection ends with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    Never,
    /// A part of the body is left unread, and nobody knows how long it is, or whether it comes.
    Perhaps,
    /// The request says so, or cannot be served.
    Always,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let request = &self.request[..self.request.len().min(120)];
        write!(f, "{} <- {} ({} bytes)", self.status, request.escape_ascii(), self.request.len())
    }
}

pub(super) struct Plan {
    pub(super) exchanges: Vec<Exchange>,
    /// Behind the last request that is due an answer.
    pub(super) unanswered: &'static [u8],
    pub(super) end: End,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { exchanges, unanswered, end } = self;
        write!(f, "{end:?} {exchanges:#?} and {} bytes more", unanswered.len())
    }
}

impl Plan {
    /// A plan whose bodies tell it, by `connection`, from any other of its time.
    pub(super) fn draw(random: &mut Random, connection: usize) -> Self {
        let count = 1 + random.below(8);
        let mut exchanges: Vec<_> =
            (0..count).map(|number| requests::draw(random, &format!("{connection}-{number}"))).collect();
        let mut unanswered: &[u8] = b"";
        if random.one_in(2) {
            exchanges.push(requests::draw_last(random));
            unanswered = b"GET /name/never HTTP/1.1\r\nhost: a\r\n\r\n";
        }
        let len = exchanges.iter().map(|exchange| exchange.request.len()).sum();
        Self { exchanges, unanswered, end: End::draw(random, len) }
    }

    /// All that the client would send.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let requests = self.exchanges.iter().map(|exchange| exchange.request.as_slice());
        requests.chain([self.unanswered]).collect::<Vec<_>>().concat()
    }

    pub(super) fn len(&self) -> usize {
        self.exchanges.iter().map(|exchange| exchange.request.len()).sum::<usize>() + self.unanswered.len()
    }

    /// Where the client waits for `100 Continue`: behind these many bytes.
    pub(super) fn expectations(&self) -> Vec<usize> {
        let mut start = 0;
        let mut places = Vec::new();
        for exchange in &self.exchanges {
            if exchange.expects {
                places.push(start + exchange.head_len);
            }
            start += exchange.request.len();
        }
        places
    }
}
