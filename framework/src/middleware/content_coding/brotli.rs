//! brotli (RFC 7932), by the crate of that name.
//!
//! Windows are of 256 KiB for what is written, so that a stream has a few hundred KiB of state and not some MiB, and of
//! the RFC's 16 MiB at most for what is read: "large windows" are not part of the coding.

use brotli::enc::StandardAlloc;
use brotli::enc::encode::{BrotliEncoderOperation, BrotliEncoderParameter, BrotliEncoderStateStruct};
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};

use super::{CompressionLevel, Decode, Encode, Fault, Then};

const WINDOW_BITS: u32 = 18;
/// So much room at least is made before an encoder is asked for output.
const ROOM: usize = 1024;

pub(super) struct Encoder(BrotliEncoderStateStruct<StandardAlloc>);

impl Encoder {
    pub(super) fn boxed(level: CompressionLevel) -> Box<dyn Encode> {
        let mut state = BrotliEncoderStateStruct::new(StandardAlloc::default());
        let quality = match level {
            CompressionLevel::Fast => 1,
            CompressionLevel::Balanced => 4,
            CompressionLevel::Small => 9,
        };
        state.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_QUALITY, quality);
        state.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_LGWIN, WINDOW_BITS);
        Box::new(Self(state))
    }
}

impl Encode for Encoder {
    fn encode(&mut self, input: &[u8], then: Then, output: &mut Vec<u8>) -> Result<(), Fault> {
        let (mut input_left, mut taken) = (input.len(), 0);
        loop {
            let operation = match then {
                Then::Continue => BrotliEncoderOperation::BROTLI_OPERATION_PROCESS,
                Then::Flush => BrotliEncoderOperation::BROTLI_OPERATION_FLUSH,
                Then::Finish => BrotliEncoderOperation::BROTLI_OPERATION_FINISH,
            };
            let mut written = output.len();
            output.resize(written + ROOM.max(input_left / 2), 0);
            let mut room = output.len() - written;
            let went_well = self.0.compress_stream(
                operation,
                &mut input_left,
                input,
                &mut taken,
                &mut room,
                output,
                &mut written,
                &mut None,
                &mut |_, _, _, _| (),
            );
            output.truncate(written);
            if !went_well {
                return Err(Fault("the encoder failed".to_owned()));
            }
            let is_done = match then {
                Then::Continue | Then::Flush => input_left == 0 && !self.0.has_more_output(),
                Then::Finish => self.0.is_finished(),
            };
            if is_done {
                return Ok(());
            }
        }
    }

    /// There is no such thing in the crate.
    fn reset(&mut self) -> bool {
        false
    }
}

pub(super) struct Decoder {
    state: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    at_end: bool,
}

impl Decoder {
    pub(super) fn boxed() -> Box<dyn Decode> {
        let alloc = StandardAlloc::default;
        Box::new(Self { state: BrotliState::new_strict(alloc(), alloc(), alloc()), at_end: false })
    }
}

impl Decode for Decoder {
    fn decode(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<usize, Fault> {
        if self.at_end {
            return match input {
                [] => Ok(0),
                _ => Err(Fault("there is more behind its end".to_owned())),
            };
        }
        let (mut input_left, mut taken, mut written) = (input.len(), 0, output.len());
        output.resize(output.capacity(), 0);
        let mut room = output.len() - written;
        let result = BrotliDecompressStream(
            &mut input_left,
            &mut taken,
            input,
            &mut room,
            &mut written,
            output,
            &mut 0,
            &mut self.state,
        );
        output.truncate(written);
        match result {
            BrotliResult::ResultSuccess => self.at_end = true,
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {}
            BrotliResult::ResultFailure => return Err(Fault("corrupt brotli stream".to_owned())),
        }
        Ok(taken)
    }

    fn is_complete(&self) -> bool {
        self.at_end
    }
}
