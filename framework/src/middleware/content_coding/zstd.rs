//! zstd (RFC 8878), by the crate of that name.
//!
//! Windows are of 8 MiB at most in both directions, as the content coding has it (RFC 9659 §3); no level here asks for more
//! than 4.

use zstd::stream::raw::{DParameter, InBuffer, Operation, OutBuffer};

use super::{CompressionLevel, Decode, Encode, Fault, Then};

/// The largest window, in bits.
const MAX_WINDOW_BITS: u32 = 23;
/// So much room at least is made before an encoder is asked for output.
const ROOM: usize = 1024;

pub(super) struct Encoder(zstd::stream::raw::Encoder<'static>);

impl Encoder {
    pub(super) fn boxed(level: CompressionLevel) -> Result<Box<dyn Encode>, Fault> {
        let level = match level {
            CompressionLevel::Fast => 1,
            CompressionLevel::Balanced => 3,
            CompressionLevel::Small => 12,
        };
        Ok(Box::new(Self(zstd::stream::raw::Encoder::new(level).map_err(fault)?)))
    }
}

impl Encode for Encoder {
    fn encode(&mut self, input: &[u8], then: Then, output: &mut Vec<u8>) -> Result<(), Fault> {
        let mut input = InBuffer::around(input);
        loop {
            let left = input.src.len() - input.pos();
            let written = output.len();
            output.resize(written + ROOM.max(left / 2), 0);
            let mut room = OutBuffer::around_pos(output.as_mut_slice(), written);
            let (is_done, written) = if left > 0 {
                self.0.run(&mut input, &mut room).map_err(fault)?;
                (then == Then::Continue && input.pos() == input.src.len(), room.pos())
            } else {
                let remaining = match then {
                    Then::Continue => 0,
                    Then::Flush => self.0.flush(&mut room).map_err(fault)?,
                    Then::Finish => self.0.finish(&mut room, true).map_err(fault)?,
                };
                (remaining == 0, room.pos())
            };
            output.truncate(written);
            if is_done {
                return Ok(());
            }
        }
    }

    fn reset(&mut self) -> bool {
        self.0.reinit().is_ok()
    }
}

pub(super) struct Decoder {
    decoder: zstd::stream::raw::Decoder<'static>,
    /// Whether what was taken so far ends with the end of a frame; another may follow (RFC 8878 §3).
    at_end: bool,
}

impl Decoder {
    pub(super) fn boxed() -> Result<Box<dyn Decode>, Fault> {
        let mut decoder = zstd::stream::raw::Decoder::new().map_err(fault)?;
        decoder.set_parameter(DParameter::WindowLogMax(MAX_WINDOW_BITS)).map_err(fault)?;
        Ok(Box::new(Self { decoder, at_end: false }))
    }
}

impl Decode for Decoder {
    fn decode(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<usize, Fault> {
        if self.at_end && input.is_empty() {
            return Ok(0);
        }
        let written = output.len();
        output.resize(output.capacity(), 0);
        let mut room = OutBuffer::around_pos(output.as_mut_slice(), written);
        let mut input = InBuffer::around(input);
        let result = self.decoder.run(&mut input, &mut room);
        let written = room.pos();
        output.truncate(written);
        self.at_end = result.map_err(fault)? == 0;
        Ok(input.pos())
    }

    fn is_complete(&self) -> bool {
        self.at_end
    }
}

fn fault(error: std::io::Error) -> Fault {
    Fault(error.to_string())
}
