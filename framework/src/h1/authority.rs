//! `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2.2): the Host field and the authority of a target.
//!
//! A host is a registered name, an IPv4 address (which is such a name too) or an IP literal in brackets. No
//! userinfo: in an `http` URI it is an error (RFC 9110 §4.2.4), in Host it never was allowed.

use std::net::Ipv6Addr;

use super::ascii::{REG_NAME, is, skip};
use super::words::skip_name;

/// What an authority that follows the grammar holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Authority {
    /// Bytes of the host; zero is grammatical, and means that a URI has no authority.
    pub(super) host_len: usize,
    /// The port; `None` where there is no colon, or nothing behind it.
    pub(super) port: Option<u16>,
}

/// Reads all of `bytes` as an authority; `None` where it does not follow the grammar, or the port is above 65535.
#[inline(always)]
pub(super) fn parse_authority(bytes: &[u8]) -> Option<Authority> {
    let behind = match skip_name(bytes) {
        behind @ ([] | [b':', ..]) => behind,
        _ => behind_host(bytes)?,
    };
    let port = match behind {
        [] | [b':'] => None,
        [b':', digits @ ..] => Some(port(digits)?),
        _ => return None,
    };
    Some(Authority { host_len: bytes.len() - behind.len(), port })
}

/// Whether all of `bytes` is an authority that names a host.
pub(crate) fn is_authority(bytes: &[u8]) -> bool {
    parse_authority(bytes).is_some_and(|authority| authority.host_len > 0)
}

/// What follows the host at the start of `bytes`, which is no name of plain characters; the caller judges it.
#[cold]
fn behind_host(bytes: &[u8]) -> Option<&[u8]> {
    if let [b'[', inside @ ..] = bytes {
        let len = inside.iter().position(|&byte| byte == b']')?;
        let (inside, behind) = inside.split_at_checked(len)?;
        return if is_ip_literal(inside) { behind.get(1..) } else { None };
    }
    let mut rest = bytes;
    loop {
        rest = skip(rest, REG_NAME);
        match rest {
            [b'%', high, low, behind @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = behind;
            }
            _ => return Some(rest),
        }
    }
}

/// Whether `inside` may stand in brackets: an IPv6 address without a zone, or a future version's address.
fn is_ip_literal(inside: &[u8]) -> bool {
    if let [b'v' | b'V', future @ ..] = inside {
        // IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
        let Some(dot) = future.iter().position(|&byte| byte == b'.') else { return false };
        let (version, address) = future.split_at(dot);
        return !version.is_empty()
            && version.iter().all(u8::is_ascii_hexdigit)
            && address.len() > 1
            && address.iter().all(|&byte| byte == b':' || is(byte, REG_NAME));
    }
    std::str::from_utf8(inside).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

/// Reads `1*DIGIT`; leading zeros are digits.
#[inline]
fn port(digits: &[u8]) -> Option<u16> {
    let digits = if digits.len() > 5 { without_zeros(digits) } else { digits };
    if digits.len() > 5 {
        return None;
    }
    let mut port = 0;
    for digit in digits {
        let digit = u32::from(digit.wrapping_sub(b'0'));
        if digit > 9 {
            return None;
        }
        port = port * 10 + digit;
    }
    u16::try_from(port).ok()
}

#[cold]
fn without_zeros(mut digits: &[u8]) -> &[u8] {
    while let [b'0', rest @ ..] = digits {
        digits = rest;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(usize, Option<u16>)>) {
        let found = parse_authority(text.as_bytes()).map(|authority| (authority.host_len, authority.port));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn takes_names_and_addresses() {
        check("example.com", Some((11, None)));
        check("example.com.:8080", Some((12, Some(8080))));
        check("192.0.2.1:80", Some((9, Some(80))));
        check("a_b.~-!$&'()*+,;=", Some((17, None)));
        check("caf%C3%A9:1", Some((9, Some(1))));
    }

    #[test]
    fn takes_ip_literals() {
        for (text, host_len) in [
            ("[::]", 4),
            ("[::1]", 5),
            ("[2001:db8::7]", 13),
            ("[::ffff:192.0.2.1]", 18),
            ("[v1F.a:b;c]", 11),
        ] {
            check(text, Some((host_len, None)));
            check(&format!("{text}:443"), Some((host_len, Some(443))));
        }
    }

    #[test]
    fn takes_an_empty_host_and_an_empty_port() {
        check("", Some((0, None)));
        check(":80", Some((0, Some(80))));
        check("a:", Some((1, None)));
    }

    #[test]
    fn refuses_what_is_no_ip_literal() {
        for inside in [
            "",
            ":",
            "::1::",
            "1",
            "::g",
            "12345::",
            "1:2:3:4:5:6:7:8:9",
            "::1%25eth0",
            "192.0.2.1",
            "v.a",
            "v1.",
            "vg.a",
        ] {
            check(&format!("[{inside}]"), None);
        }
        for text in ["[::1", "::1", "::1]", "[::1]a", "[::1]]", "a[::1]"] {
            check(text, None);
        }
    }

    #[test]
    fn refuses_a_port_that_is_none() {
        check("a:65535", Some((1, Some(u16::MAX))));
        check("a:00080", Some((1, Some(80))));
        check("a:00000065535", Some((1, Some(u16::MAX))));
        check("a:000000", Some((1, Some(0))));
        for text in ["a:65536", "a:99999999999", "a:8o", "a:-1", "a:+1", "a:1:2", "a: 1"] {
            check(text, None);
        }
    }

    #[test]
    fn refuses_what_no_host_holds() {
        for text in [
            "user@a", "a/b", "a?b", "a#b", "a b", "a\tb", "a<b", "a\\b", "a\"b", "a%zz", "a%4", "\u{e9}",
            "http://a",
        ] {
            check(text, None);
        }
    }
}
