//! What is encoded is decoded again, by the same crates and cut anywhere.

use super::*;

/// Text that compresses, and does not repeat itself at once.
pub(in crate::middleware) fn text(len: usize) -> Vec<u8> {
    let lines =
        (0u64..).flat_map(|line| format!("{line}: {}\n", line.wrapping_mul(0x9e37_79b9) % 1000).into_bytes());
    lines.take(len).collect()
}

/// All of it in one piece.
pub(in crate::middleware) fn encoded(coding: Coding, content: &[u8]) -> Vec<u8> {
    encode(coding, CompressionLevel::Balanced, &[(content, Then::Finish)])
}

/// What it was, which must be whole.
#[track_caller]
pub(in crate::middleware) fn decoded(coding: &str, encoded: &[u8]) -> Vec<u8> {
    let (decoded, is_complete) = decode(Coding::named(coding).unwrap(), encoded, 1000, 65536).unwrap();
    assert!(is_complete, "{coding} ends too early");
    decoded
}

fn encode(coding: Coding, level: CompressionLevel, pieces: &[(&[u8], Then)]) -> Vec<u8> {
    let (mut encoder, mut output) = (coding.encoder(level).unwrap(), Vec::new());
    for (piece, then) in pieces {
        encoder.encode(piece, *then, &mut output).unwrap();
    }
    output
}

/// Decodes what comes in pieces of `cut` bytes, into room of `room`.
fn decode(coding: Coding, encoded: &[u8], cut: usize, room: usize) -> Result<(Vec<u8>, bool), Fault> {
    let (mut decoder, mut decoded) = (coding.decoder().unwrap(), Vec::new());
    for mut piece in encoded.chunks(cut) {
        loop {
            let mut output = Vec::with_capacity(room);
            let taken = decoder.decode(piece, &mut output)?;
            assert!(output.len() <= room, "{coding:?} took more room than there was");
            piece = &piece[taken..];
            let is_starved = taken == 0 && output.is_empty();
            decoded.append(&mut output);
            if is_starved {
                break;
            }
        }
    }
    Ok((decoded, decoder.is_complete()))
}

#[test]
fn what_is_encoded_is_decoded_cut_anywhere_and_at_every_level() {
    for &coding in Coding::ALL {
        for level in [CompressionLevel::Fast, CompressionLevel::Balanced, CompressionLevel::Small] {
            let text = text(300_000);
            let encoded = encode(coding, level, &[(&text, Then::Continue), (b"", Then::Finish)]);
            assert!(encoded.len() < text.len() / 2, "{coding:?} {level:?}: {}", encoded.len());
            for (cut, room) in [(1, 64), (7, 4096), (encoded.len(), 100), (1000, 65536)] {
                assert_eq!(
                    decode(coding, &encoded, cut, room),
                    Ok((text.clone(), true)),
                    "{coding:?} {cut} {room}"
                );
            }
        }
        let nothing = encode(coding, CompressionLevel::Balanced, &[(b"", Then::Finish)]);
        assert_eq!(decode(coding, &nothing, 1, 16), Ok((Vec::new(), true)), "{coding:?}");
    }
}

#[test]
fn what_was_flushed_can_be_read() {
    for &coding in Coding::ALL {
        let mut encoder = coding.encoder(CompressionLevel::Balanced).unwrap();
        let mut encoded = Vec::new();
        for len in 1..=3 {
            encoder.encode(b"one event\n", Then::Flush, &mut encoded).unwrap();
            assert_eq!(
                decode(coding, &encoded, 1, 64),
                Ok((b"one event\n".repeat(len), false)),
                "{coding:?}"
            );
        }
    }
}

#[test]
fn what_is_cut_is_not_whole_and_what_is_corrupt_is_refused() {
    let text = text(5000);
    for &coding in Coding::ALL {
        let encoded = encode(coding, CompressionLevel::Balanced, &[(&text, Then::Finish)]);
        for end in 0..encoded.len() {
            let (decoded, is_complete) = decode(coding, &encoded[..end], 256, 4096).unwrap();
            assert!(!is_complete && text.starts_with(&decoded), "{coding:?} cut at {end}");
        }
        assert!(decode(coding, &text, 256, 4096).is_err(), "{coding:?} of what it is not");
        let mut longer = encoded;
        longer.extend_from_slice(b"!!!!!!!!");
        assert!(decode(coding, &longer, longer.len(), 4096).is_err(), "{coding:?} with more behind its end");
    }
}

#[test]
fn members_follow_each_other_in_gzip() {
    let member = encode(Coding::Gzip, CompressionLevel::Fast, &[(b"twice ", Then::Finish)]);
    assert_eq!(decode(Coding::Gzip, &member.repeat(2), 5, 64), Ok((b"twice twice ".to_vec(), true)));
    let zlib = encode(Coding::Deflate, CompressionLevel::Fast, &[(b"once", Then::Finish)]);
    assert!(decode(Coding::Deflate, &zlib.repeat(2), 5, 64).is_err());
}

#[test]
fn names_are_known_in_any_case() {
    let rows =
        [("GZIP", Some("gzip")), ("x-gzip", Some("gzip")), ("deflate", Some("deflate")), ("compress", None)];
    for (name, expected) in rows {
        assert_eq!(Coding::named(name).map(Coding::name), expected, "{name}");
    }
    for (coding, name) in Coding::ALL.iter().zip(Coding::NAMES) {
        assert_eq!((coding.name(), Coding::named(name)), (*name, Some(*coding)));
    }
}
