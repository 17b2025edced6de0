//! Any bytes as a certificate: read to an end, and what is made of it can be shown.

use std::time::{Duration, UNIX_EPOCH};

use super::{AltName, CertificateFacts};

/// The first second of the year 10000, which no certificate can name.
const END_OF_TIME: Duration = Duration::from_secs(253_402_300_800);

/// Holds where `input`, as a certificate, is read the same whatever follows it, and not at all where its end is
/// missing; where its texts can be printed on a line, and are no longer than their bytes allow.
///
/// # Panics
///
/// Where it does not hold.
pub fn certificate(input: &[u8]) {
    let facts = CertificateFacts::parse(input);
    let followed = [input, b"\x30\x00 more"].concat();
    let Some(facts) = facts else { return };
    assert_eq!(CertificateFacts::parse(&followed).as_ref(), Some(&facts));
    assert_eq!(CertificateFacts::parse(whole(input).split_last().map_or(&[], |(_, rest)| rest)), None);
    let is_within = |part: &[u8]| part.is_empty() || input.windows(part.len()).any(|window| window == part);
    for part in [&facts.issuer_der, &facts.subject_der, &facts.serial] {
        assert!(is_within(part), "{} is not of the certificate", part.escape_ascii());
    }
    assert!(!facts.subject.contains(char::is_control), "{:?}", facts.subject);
    // A control character of Latin-1, one byte there, is written as two bytes, each of them as `\c2`.
    let most = 6 * facts.subject_der.len();
    assert!(facts.subject.len() <= most, "{} bytes of {most}", facts.subject.len());
    assert!(facts.common_name.is_none_or(|name| name.len() <= most));
    for time in [facts.not_before, facts.not_after] {
        let since = time.duration_since(UNIX_EPOCH).expect("none is before 1970");
        assert!(since <= END_OF_TIME, "{since:?}");
    }
    for name in &facts.names {
        match name {
            AltName::Dns(name) => {
                assert!(
                    name.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()),
                    "{name:?}"
                );
            }
            AltName::Email(text) | AltName::Uri(text) => {
                assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text:?}");
            }
            AltName::Ip(_) => {}
        }
    }
}

/// The first element of `input`, its length read by hand.
fn whole(input: &[u8]) -> &[u8] {
    let (head, len) = match *input {
        [_, len @ 0..=0x7f, ..] => (2, usize::from(len)),
        [_, form @ 0x81..=0x84, ref rest @ ..] => {
            let count = usize::from(form & 0x7f);
            let len = rest.iter().take(count).fold(0, |len, &byte| len * 256 + usize::from(byte));
            (2 + count, len)
        }
        _ => (0, 0),
    };
    input.get(..head + len).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::__properties::replay;

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_to_an_end(input: Vec<u8>) {
            certificate(&input);
        }
    }

    #[test]
    fn the_fuzzers_certificates_are() {
        replay("certificate", certificate);
    }
}
