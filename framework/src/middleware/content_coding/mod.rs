//! Content codings (RFC 9110 §8.4.1), in both directions: bytes in, bytes out, no I/O.
//!
//! A file each, and a pool of encoders, as to set one up costs more than to compress a small answer.

#[cfg(feature = "compression-brotli")]
mod brotli;
mod deflate;
mod pool;
#[cfg(feature = "compression-zstd")]
mod zstd;

use std::fmt;

pub(super) use pool::Pooled;

/// How hard encoders try.
///
/// | | gzip, deflate | brotli | zstd |
/// |---|---|---|---|
/// | `Fast` | 1 | 1 | 1 |
/// | `Balanced` | 6 | 4 | 3 |
/// | `Small` | 9 | 9 | 12 |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompressionLevel {
    /// Least time; for answers of which each is made once.
    Fast,
    /// What a server can do for each answer.
    #[default]
    Balanced,
    /// Fewest bytes, for several times the time.
    Small,
}

/// A content coding that this build knows; the one that costs least for its gain comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    #[cfg(feature = "compression-zstd")]
    Zstd,
    #[cfg(feature = "compression-brotli")]
    Brotli,
    Gzip,
    /// The zlib format (RFC 1950), which is what `deflate` stands for (RFC 9110 §8.4.1.2).
    Deflate,
}

impl Coding {
    const ALL: &[Self] = &[
        #[cfg(feature = "compression-zstd")]
        Self::Zstd,
        #[cfg(feature = "compression-brotli")]
        Self::Brotli,
        Self::Gzip,
        Self::Deflate,
    ];

    /// The names of all, as fields list them.
    pub(super) const NAMES: &[&str] = &[
        #[cfg(feature = "compression-zstd")]
        "zstd",
        #[cfg(feature = "compression-brotli")]
        "br",
        "gzip",
        "deflate",
    ];

    /// The coding of this name, in any case; `None` where this build has none.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = if name.eq_ignore_ascii_case("x-gzip") { "gzip" } else { name };
        Self::ALL.iter().copied().find(|coding| coding.name().eq_ignore_ascii_case(name))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "compression-zstd")]
            Self::Zstd => "zstd",
            #[cfg(feature = "compression-brotli")]
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    fn encoder(self, level: CompressionLevel) -> Result<Box<dyn Encode>, Fault> {
        match self {
            #[cfg(feature = "compression-zstd")]
            Self::Zstd => zstd::Encoder::boxed(level),
            #[cfg(feature = "compression-brotli")]
            Self::Brotli => Ok(brotli::Encoder::boxed(level)),
            Self::Gzip => Ok(deflate::Encoder::gzip(level)),
            Self::Deflate => Ok(deflate::Encoder::zlib(level)),
        }
    }

    pub(super) fn decoder(self) -> Result<Box<dyn Decode>, Fault> {
        match self {
            #[cfg(feature = "compression-zstd")]
            Self::Zstd => zstd::Decoder::boxed(),
            #[cfg(feature = "compression-brotli")]
            Self::Brotli => Ok(brotli::Decoder::boxed()),
            Self::Gzip => Ok(deflate::Decoder::gzip()),
            Self::Deflate => Ok(deflate::Decoder::zlib()),
        }
    }
}

/// What follows the bytes that an encoder is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// More, soon.
    Continue,
    /// Perhaps nothing for a while: the other end must be able to read all that was written so far.
    Flush,
    /// The end.
    Finish,
}

/// A compressor of one stream after the other.
pub(super) trait Encode: Send {
    /// Takes all of `input` and appends to `output` what that brings.
    fn encode(&mut self, input: &[u8], then: Then, output: &mut Vec<u8>) -> Result<(), Fault>;

    /// Makes it as good as new, whatever it was in; `false` where it cannot be.
    fn reset(&mut self) -> bool;
}

/// A decompressor of one stream.
pub(super) trait Decode: Send {
    /// Takes from the beginning of `input` as much as there is room for in the spare capacity of `output`, which does not
    /// grow. The count is of what was taken; where it is zero and nothing was appended, it needs more.
    fn decode(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<usize, Fault>;

    /// Whether what was taken so far is whole.
    fn is_complete(&self) -> bool;
}

/// What a coder of other people's says went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault(pub(super) String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
pub(super) mod tests;
