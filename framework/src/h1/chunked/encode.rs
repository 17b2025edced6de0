//! Chunks on their way out, and what stands behind the last one: no extensions.

use http::HeaderMap;

use crate::http::may_trail;

/// What stands behind a chunk's data.
pub(crate) const CHUNK_END: &[u8] = b"\r\n";

/// The last chunk and the empty trailer section.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Sixteen digits and CRLF.
const MAX_HEAD: usize = 18;

/// The line in front of a chunk's data, for a vectored write: [`ChunkHead`], data, [`CHUNK_END`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChunkHead {
    bytes: [u8; MAX_HEAD],
    /// Where in `bytes` the line begins; it ends with them.
    start: usize,
}

impl ChunkHead {
    /// The line for `len` bytes of data.
    ///
    /// Zero would be the last chunk: `None`.
    pub(crate) fn new(len: usize) -> Option<Self> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        if len == 0 {
            return None;
        }
        let mut bytes = [0; MAX_HEAD];
        let mut rest = len;
        let mut start = MAX_HEAD;
        for (place, slot) in bytes.iter_mut().enumerate().rev() {
            *slot = match place {
                17 => b'\n',
                16 => b'\r',
                _ if rest == 0 => break,
                _ => {
                    let digit = DIGITS.get(rest & 0xf).copied().unwrap_or_default();
                    rest >>= 4;
                    digit
                }
            };
            start = place;
        }
        Some(Self { bytes, start })
    }

    /// The bytes to write.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }
}

/// Writes `data` as one chunk; nothing for no data, since an empty chunk would end the body.
#[cfg(any(test, feature = "__properties"))]
pub(crate) fn encode_chunk(data: &[u8], out: &mut Vec<u8>) {
    let Some(head) = ChunkHead::new(data.len()) else { return };
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(data);
    out.extend_from_slice(CHUNK_END);
}

/// Ends the body.
pub(crate) fn encode_last_chunk(out: &mut Vec<u8>) {
    out.extend_from_slice(LAST_CHUNK);
}

/// Ends the body with a trailer section, of those fields that may stand there (RFC 9110 §6.5.1).
pub(crate) fn encode_trailers(trailers: &HeaderMap, out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n");
    for (name, value) in trailers.iter().filter(|(name, _)| may_trail(name)) {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            out.extend_from_slice(part);
        }
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_the_size_in_hexadecimal() {
        for len in [1, 9, 10, 15, 16, 255, 256, 4096, 65_535, 1 << 20, usize::MAX] {
            let head = ChunkHead::new(len).unwrap();
            assert_eq!(std::str::from_utf8(head.as_bytes()).unwrap(), format!("{len:x}\r\n"));
        }
    }

    #[test]
    fn trailers_are_lines_behind_the_last_chunk_and_frame_nothing() {
        let mut trailers = HeaderMap::new();
        for (name, value) in [("checksum", "1 2"), ("content-length", "7"), ("host", "a"), ("checksum", "3")]
        {
            trailers.append(name, http::HeaderValue::from_static(value));
        }
        let mut out = Vec::new();
        encode_trailers(&trailers, &mut out);
        assert_eq!(std::str::from_utf8(&out), Ok("0\r\nchecksum: 1 2\r\nchecksum: 3\r\n\r\n"));
        out.clear();
        encode_trailers(&HeaderMap::new(), &mut out);
        assert_eq!(out, LAST_CHUNK);
    }

    #[test]
    fn no_data_writes_no_chunk() {
        let mut out = Vec::new();
        encode_chunk(b"", &mut out);
        assert!(out.is_empty());
        encode_chunk(b"hello", &mut out);
        encode_last_chunk(&mut out);
        assert_eq!(out, b"5\r\nhello\r\n0\r\n\r\n");
    }
}
