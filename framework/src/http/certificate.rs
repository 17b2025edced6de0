//! What a certificate says of its owner, and for how long (RFC 5280 §4.1, §4.2.1.6).
//!
//! Whether it is to be believed is not decided here: chains and signatures are verified by the TLS library, before
//! anybody reads a certificate of a client's. So this reads on through what it does not know, and bounds nothing but
//! its own work, which is linear in the bytes.

mod name;
#[cfg(any(test, feature = "__properties"))]
mod property;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use self::name::write_name;
#[cfg(any(test, feature = "__properties"))]
pub use self::property::certificate;
use super::der::{Element, Elements};

/// Tags of X.509.
mod tag {
    pub(super) const BOOLEAN: u8 = 0x01;
    pub(super) const INTEGER: u8 = 0x02;
    pub(super) const OCTET_STRING: u8 = 0x04;
    pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(super) const UTC_TIME: u8 = 0x17;
    pub(super) const GENERALIZED_TIME: u8 = 0x18;
    pub(super) const SEQUENCE: u8 = 0x30;
    pub(super) const SET: u8 = 0x31;
    /// The version, the issuer's and the subject's unique identifiers, and the extensions, in a certificate.
    pub(super) const VERSION: u8 = 0xa0;
    pub(super) const ISSUER_ID: u8 = 0x81;
    pub(super) const SUBJECT_ID: u8 = 0x82;
    pub(super) const EXTENSIONS: u8 = 0xa3;
    /// Kinds of `GeneralName`.
    pub(super) const EMAIL: u8 = 0x81;
    pub(super) const DNS: u8 = 0x82;
    pub(super) const URI: u8 = 0x86;
    pub(super) const IP: u8 = 0x87;
}

/// `id-ce-subjectAltName`, 2.5.29.17.
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

/// What was read of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateFacts {
    /// The owner, as RFC 4514 writes it: `CN=Ada,O=Example`.
    pub(crate) subject: String,
    /// The last `CN` of the subject, where it has one.
    pub(crate) common_name: Option<String>,
    /// The names of `issuer` and `subject` as encoded, which are compared to put a chain in order.
    pub(crate) issuer_der: Vec<u8>,
    pub(crate) subject_der: Vec<u8>,
    /// The serial number, its leading zero left out.
    pub(crate) serial: Vec<u8>,
    pub(crate) not_before: SystemTime,
    pub(crate) not_after: SystemTime,
    /// The subject's alternative names of the kinds that are known, in order.
    pub(crate) names: Vec<AltName>,
}

/// A `GeneralName` of a kind that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AltName {
    Dns(String),
    Email(String),
    Uri(String),
    Ip(IpAddr),
}

impl CertificateFacts {
    /// Reads a certificate; `None` where it is none.
    pub(crate) fn parse(der: &[u8]) -> Option<Self> {
        let mut fields =
            Elements::new(der).of_tag(tag::SEQUENCE)?.elements().of_tag(tag::SEQUENCE)?.elements();
        // A certificate of version 1 says no version.
        fields.of_tag(tag::VERSION);
        let serial = fields.of_tag(tag::INTEGER)?.content;
        let _algorithm = fields.of_tag(tag::SEQUENCE)?;
        let issuer = fields.of_tag(tag::SEQUENCE)?;
        let mut validity = fields.of_tag(tag::SEQUENCE)?.elements();
        let subject = fields.of_tag(tag::SEQUENCE)?;
        let _key = fields.of_tag(tag::SEQUENCE)?;
        fields.of_tag(tag::ISSUER_ID);
        fields.of_tag(tag::SUBJECT_ID);
        let names = match fields.of_tag(tag::EXTENSIONS) {
            Some(extensions) => parse_extensions(extensions)?,
            None => Vec::new(),
        };
        let (subject_text, common_name) = write_name(subject)?;
        Some(Self {
            subject: subject_text,
            common_name,
            issuer_der: issuer.whole.to_vec(),
            subject_der: subject.whole.to_vec(),
            serial: serial.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(serial).to_vec(),
            not_before: parse_time(validity.next()?)?,
            not_after: parse_time(validity.next()?)?,
            names,
        })
    }

    /// The names that clients ask for by SNI, in lower case: `example.org`, `*.example.org`.
    pub(crate) fn dns_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter_map(|name| match name {
            AltName::Dns(name) => Some(&**name),
            AltName::Email(_) | AltName::Uri(_) | AltName::Ip(_) => None,
        })
    }

    /// The addresses of hosts.
    pub(crate) fn ip_addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.names.iter().filter_map(|name| match name {
            AltName::Ip(address) => Some(*address),
            AltName::Dns(_) | AltName::Email(_) | AltName::Uri(_) => None,
        })
    }
}

/// `Extensions ::= SEQUENCE OF Extension`, of which the alternative names are read.
fn parse_extensions(extensions: Element<'_>) -> Option<Vec<AltName>> {
    for extension in extensions.elements().of_tag(tag::SEQUENCE)?.elements() {
        let mut fields = extension.elements();
        let id = fields.of_tag(tag::OBJECT_IDENTIFIER)?;
        fields.of_tag(tag::BOOLEAN);
        let value = fields.of_tag(tag::OCTET_STRING)?;
        if id.content == SUBJECT_ALT_NAME {
            let names = Elements::new(value.content).of_tag(tag::SEQUENCE)?;
            return Some(names.elements().filter_map(parse_alt_name).collect());
        }
    }
    Some(Vec::new())
}

/// A name of a kind that is known, of characters that it may have.
fn parse_alt_name(name: Element<'_>) -> Option<AltName> {
    let text = || {
        let text = std::str::from_utf8(name.content).ok()?;
        text.bytes().all(|byte| byte.is_ascii_graphic()).then_some(text)
    };
    match name.tag {
        tag::DNS => Some(AltName::Dns(text()?.to_ascii_lowercase())),
        tag::EMAIL => Some(AltName::Email(text()?.to_owned())),
        tag::URI => Some(AltName::Uri(text()?.to_owned())),
        tag::IP => {
            let v4 = <[u8; 4]>::try_from(name.content).map(|bytes| Ipv4Addr::from(bytes).into());
            let v6 = || <[u8; 16]>::try_from(name.content).map(|bytes| Ipv6Addr::from(bytes).into());
            v4.or_else(|_| v6()).ok().map(AltName::Ip)
        }
        _ => None,
    }
}

/// `UTCTime` or `GeneralizedTime`, in the one form that certificates may have (RFC 5280 §4.1.2.5): to the second, in
/// UTC.
fn parse_time(time: Element<'_>) -> Option<SystemTime> {
    let digits = time.content.strip_suffix(b"Z")?;
    let (year, rest) = match time.tag {
        tag::UTC_TIME => {
            let (year, rest) = two_digits(digits)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        tag::GENERALIZED_TIME => {
            let (century, rest) = two_digits(digits)?;
            let (year, rest) = two_digits(rest)?;
            (century * 100 + year, rest)
        }
        _ => return None,
    };
    let (month, rest) = two_digits(rest)?;
    let (day, rest) = two_digits(rest)?;
    let (hour, rest) = two_digits(rest)?;
    let (minute, rest) = two_digits(rest)?;
    let (second, rest) = two_digits(rest)?;
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
    if !rest.is_empty() || !is_date || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days_of(year, month, day) * 86_400 + i64::from(hour * 3600 + minute * 60 + second);
    match u64::try_from(seconds) {
        Ok(seconds) => UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
        // What ended before 1970 has ended.
        Err(_) => Some(UNIX_EPOCH),
    }
}

fn two_digits(text: &[u8]) -> Option<(u32, &[u8])> {
    let (&[tens, ones], rest) = text.split_first_chunk()?;
    let digit = |byte: u8| char::from(byte).to_digit(10);
    Some((digit(tens)? * 10 + digit(ones)?, rest))
}

/// Days from 1 January 1970 to a date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days_of(year: u32, month: u32, day: u32) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let month_from_march = i64::from((month + 9) % 12);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    fn certificate() -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["Example.org".to_owned(), "::1".to_owned()]).unwrap();
        params.subject_alt_names.push(SanType::Rfc822Name("ada@example.org".try_into().unwrap()));
        params.subject_alt_names.push(SanType::URI("spiffe://example.org/ada".try_into().unwrap()));
        params.subject_alt_names.push(SanType::IpAddress([192, 0, 2, 1].into()));
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "Love, Lace & \"Sons\"");
        params.distinguished_name.push(DnType::CommonName, "Ada Lovelace");
        params.not_before = rcgen::date_time_ymd(1975, 1, 31);
        params.not_after = rcgen::date_time_ymd(4096, 2, 29);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn reads_owner_names_and_time() {
        let facts = CertificateFacts::parse(&certificate()).unwrap();
        assert_eq!(facts.subject, r#"CN=Ada Lovelace,O=Love\, Lace & \"Sons\""#);
        assert_eq!(facts.common_name.as_deref(), Some("Ada Lovelace"));
        let names = [
            AltName::Dns("example.org".to_owned()),
            AltName::Ip("::1".parse().unwrap()),
            AltName::Email("ada@example.org".to_owned()),
            AltName::Uri("spiffe://example.org/ada".to_owned()),
            AltName::Ip("192.0.2.1".parse().unwrap()),
        ];
        assert_eq!(facts.names, names);
        assert_eq!(facts.issuer_der, facts.subject_der);
        let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert_eq!((seconds(facts.not_before), seconds(facts.not_after)), (160_358_400, 67_095_216_000));
    }

    #[test]
    fn what_is_cut_off_is_no_certificate() {
        let whole = certificate();
        for end in 0..whole.len() {
            assert_eq!(CertificateFacts::parse(&whole[..end]), None, "cut at byte {end}");
        }
    }

    #[test]
    fn reads_the_two_forms_of_a_time() {
        let seconds = |tag, text: &str| {
            let time = Element { tag, content: text.as_bytes(), whole: &[] };
            parse_time(time).map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_secs())
        };
        let rows = [
            (tag::UTC_TIME, "700101000000Z", Some(0)),
            (tag::UTC_TIME, "000229235959Z", Some(951_868_799)),
            (tag::UTC_TIME, "491231235959Z", Some(2_524_607_999)),
            (tag::UTC_TIME, "500101000000Z", Some(0)),
            (tag::GENERALIZED_TIME, "20500101000000Z", Some(2_524_608_000)),
            (tag::GENERALIZED_TIME, "99991231235959Z", Some(253_402_300_799)),
            (tag::GENERALIZED_TIME, "20500101000000.5Z", None),
            (tag::UTC_TIME, "7001010000Z", None),
            (tag::UTC_TIME, "700101000000+0100", None),
            (tag::UTC_TIME, "701301000000Z", None),
            (tag::UTC_TIME, "7001010000-1Z", None),
            (tag::OCTET_STRING, "700101000000Z", None),
        ];
        for (tag, text, expected) in rows {
            assert_eq!(seconds(tag, text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_any_bytes_to_an_end(bytes: Vec<u8>, at: proptest::sample::Index, byte: u8) {
            CertificateFacts::parse(&bytes);
            let mut changed = certificate_once().to_vec();
            let at = at.index(changed.len());
            changed[at] = byte;
            CertificateFacts::parse(&changed);
        }
    }

    fn certificate_once() -> &'static [u8] {
        static ONCE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        ONCE.get_or_init(certificate)
    }
}
