//! The heads of frames in a stream of bytes (RFC 9113 §4.1), whichever pieces it comes in. What they hold is `h2`'s to
//! judge: here nothing is refused, and of faults only those have a name that `h2` has none, or a wider one, for.

use h2::Reason;

/// Bytes of a frame's head.
pub(super) const HEAD_LEN: usize = 9;
/// Bytes of what follows that are kept: error codes and window increments are no longer.
const KEPT: usize = 4;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

/// END_STREAM of DATA and HEADERS; of SETTINGS and PING the same bit is ACK.
const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITIZED: u8 = 0x20;

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Bytes behind the head.
    pub(super) len: u32,
    pub(super) kind: u8,
    flags: u8,
    /// 0 is the connection.
    pub(super) stream: u32,
}

impl Head {
    fn parse(bytes: [u8; HEAD_LEN]) -> Self {
        let [len0, len1, len2, kind, flags, id0, id1, id2, id3] = bytes;
        Self {
            len: u32::from_be_bytes([0, len0, len1, len2]),
            kind,
            flags,
            // The first bit is reserved, and to be ignored.
            stream: u32::from_be_bytes([id0 & 0x7f, id1, id2, id3]),
        }
    }

    /// Bytes of the whole frame.
    pub(super) fn frame_len(&self) -> u64 {
        u64::from(self.len) + HEAD_LEN as u64
    }

    /// Whether a DATA or HEADERS frame is its sender's last of the stream.
    pub(super) fn ends_stream(&self) -> bool {
        matches!(self.kind, DATA | HEADERS) && self.flags & END_STREAM != 0
    }

    /// Whether a HEADERS or CONTINUATION frame is the last of its section.
    pub(super) fn ends_headers(&self) -> bool {
        self.flags & END_HEADERS != 0
    }

    /// Whether a HEADERS frame begins with the length of its padding.
    pub(super) fn is_padded(&self) -> bool {
        self.flags & PADDED != 0
    }

    /// Whether a HEADERS frame names the stream that its own depends on.
    pub(super) fn has_priority(&self) -> bool {
        self.flags & PRIORITIZED != 0
    }

    /// Whether what it holds may be looked at.
    fn has_content(&self) -> bool {
        matches!(self.kind, HEADERS | CONTINUATION | SETTINGS)
    }

    /// Whether a SETTINGS or PING frame answers one.
    pub(super) fn is_ack(&self) -> bool {
        matches!(self.kind, SETTINGS | PING) && self.flags & END_STREAM != 0
    }

    /// What is wrong with a client's frame that its kind cannot have this length (RFC 9113 §6.3 to §6.9), or that it is the
    /// first and no SETTINGS (RFC 9113 §3.4). That it is too long for any kind is `h2`'s to say.
    pub(super) fn fault(&self, is_first: bool) -> Option<Reason> {
        if is_first && (self.kind != SETTINGS || self.is_ack()) {
            return Some(Reason::PROTOCOL_ERROR);
        }
        let is_possible = match self.kind {
            PRIORITY => self.len == 5,
            RST_STREAM | WINDOW_UPDATE => self.len == 4,
            SETTINGS if self.is_ack() => self.len == 0,
            SETTINGS => self.len.is_multiple_of(6),
            PING => self.len == 8,
            GOAWAY => self.len >= 8,
            _ => true,
        };
        (!is_possible).then_some(Reason::FRAME_SIZE_ERROR)
    }
}

/// What a scanner comes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passing<'a> {
    /// A frame's head is there.
    Head(Head),
    /// And so much more of a HEADERS, CONTINUATION or SETTINGS frame.
    Content(&'a [u8]),
    /// And now all of it; with its first four bytes as a number, where it has so many.
    End(Head, u32),
}

/// Finds the frames in one direction of a connection.
#[derive(Debug)]
pub(super) struct Scanner {
    /// Bytes before the first frame that are still to come.
    preface: usize,
    head: [u8; HEAD_LEN],
    head_len: usize,
    /// Of the frame whose head is whole: what is known of it, and how much is still to come.
    frame: Option<(Head, u32)>,
    kept: [u8; KEPT],
    kept_len: usize,
}

impl Scanner {
    /// One for bytes that begin with `preface` others.
    pub(super) fn behind(preface: usize) -> Self {
        Self { preface, head: [0; HEAD_LEN], head_len: 0, frame: None, kept: [0; KEPT], kept_len: 0 }
    }

    /// Looks at the next bytes.
    pub(super) fn scan(&mut self, mut bytes: &[u8], mut passes: impl FnMut(Passing<'_>)) {
        let skipped = self.preface.min(bytes.len());
        self.preface -= skipped;
        bytes = bytes.get(skipped..).unwrap_or_default();
        while !bytes.is_empty() {
            let Some((head, left)) = self.frame else {
                if self.head_len == 0
                    && let Some((head, rest)) = bytes.split_first_chunk()
                {
                    bytes = self.begin(Head::parse(*head), rest, &mut passes);
                    continue;
                }
                let taken = fill(&mut self.head, &mut self.head_len, bytes);
                bytes = bytes.get(taken..).unwrap_or_default();
                if self.head_len == HEAD_LEN {
                    (self.head_len, self.kept_len) = (0, 0);
                    let head = Head::parse(self.head);
                    passes(Passing::Head(head));
                    self.go_on(head, head.len, &mut passes);
                }
                continue;
            };
            let taken = bytes.len().min(left as usize);
            let (piece, rest) = bytes.split_at_checked(taken).unwrap_or((bytes, &[]));
            fill(&mut self.kept, &mut self.kept_len, piece);
            if head.has_content() {
                passes(Passing::Content(piece));
            }
            bytes = rest;
            self.go_on(head, left - u32::try_from(taken).unwrap_or(left), &mut passes);
        }
    }

    /// Goes on behind a head that has come in one piece, as most frames have; gives what follows the frame.
    fn begin<'a>(&mut self, head: Head, bytes: &'a [u8], passes: &mut impl FnMut(Passing<'_>)) -> &'a [u8] {
        passes(Passing::Head(head));
        self.kept_len = 0;
        let Some((content, rest)) = bytes.split_at_checked(head.len as usize) else {
            self.frame = Some((head, head.len));
            return bytes;
        };
        if head.has_content() {
            passes(Passing::Content(content));
        }
        passes(Passing::End(head, content.first_chunk().map_or(0, |kept| u32::from_be_bytes(*kept))));
        rest
    }

    fn go_on(&mut self, head: Head, left: u32, passes: &mut impl FnMut(Passing<'_>)) {
        self.frame = (left > 0).then_some((head, left));
        if left == 0 {
            let kept = if self.kept_len == KEPT { u32::from_be_bytes(self.kept) } else { 0 };
            passes(Passing::End(head, kept));
        }
    }
}

/// Copies what there is room for behind the first `len` bytes of `place`; gives how many that were.
pub(super) fn fill(place: &mut [u8], len: &mut usize, bytes: &[u8]) -> usize {
    let room = place.get_mut(*len..).unwrap_or_default();
    let taken = room.len().min(bytes.len());
    if let (Some(room), Some(bytes)) = (room.get_mut(..taken), bytes.get(..taken)) {
        room.copy_from_slice(bytes);
    }
    *len += taken;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The frames in `pieces`, and what they held that may be looked at.
    fn scan(pieces: &[&[u8]], preface: usize) -> (Vec<Passing<'static>>, Vec<u8>) {
        let mut scanner = Scanner::behind(preface);
        let (mut seen, mut contents) = (Vec::new(), Vec::new());
        for piece in pieces {
            scanner.scan(piece, |passing| match passing {
                Passing::Content(bytes) => contents.extend_from_slice(bytes),
                Passing::Head(head) => seen.push(Passing::Head(head)),
                Passing::End(head, value) => seen.push(Passing::End(head, value)),
            });
        }
        (seen, contents)
    }

    #[test]
    fn finds_each_frame_whatever_the_pieces() {
        let bytes = b"PREFACE\
            \x00\x00\x00\x04\x00\x00\x00\x00\x00\
            \x00\x00\x04\x08\x00\x80\x00\x00\x05\x00\x01\x00\x02\
            \x00\x00\x03\x00\x01\x00\x00\x01\x01abc\
            \x00\x00\x06\x01\x05\x00\x00\x00\x07abcdef";
        let settings = Head { len: 0, kind: SETTINGS, flags: 0, stream: 0 };
        let update = Head { len: 4, kind: WINDOW_UPDATE, flags: 0, stream: 5 };
        let data = Head { len: 3, kind: DATA, flags: 1, stream: 257 };
        let headers = Head { len: 6, kind: HEADERS, flags: 5, stream: 7 };
        let expected = [
            Passing::Head(settings),
            Passing::End(settings, 0),
            Passing::Head(update),
            Passing::End(update, 0x1_0002),
            Passing::Head(data),
            Passing::End(data, 0),
            Passing::Head(headers),
            Passing::End(headers, u32::from_be_bytes(*b"abcd")),
        ];
        for len in 1..=bytes.len() {
            let pieces: Vec<_> = bytes.chunks(len).collect();
            let (seen, contents) = scan(&pieces, 7);
            assert_eq!(seen, expected, "in pieces of {len}");
            assert_eq!(contents, b"abcdef", "in pieces of {len}");
        }
        assert!(data.ends_stream() && headers.ends_stream() && headers.ends_headers());
        assert!(!update.ends_stream() && !settings.is_ack());
    }

    #[test]
    fn each_kind_has_its_lengths() {
        let rows: [(u8, u8, &[u32], &[u32]); 10] = [
            (DATA, 0, &[0, 1, 16_384], &[]),
            (HEADERS, 0, &[0, 1, 16_384], &[]),
            (PRIORITY, 0, &[5], &[0, 4, 6]),
            (RST_STREAM, 0, &[4], &[0, 3, 5]),
            (SETTINGS, 0, &[0, 6, 12], &[1, 5, 7]),
            (SETTINGS, 1, &[0], &[1, 6]),
            (PING, 0, &[8], &[0, 7, 9]),
            (GOAWAY, 0, &[8, 9, 100], &[0, 7]),
            (WINDOW_UPDATE, 0, &[4], &[0, 3, 5]),
            (0xFF, 0, &[0, 1, 16_384], &[]),
        ];
        for (kind, flags, good, bad) in rows {
            let fault = |len: u32| Head { len, kind, flags, stream: 1 }.fault(false);
            assert!(good.iter().all(|&len| fault(len).is_none()), "{kind}");
            assert!(bad.iter().all(|&len| fault(len) == Some(Reason::FRAME_SIZE_ERROR)), "{kind}");
            let first = Head { len: good[0], kind, flags, stream: 0 }.fault(true);
            assert_eq!(first.is_none(), (kind, flags) == (SETTINGS, 0), "{kind} {flags}");
        }
    }
}
