//! Base64 as it was meant (RFC 4648 §4): padded, canonical, nothing else between.

/// Decodes `text`; `None` where it is not what an encoder would have written.
#[inline]
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (groups, []) = text.as_bytes().as_chunks::<4>() else { return None };
    let [groups @ .., last] = groups else { return Some(bytes) };
    for group in groups {
        let [first, second, third, fourth] = group.map(digit);
        push(&mut bytes, [first?, second?, third?, fourth?], 3)?;
    }
    match *last {
        [first, second, b'=', b'='] => push(&mut bytes, [digit(first)?, digit(second)?, 0, 0], 1)?,
        [first, second, third, b'='] => {
            push(&mut bytes, [digit(first)?, digit(second)?, digit(third)?, 0], 2)?;
        }
        [first, second, third, fourth] => {
            push(&mut bytes, [digit(first)?, digit(second)?, digit(third)?, digit(fourth)?], 3)?;
        }
    }
    Some(bytes)
}

/// Encodes `bytes`.
#[cfg(feature = "ws")]
pub(crate) fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, &byte| (bits << 8) | u32::from(byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * place)) as usize & 63).copied().unwrap_or_default();
            text.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// Appends the first `len` bytes of a group; the bits behind them must be zero.
#[inline]
fn push(bytes: &mut Vec<u8>, digits: [u8; 4], len: usize) -> Option<()> {
    let group = digits.into_iter().fold(0_u32, |group, digit| (group << 6) | u32::from(digit));
    let [_, group @ ..] = group.to_be_bytes();
    let (kept, dropped) = group.split_at_checked(len)?;
    bytes.extend_from_slice(kept);
    dropped.iter().all(|&byte| byte == 0).then_some(())
}

#[inline]
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn decodes_the_vectors_of_the_rfc() {
        let rows = [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ];
        for (text, expected) in rows {
            assert_eq!(decode(text).as_deref(), Some(expected.as_bytes()), "{text}");
        }
    }

    #[test]
    fn refuses_what_no_encoder_writes() {
        for text in
            ["Z", "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Z-_v", "=Zg=", "Zg==="]
        {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_base64(text in "[A-Da/+=-]{0,12}") {
            proptest::prop_assert_eq!(decode(&text), STANDARD.decode(&text).ok());
        }

        #[test]
        fn reads_what_base64_writes(bytes: Vec<u8>) {
            proptest::prop_assert_eq!(decode(&STANDARD.encode(&bytes)), Some(bytes));
        }

        #[cfg(feature = "ws")]
        #[test]
        fn writes_what_base64_writes(bytes: Vec<u8>) {
            proptest::prop_assert_eq!(encode(&bytes), STANDARD.encode(&bytes));
        }
    }
}
