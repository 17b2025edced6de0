//! gzip (RFC 1952) and zlib (RFC 1950), by `flate2` on `zlib-rs`.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::{CompressionLevel, Decode, Encode, Fault, Then};

/// The largest window, 32 KiB, in bits.
const WINDOW_BITS: u8 = 15;
/// So much room at least is made before an encoder is asked for output.
const ROOM: usize = 1024;

pub(super) struct Encoder(Compress);

impl Encoder {
    pub(super) fn gzip(level: CompressionLevel) -> Box<dyn Encode> {
        Box::new(Self(Compress::new_gzip(number(level), WINDOW_BITS)))
    }

    pub(super) fn zlib(level: CompressionLevel) -> Box<dyn Encode> {
        Box::new(Self(Compress::new(number(level), true)))
    }
}

fn number(level: CompressionLevel) -> Compression {
    Compression::new(match level {
        CompressionLevel::Fast => 1,
        CompressionLevel::Balanced => 6,
        CompressionLevel::Small => 9,
    })
}

impl Encode for Encoder {
    fn encode(&mut self, input: &[u8], then: Then, output: &mut Vec<u8>) -> Result<(), Fault> {
        let flush = match then {
            Then::Continue => FlushCompress::None,
            Then::Flush => FlushCompress::Sync,
            Then::Finish => FlushCompress::Finish,
        };
        let mut rest = input;
        loop {
            output.reserve(ROOM.max(rest.len() / 2));
            let before = self.0.total_in();
            let status =
                self.0.compress_vec(rest, output, flush).map_err(|error| Fault(error.to_string()))?;
            let taken = usize::try_from(self.0.total_in() - before).unwrap_or(usize::MAX);
            rest = rest.get(taken..).unwrap_or_default();
            // Room that is left says that there was nothing more to write (zlib.h, `deflate`).
            let is_done = match then {
                Then::Continue | Then::Flush => rest.is_empty() && output.len() < output.capacity(),
                Then::Finish => status == Status::StreamEnd,
            };
            if is_done {
                return Ok(());
            }
        }
    }

    fn reset(&mut self) -> bool {
        self.0.reset();
        true
    }
}

pub(super) struct Decoder {
    inflate: Decompress,
    /// Whether another stream may follow the end of one, as members of gzip do (RFC 1952 §2.2).
    has_members: bool,
    /// Whether what was taken so far ends with the end of a stream.
    at_end: bool,
}

impl Decoder {
    pub(super) fn gzip() -> Box<dyn Decode> {
        Box::new(Self { inflate: Decompress::new_gzip(WINDOW_BITS), has_members: true, at_end: false })
    }

    pub(super) fn zlib() -> Box<dyn Decode> {
        Box::new(Self { inflate: Decompress::new(true), has_members: false, at_end: false })
    }
}

impl Decode for Decoder {
    fn decode(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<usize, Fault> {
        if self.at_end && !input.is_empty() {
            if !self.has_members {
                return Err(Fault("there is more behind its end".to_owned()));
            }
            self.inflate.reset(true);
            self.at_end = false;
        }
        if self.at_end {
            return Ok(0);
        }
        let before = self.inflate.total_in();
        let status = self.inflate.decompress_vec(input, output, FlushDecompress::None);
        self.at_end = status.map_err(|error| Fault(error.to_string()))? == Status::StreamEnd;
        Ok(usize::try_from(self.inflate.total_in() - before).unwrap_or(usize::MAX))
    }

    fn is_complete(&self) -> bool {
        self.at_end
    }
}
