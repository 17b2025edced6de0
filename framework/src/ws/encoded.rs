//! [`Encoded`]: a message to many, whose frames are made once.

use super::deflate::{Deflater, Kind};
use super::frame::encode_frame;
use super::socket::Message;

/// A message, and the frames that were made of it so far.
#[derive(Debug)]
pub(super) struct Encoded {
    message: Message,
    /// As it is; empty before it is asked for.
    plain: Vec<u8>,
    /// Compressed by itself: as many as there are agreements, of which there are few.
    compressed: Vec<(Kind, Vec<u8>)>,
}

impl Encoded {
    pub(super) fn new(message: Message) -> Self {
        Self { message, plain: Vec::new(), compressed: Vec::new() }
    }

    /// Appends the frame for a connection that compresses so.
    pub(super) fn append_to(&mut self, deflater: Option<&mut Deflater>, output: &mut Vec<u8>) {
        let (opcode, content) = (self.message.opcode(), self.message.as_bytes());
        let Some(deflater) = deflater else {
            if self.plain.is_empty() {
                encode_frame(opcode, content, &mut self.plain);
            }
            return output.extend_from_slice(&self.plain);
        };
        let Some(kind) = deflater.kind() else {
            // It depends on what this client was sent before.
            return deflater.encode(opcode, content, output);
        };
        if let Some((_, frame)) = self.compressed.iter().find(|(known, _)| *known == kind) {
            return output.extend_from_slice(frame);
        }
        let mut frame = Vec::new();
        deflater.encode(opcode, content, &mut frame);
        output.extend_from_slice(&frame);
        self.compressed.push((kind, frame));
    }
}
