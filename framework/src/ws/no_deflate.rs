//! What stands for `deflate/` where the feature `ws-deflate` is off: nothing is ever agreed on.

use super::decoder::Violation;
use super::frame::Opcode;

#[derive(Debug)]
pub(super) enum Inflater {}

impl Inflater {
    pub(super) fn inflate(&mut self, _: &[u8], _: &mut Vec<u8>, _: usize) -> Result<(), Violation> {
        match *self {}
    }

    pub(super) fn finish(&mut self, _: &mut Vec<u8>, _: usize) -> Result<(), Violation> {
        match *self {}
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {}

#[derive(Debug)]
pub(super) enum Deflater {}

impl Deflater {
    pub(super) fn kind(&self) -> Option<Kind> {
        match *self {}
    }

    pub(super) fn encode(&mut self, _: Opcode, _: &[u8], _: &mut Vec<u8>) {
        match *self {}
    }
}
