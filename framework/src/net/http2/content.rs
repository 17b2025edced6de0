//! What is looked at in frames, whichever pieces they come in, as `h2` passes over it or has another name for it.

use h2::Reason;

use super::frames::{Head, fill};

/// SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113 §6.5.2).
const INITIAL_WINDOW_SIZE: u16 = 4;
/// The largest window.
const MAX_WINDOW: u32 = 0x7fff_ffff;

/// The static table begins with the pseudo-fields (RFC 7541 Appendix A).
const LAST_PSEUDO: u8 = 14;
/// The seven bits that a colon has in the Huffman code (RFC 7541 Appendix B).
const HUFFMAN_COLON: u8 = 0b101_1100;

/// A frame that is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// A trailer section, of which it is to be known how it begins.
    Trailers(Opening),
    /// What a client asks for.
    Settings(Settings),
}

impl Content {
    /// Goes on with the next octets; tells what is wrong with them.
    pub(super) fn fault(&mut self, bytes: &[u8]) -> Option<Reason> {
        match self {
            // The stream is malformed, and the connection may end with it (RFC 9113 §5.4.1).
            Self::Trailers(opening) => opening.is_pseudo(bytes).then_some(Reason::PROTOCOL_ERROR),
            Self::Settings(settings) => {
                settings.ask_for_too_wide_a_window(bytes).then_some(Reason::FLOW_CONTROL_ERROR)
            }
        }
    }
}

/// The octets of a SETTINGS frame: entries of six (RFC 9113 §6.5.1). `h2` says PROTOCOL_ERROR of a window that is too
/// wide.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Settings {
    entry: [u8; 6],
    len: usize,
}

impl Settings {
    fn ask_for_too_wide_a_window(&mut self, mut bytes: &[u8]) -> bool {
        let mut is_too_wide = false;
        while !bytes.is_empty() {
            let taken = fill(&mut self.entry, &mut self.len, bytes);
            bytes = bytes.get(taken..).unwrap_or_default();
            if self.len == self.entry.len() {
                let [id0, id1, value @ ..] = self.entry;
                is_too_wide |= u16::from_be_bytes([id0, id1]) == INITIAL_WINDOW_SIZE
                    && u32::from_be_bytes(value) > MAX_WINDOW;
                self.len = 0;
            }
        }
        is_too_wide
    }
}

/// The octets of a trailer section, up to the name of its first field (RFC 7541 §6).
///
/// With a pseudo-field the section is malformed (RFC 9113 §8.1), which `h2` does not say: it drops those, and refuses
/// only the ones that stand behind another field. So the first field is what there is to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// So many are of the frame: the length of its padding, its priority.
    Frame(u8),
    /// The next begins a field, or tells the size of the dynamic table.
    Field,
    /// A size goes on.
    Size,
    /// The next begins the length of a name.
    Length,
    /// The length goes on; whether the name has the Huffman code.
    LongLength(bool),
    /// The next begins the name.
    Name(bool),
    /// It is known how the section begins.
    Known { is_pseudo: bool },
}

impl Opening {
    /// That of the section which the HEADERS frame `head` begins.
    pub(super) fn of(head: Head) -> Self {
        match u8::from(head.is_padded()) + if head.has_priority() { 5 } else { 0 } {
            0 => Self::Field,
            len => Self::Frame(len),
        }
    }

    /// Goes on with the next octets; tells whether a pseudo-field is the first.
    pub(super) fn is_pseudo(&mut self, bytes: &[u8]) -> bool {
        for &byte in bytes {
            if matches!(self, Self::Known { .. }) {
                break;
            }
            *self = self.behind(byte);
        }
        *self == Self::Known { is_pseudo: true }
    }

    fn behind(self, byte: u8) -> Self {
        match self {
            Self::Frame(..=1) => Self::Field,
            Self::Frame(left) => Self::Frame(left - 1),
            Self::Field => match byte {
                // An indexed field, one that is added to the table, a size, and one that is not added.
                0x80.. => Self::indexed(byte & 0x7f),
                0x40 => Self::Length,
                0x41.. => Self::indexed(byte & 0x3f),
                0x3f => Self::Size,
                0x20.. => Self::Field,
                _ if byte & 0x0f == 0 => Self::Length,
                _ => Self::indexed(byte & 0x0f),
            },
            Self::Size if byte & 0x80 != 0 => Self::Size,
            Self::Size => Self::Field,
            Self::Length if byte & 0x7f == 0x7f => Self::LongLength(byte & 0x80 != 0),
            // No name at all is `h2`'s to refuse.
            Self::Length if byte & 0x7f == 0 => Self::Known { is_pseudo: false },
            Self::Length => Self::Name(byte & 0x80 != 0),
            Self::LongLength(_) if byte & 0x80 != 0 => self,
            Self::LongLength(is_huffman) => Self::Name(is_huffman),
            Self::Name(true) => Self::Known { is_pseudo: byte >> 1 == HUFFMAN_COLON },
            Self::Name(false) => Self::Known { is_pseudo: byte == b':' },
            Self::Known { .. } => self,
        }
    }

    /// A field whose name is in a table. Of the dynamic one nothing is known here.
    fn indexed(index: u8) -> Self {
        Self::Known { is_pseudo: (1..=LAST_PSEUDO).contains(&index) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudo_field_is_seen_however_it_is_written_and_whatever_the_pieces() {
        let rows: [(&str, bool, &[u8]); 22] = [
            (":authority, indexed", true, b"\x81"),
            (":method GET, indexed", true, b"\x82"),
            (":status 500, indexed", true, b"\x8e"),
            ("accept-charset, indexed", false, b"\x8f"),
            ("of the dynamic table", false, b"\xbe"),
            ("beyond the tables", false, b"\xff\x01"),
            ("an index of nothing", false, b"\x80"),
            (":path added", true, b"\x44\x01/"),
            ("accept-charset added", false, b"\x4f\x01a"),
            (":path not added", true, b"\x04\x01/"),
            (":path never added", true, b"\x14\x01/"),
            ("accept-charset not added", false, b"\x0f\x00\x01a"),
            (":x added", true, b"\x40\x02:x\x01a"),
            (":x not added", true, b"\x00\x02:x\x01a"),
            ("x:", false, b"\x00\x02x:\x01a"),
            ("a colon in the Huffman code", true, b"\x00\x82\xb9\xe4\x01a"),
            ("x in the Huffman code", false, b"\x40\x81\xf3\x01a"),
            (":… of 200 octets", true, b"\x40\x7f\x49::"),
            (":… of 20,000 octets", true, b"\x40\xff\xa1\x9b\x01\xb9"),
            ("no name", false, b"\x00\x00:"),
            ("behind sizes", true, b"\x20\x3f\xe1\x1f\x82"),
            ("behind sizes, another", false, b"\x20\x3f\xe1\x1f\x90"),
        ];
        for (what, expected, bytes) in rows {
            for len in 1..=bytes.len() {
                let mut opening = Opening::Field;
                let is_pseudo = bytes.chunks(len).fold(false, |_, piece| opening.is_pseudo(piece));
                assert_eq!(is_pseudo, expected, "{what}, in pieces of {len}");
            }
        }
    }

    #[test]
    fn a_window_that_is_too_wide_is_seen_whatever_the_pieces() {
        let rows: [(bool, &[u8]); 4] = [
            (false, b"\0\x04\x7f\xff\xff\xff"),
            (true, b"\0\x04\x80\0\0\0"),
            (true, b"\0\x03\xff\xff\xff\xff\0\x04\xff\xff\xff\xff\0\x04\0\0\0\0"),
            (false, b"\0\x01\xff\xff\xff\xff\x04\0\xff\xff\xff\xff"),
        ];
        for (expected, bytes) in rows {
            for len in 1..=bytes.len() {
                let mut settings = Settings::default();
                let found = bytes.chunks(len).map(|piece| settings.ask_for_too_wide_a_window(piece));
                assert_eq!(
                    found.fold(false, |any, this| any | this),
                    expected,
                    "{bytes:?} in pieces of {len}"
                );
            }
        }
    }

    #[test]
    fn padding_and_priority_come_first() {
        let mut opening = Opening::Frame(6);
        assert!(!opening.is_pseudo(b"\x82\x82\x82"));
        assert!(!opening.is_pseudo(b"\x82\x82\x82"));
        assert!(opening.is_pseudo(b"\x82"));
    }
}
