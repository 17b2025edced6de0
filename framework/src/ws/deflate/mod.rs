//! permessage-deflate (RFC 7692): messages that are compressed, each by itself or as a continuation of those before.
//!
//! [`agreement`] finds what both sides can keep to, [`codec`] compresses and inflates. Which frames may say by RSV1 that a
//! message is compressed is the [decoder](super::decoder)'s to see to.

mod agreement;
mod codec;
#[cfg(any(test, feature = "__properties"))]
mod property;
#[cfg(test)]
mod tests;

pub(super) use agreement::agree;
pub(super) use codec::{Deflater, Inflater, Kind};
#[cfg(any(test, feature = "__properties"))]
pub use property::deflate;

use super::upgrade::WebSocketUpgrade;

/// How messages are compressed (RFC 7692), where the client offers that; see [`WebSocketUpgrade::compression`].
///
/// As it comes, each message is compressed by itself, in both directions: then a connection that waits holds nothing for
/// it, and what works on a message is shared by all connections of a worker. [`MessageCompression::keep_context`] has
/// messages refer to those before: many small ones that are alike, as JSON of the same shape, get several times smaller;
/// and each connection that used it holds about 415 KiB, of which [`MessageCompression::window_bits`] saves a part.
///
/// What a client sends is held to [`max_message`](WebSocketUpgrade::max_message) while it is inflated: of a bomb no more
/// than that is ever held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageCompression {
    keeps_context: bool,
    window_bits: u8,
    min_bytes: usize,
}

/// The largest window, 32 KiB, in bits; the smallest that zlib makes for DEFLATE alone is 512 bytes.
const MAX_WINDOW_BITS: u8 = 15;
const MIN_WINDOW_BITS: u8 = 9;

impl MessageCompression {
    /// Compresses messages of 64 bytes or more, each by itself.
    pub const fn new() -> Self {
        Self { keeps_context: false, window_bits: MAX_WINDOW_BITS, min_bytes: 64 }
    }

    /// Lets messages refer to those before, in both directions, where the client lets it be so.
    #[must_use]
    pub const fn keep_context(mut self) -> Self {
        self.keeps_context = true;
        self
    }

    /// How far back anything may be referred to, in both directions: 2 to the power of `bits` bytes; 15 unless set.
    ///
    /// A connection that keeps its context holds about 300 KiB with 12 bits, and 285 KiB with 9.
    ///
    /// # Panics
    ///
    /// Where it is not from 9 to 15; in a constant that is a compile error.
    #[must_use]
    pub const fn window_bits(mut self, bits: u8) -> Self {
        assert!(
            bits >= MIN_WINDOW_BITS && bits <= MAX_WINDOW_BITS,
            "expected a window of 9 to 15 bits, 512 bytes to 32 KiB"
        );
        self.window_bits = bits;
        self
    }

    /// The fewest bytes of a message that are worth it; 64 unless set.
    #[must_use]
    pub const fn min_bytes(mut self, bytes: usize) -> Self {
        self.min_bytes = bytes;
        self
    }
}

impl Default for MessageCompression {
    fn default() -> Self {
        Self::new()
    }
}

impl WebSocketUpgrade {
    /// Compresses messages where the client offers that: browsers do.
    ///
    /// Off unless asked for: most WebSockets carry messages so small that compressing them costs more than it saves, and
    /// where a message has both a secret and text that somebody else may choose, its length tells of the secret.
    ///
    /// ```
    /// use server::{MessageCompression, Response, WebSocketUpgrade, get};
    ///
    /// #[get("/prices")]
    /// async fn prices(upgrade: WebSocketUpgrade) -> Response {
    ///     upgrade.compression(MessageCompression::new()).on_upgrade(async |mut socket| {
    ///         socket.send("[1, 1, 2, 3, 5]".repeat(100)).await?;
    ///         Ok(())
    ///     })
    /// }
    /// ```
    ///
    /// Needs the feature `ws-deflate`.
    #[must_use]
    pub fn compression(mut self, compression: MessageCompression) -> Self {
        self.agreed = agree(&compression, self.offered_extensions());
        self
    }
}
