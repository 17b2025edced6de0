//! What a file is in a content coding, where that is worth a copy of it in the program.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// What one packet of TCP holds costs no less when it is smaller.
const SMALL: usize = 1024;

/// Programs that are built to be tried are built fast; those that are shipped have the smallest files.
const IS_TRIED: bool = cfg!(debug_assertions);

/// In brotli (RFC 7932); `None` where it is hardly smaller.
pub(super) fn brotli(content: &[u8]) -> Option<Vec<u8>> {
    let quality = if IS_TRIED { 3 } else { 11 };
    worthwhile(content, || {
        let mut compressed = Vec::new();
        let params =
            brotli::enc::BrotliEncoderParams { quality, size_hint: content.len(), ..Default::default() };
        brotli::BrotliCompress(&mut &*content, &mut compressed, &params).ok()?;
        Some(compressed)
    })
}

/// In gzip (RFC 1952); `None` where it is hardly smaller.
pub(super) fn gzip(content: &[u8]) -> Option<Vec<u8>> {
    let level = if IS_TRIED { Compression::fast() } else { Compression::best() };
    worthwhile(content, || {
        let mut encoder = GzEncoder::new(Vec::new(), level);
        encoder.write_all(content).ok()?;
        encoder.finish().ok()
    })
}

/// What `compress` makes, where it saves a tenth at least.
fn worthwhile(content: &[u8], compress: impl FnOnce() -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    if content.len() < SMALL {
        return None;
    }
    compress().filter(|compressed| compressed.len() < content.len() / 10 * 9)
}
