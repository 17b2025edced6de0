//! Messages to DEFLATE and back (RFC 7692 §7.2), by `flate2` on `zlib-rs`.
//!
//! Where no context is kept, the state of zlib is one of the thread's, for as long as a message takes: so a connection that
//! waits has none. A message that is sent in fragments may hold one meanwhile.

use std::cell::RefCell;
use std::fmt;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::super::decoder::Violation;
use super::super::frame::{Opcode, encode_compressed, encode_frame};
use super::{MAX_WINDOW_BITS, MIN_WINDOW_BITS};

/// What a flush ends with, and a message leaves out (RFC 7692 §7.2.1).
const TAIL: &[u8] = &[0, 0, 0xFF, 0xFF];
/// An empty last block: inflated where a block ends, it says that the stream does.
const LAST_BLOCK: &[u8] = &[3, 0];
/// So many bytes are inflated, and so much room is made for what is compressed, at a time.
const STEP: usize = 4096;
/// How many states a thread keeps of each kind.
const KEPT: usize = 4;

thread_local! {
    static INFLATERS: RefCell<Vec<Decompress>> = const { RefCell::new(Vec::new()) };
    /// With their windows.
    static DEFLATERS: RefCell<Vec<(u8, Compress)>> = const { RefCell::new(Vec::new()) };
}

/// Inflates one client's messages.
pub(in super::super) struct Inflater {
    keeps_context: bool,
    window_bits: u8,
    state: Option<Decompress>,
}

impl Inflater {
    /// For messages that refer to those before within a window of so many bits; `None` for messages that do not.
    pub(super) fn new(context: Option<u8>) -> Self {
        // A smaller window than zlib can make is within the smallest that it makes.
        let window_bits = context.unwrap_or(MAX_WINDOW_BITS).max(MIN_WINDOW_BITS);
        Self { keeps_context: context.is_some(), window_bits, state: None }
    }

    /// Appends what a piece of a message inflates to; `output` holds what of the message came before, and at most
    /// `limit` bytes.
    pub(in super::super) fn inflate(
        &mut self,
        piece: &[u8],
        output: &mut Vec<u8>,
        limit: usize,
    ) -> Result<(), Violation> {
        let window_bits = self.window_bits;
        let make = || {
            let kept =
                if window_bits == MAX_WINDOW_BITS { INFLATERS.with_borrow_mut(Vec::pop) } else { None };
            kept.unwrap_or_else(|| Decompress::new_with_window_bits(false, window_bits))
        };
        inflate(self.state.get_or_insert_with(make), piece, output, limit)
    }

    /// Ends a message.
    pub(in super::super) fn finish(&mut self, output: &mut Vec<u8>, limit: usize) -> Result<(), Violation> {
        self.inflate(TAIL, output, limit)?;
        if self.keeps_context {
            return Ok(());
        }
        let Some(mut state) = self.state.take() else { return Ok(()) };
        // A message that ends within a block is not whole: behind it, an empty last block is taken for something else.
        let before = state.total_out();
        let ended = state.decompress(LAST_BLOCK, &mut [0; 16], FlushDecompress::None);
        if !matches!(ended, Ok(Status::StreamEnd)) || state.total_out() != before {
            return Err(Violation::InvalidDeflate);
        }
        state.reset(false);
        INFLATERS.with_borrow_mut(|kept| {
            if kept.len() < KEPT {
                kept.push(state);
            }
        });
        Ok(())
    }
}

fn inflate(
    state: &mut Decompress,
    mut input: &[u8],
    output: &mut Vec<u8>,
    limit: usize,
) -> Result<(), Violation> {
    loop {
        let (start, before) = (output.len(), (state.total_in(), state.total_out()));
        // One byte more than there may be shows that there is more.
        let room = STEP.min(limit.saturating_sub(start) + 1);
        output.resize(start + room, 0);
        let status =
            state.decompress(input, output.get_mut(start..).unwrap_or_default(), FlushDecompress::None);
        let taken = usize::try_from(state.total_in() - before.0).unwrap_or(usize::MAX);
        let given = usize::try_from(state.total_out() - before.1).unwrap_or(usize::MAX).min(room);
        output.truncate(start + given);
        input = input.get(taken..).unwrap_or_default();
        if output.len() > limit {
            return Err(Violation::MessageTooBig { limit: limit as u64 });
        }
        match status {
            // A sender may end its stream within a message, and begin another (RFC 7692 §7.2.3.4).
            Ok(Status::StreamEnd) => state.reset(false),
            Ok(Status::Ok | Status::BufError) if taken > 0 || given > 0 => {}
            Ok(Status::Ok | Status::BufError) if input.is_empty() => return Ok(()),
            Ok(Status::Ok | Status::BufError) | Err(_) => return Err(Violation::InvalidDeflate),
        }
        // Room that is left says that there is nothing more to come (zlib.h, `inflate`).
        if input.is_empty() && given < room {
            return Ok(());
        }
    }
}

/// How messages are compressed, each by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Kind {
    window_bits: u8,
    min_bytes: usize,
}

/// Compresses one server's messages.
pub(in super::super) struct Deflater {
    keeps_context: bool,
    window_bits: u8,
    min_bytes: usize,
    /// Where a context is kept.
    state: Option<Compress>,
}

impl Deflater {
    pub(super) fn new(window_bits: u8, keeps_context: bool, min_bytes: usize) -> Self {
        Self { keeps_context, window_bits, min_bytes, state: None }
    }

    /// By what a message's frame is the same for many; `None` where it depends on the messages before.
    pub(in super::super) fn kind(&self) -> Option<Kind> {
        let Self { window_bits, min_bytes, .. } = *self;
        (!self.keeps_context).then_some(Kind { window_bits, min_bytes })
    }

    /// Appends a message's frame: compressed, where it gets smaller.
    pub(in super::super) fn encode(&mut self, opcode: Opcode, content: &[u8], output: &mut Vec<u8>) {
        if content.len() < self.min_bytes {
            return encode_frame(opcode, content, output);
        }
        let mut state = self.state.take().unwrap_or_else(|| deflater(self.window_bits));
        let deflated = deflate(&mut state, content);
        match deflated {
            // The context has what the client must have seen: what is compressed is sent.
            Some(deflated) if self.keeps_context || deflated.len() < content.len() => {
                encode_compressed(opcode, &deflated, output);
            }
            Some(_) | None => encode_frame(opcode, content, output),
        }
        if self.keeps_context {
            self.state = Some(state);
        } else {
            state.reset();
            let bits = self.window_bits;
            DEFLATERS.with_borrow_mut(|kept| {
                if kept.len() < KEPT {
                    kept.push((bits, state));
                }
            });
        }
    }
}

/// One of the thread's, or a new one.
fn deflater(window_bits: u8) -> Compress {
    let kept = DEFLATERS.with_borrow_mut(|kept| {
        let place = kept.iter().position(|(bits, _)| *bits == window_bits)?;
        Some(kept.swap_remove(place).1)
    });
    kept.unwrap_or_else(|| Compress::new_with_window_bits(Compression::default(), false, window_bits))
}

/// `content` up to where the client can read all of it, without the [`TAIL`].
fn deflate(state: &mut Compress, content: &[u8]) -> Option<Vec<u8>> {
    let mut rest = content;
    let mut output = Vec::new();
    loop {
        output.reserve(STEP.min(rest.len() / 2 + 64));
        let before = state.total_in();
        // It has no input that is wrong, and room: nothing can fail.
        state.compress_vec(rest, &mut output, FlushCompress::Sync).ok()?;
        let taken = usize::try_from(state.total_in() - before).unwrap_or(usize::MAX);
        rest = rest.get(taken..).unwrap_or_default();
        // Room that is left says that there was nothing more to write (zlib.h, `deflate`).
        if rest.is_empty() && output.len() < output.capacity() {
            break;
        }
    }
    output.truncate(output.strip_suffix(TAIL)?.len());
    if output.is_empty() {
        // An empty block, of which the tail is the end (RFC 7692 §7.2.3.6).
        output.push(0);
    }
    Some(output)
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater").field("keeps_context", &self.keeps_context).finish_non_exhaustive()
    }
}

impl fmt::Debug for Deflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deflater").field("keeps_context", &self.keeps_context).finish_non_exhaustive()
    }
}
