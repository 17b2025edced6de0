//! The header of the PROXY protocol, versions 1 and 2, as bytes (HAProxy's proxy-protocol.txt, 2020/03/05).
//!
//! ```text
//! v1 = "PROXY" SP ( "TCP4" SP ip4 SP ip4 SP port SP port / "TCP6" SP ip6 SP ip6 SP port SP port / "UNKNOWN" *CHAR ) CRLF
//! v2 = %x0D.0A.0D.0A.00.0D.0A.51.55.49.54.0A  version-command  family-protocol  length(2)  addresses  *tlv
//! ```
//!
//! No byte behind the header is looked at, and none counts as consumed before the whole of it is there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The longest line of version 1, its end included (§2.1).
const MAX_LINE: usize = 107;
/// The longest that follows the 16 bytes of version 2 which all have: addresses are 216 at most, the rest is there for
/// TLVs. The length field alone would admit 65,535.
const MAX_BEHIND: usize = 4096;
/// What begins version 2.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
const PREFIX_LEN: usize = 16;
/// Two addresses of a Unix socket.
const UNIX_LEN: usize = 216;

/// What a header says of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    /// It is at this address.
    At(SocketAddr),
    /// It has no address: it is at a Unix socket of the proxy's.
    Unix,
    /// It is the proxy itself, or one of whom the proxy knows nothing: what is known of the peer counts.
    Peer,
}

/// A header, and how many bytes it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) client: Client,
    pub(super) len: usize,
}

/// Why bytes are no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum HeaderError {
    /// It begins as neither version does.
    NoHeader,
    /// A line of version 1 that does not follow the grammar, or does not end.
    Line,
    /// Version 2 says a version, a command or a family that there is not.
    Kind,
    /// Version 2 is longer than any that is of use.
    TooLong,
    /// Version 2 has no room for its addresses, or for the TLVs that it has begun.
    Cut,
}

/// Reads the header at the start of `input`; `None` while it is not whole.
///
/// # Errors
///
/// [`HeaderError`] at the first byte that no header can have there.
pub(super) fn parse(input: &[u8]) -> Result<Option<Parsed>, HeaderError> {
    match input.first() {
        None => Ok(None),
        Some(b'P') => parse_line(input),
        Some(_) => parse_binary(input),
    }
}

fn parse_line(input: &[u8]) -> Result<Option<Parsed>, HeaderError> {
    let known = input.len().min(6);
    if input.get(..known) != b"PROXY ".get(..known) {
        return Err(HeaderError::NoHeader);
    }
    let window = input.get(..MAX_LINE).unwrap_or(input);
    let Some(end) = window.iter().position(|&byte| byte == b'\n') else {
        return if input.len() < MAX_LINE { Ok(None) } else { Err(HeaderError::Line) };
    };
    let line = window.get(6..end).and_then(|line| line.strip_suffix(b"\r")).ok_or(HeaderError::Line)?;
    let line = std::str::from_utf8(line).map_err(|_| HeaderError::Line)?;
    let client = parse_addresses(line).ok_or(HeaderError::Line)?;
    Ok(Some(Parsed { client, len: end + 1 }))
}

/// What follows `PROXY `.
fn parse_addresses(line: &str) -> Option<Client> {
    let mut words = line.split(' ');
    let family = words.next()?;
    if family == "UNKNOWN" {
        // Whatever follows it (§2.1).
        return Some(Client::Peer);
    }
    let (source, destination) = (words.next()?, words.next()?);
    let port = parse_port(words.next()?)?;
    words.next().and_then(parse_port)?;
    let (ip, _): (IpAddr, IpAddr) = match family {
        "TCP4" => (source.parse::<Ipv4Addr>().ok()?.into(), destination.parse::<Ipv4Addr>().ok()?.into()),
        "TCP6" => (source.parse::<Ipv6Addr>().ok()?.into(), destination.parse::<Ipv6Addr>().ok()?.into()),
        _ => return None,
    };
    words.next().is_none().then_some(Client::At(SocketAddr::new(ip.to_canonical(), port)))
}

/// A decimal number without leading zeros (§2.1).
fn parse_port(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_number { text.parse().ok() } else { None }
}

fn parse_binary(input: &[u8]) -> Result<Option<Parsed>, HeaderError> {
    let known = input.len().min(SIGNATURE.len());
    if input.get(..known) != SIGNATURE.get(..known) {
        return Err(HeaderError::NoHeader);
    }
    // What is wrong is said as soon as it is there.
    let is_local = match input.get(12) {
        None => return Ok(None),
        Some(0x20) => true,
        Some(0x21) => false,
        Some(_) => return Err(HeaderError::Kind),
    };
    let Some(&[_, kind, high, low]) = input.get(12..PREFIX_LEN) else { return Ok(None) };
    let len = usize::from(u16::from_be_bytes([high, low]));
    if len > MAX_BEHIND {
        return Err(HeaderError::TooLong);
    }
    let Some(behind) = input.get(PREFIX_LEN..PREFIX_LEN + len) else { return Ok(None) };
    let (client, tlvs) = if is_local {
        // The rest is the proxy's own business (§2.2).
        (Client::Peer, &[][..])
    } else {
        parse_block(kind, behind)?
    };
    check_tlvs(tlvs)?;
    Ok(Some(Parsed { client, len: PREFIX_LEN + len }))
}

/// The source address of a block, and what follows the addresses.
fn parse_block(kind: u8, block: &[u8]) -> Result<(Client, &[u8]), HeaderError> {
    Ok(match kind {
        0x00 => (Client::Peer, &[]),
        0x11 => {
            let (addresses, tlvs) = block.split_first_chunk::<12>().ok_or(HeaderError::Cut)?;
            let &[a, b, c, d, _, _, _, _, high, low, _, _] = addresses;
            (at(Ipv4Addr::new(a, b, c, d).into(), [high, low]), tlvs)
        }
        0x21 => {
            let (source, rest) = block.split_first_chunk::<16>().ok_or(HeaderError::Cut)?;
            let (rest, tlvs) = rest.split_first_chunk::<20>().ok_or(HeaderError::Cut)?;
            let &[.., high, low, _, _] = rest;
            (at(Ipv6Addr::from(*source).into(), [high, low]), tlvs)
        }
        0x31 => (Client::Unix, block.get(UNIX_LEN..).ok_or(HeaderError::Cut)?),
        // Datagrams come over no connection.
        _ => return Err(HeaderError::Kind),
    })
}

fn at(ip: IpAddr, port: [u8; 2]) -> Client {
    Client::At(SocketAddr::new(ip.to_canonical(), u16::from_be_bytes(port)))
}

/// TLVs are passed over, but they must fill their room (§2.2).
fn check_tlvs(mut tlvs: &[u8]) -> Result<(), HeaderError> {
    while !tlvs.is_empty() {
        let &[_, high, low, ref rest @ ..] = tlvs else { return Err(HeaderError::Cut) };
        tlvs = rest.get(usize::from(u16::from_be_bytes([high, low]))..).ok_or(HeaderError::Cut)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads `header` whole, with something behind it, and cut at every byte.
    #[track_caller]
    fn check(header: &[u8], expected: Result<Client, HeaderError>) {
        let len = header.len();
        let expected = expected.map(|client| Some(Parsed { client, len }));
        for end in 0..len {
            let early = parse(&header[..end]);
            assert!(early == Ok(None) || early == expected && early.is_err(), "cut at {end}: {early:?}");
        }
        assert_eq!(parse(header), expected);
        assert_eq!(parse(&[header, b"GET / HTTP/1.1\r\n"].concat()), expected);
    }

    fn from(text: &str) -> Result<Client, HeaderError> {
        Ok(Client::At(text.parse().unwrap()))
    }

    fn binary(command: u8, kind: u8, behind: &[u8]) -> Vec<u8> {
        let len = u16::try_from(behind.len()).unwrap().to_be_bytes();
        [&SIGNATURE[..], &[command, kind], &len, behind].concat()
    }

    const V4: [u8; 12] = [203, 0, 113, 7, 10, 0, 0, 1, 0x12, 0x67, 0, 80];

    fn v6() -> Vec<u8> {
        let source = "2001:db8::7".parse::<Ipv6Addr>().unwrap().octets();
        [&source[..], &[0; 16], &[0x12, 0x67, 0, 80]].concat()
    }

    #[test]
    fn a_line_says_who_it_is() {
        check(b"PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\r\n", from("203.0.113.7:4711"));
        check(b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", from("255.255.255.255:65535"));
        check(b"PROXY TCP6 2001:db8::7 ::1 4711 0\r\n", from("[2001:db8::7]:4711"));
        check(b"PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2\r\n", from("203.0.113.7:1"));
        check(b"PROXY UNKNOWN\r\n", Ok(Client::Peer));
        check(b"PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", Ok(Client::Peer));
        let longest = format!("PROXY UNKNOWN {}\r\n", "x".repeat(91));
        assert_eq!(longest.len(), MAX_LINE);
        check(longest.as_bytes(), Ok(Client::Peer));
    }

    #[test]
    fn a_line_that_is_forged_is_refused() {
        let rows: [&[u8]; 15] = [
            b"PROXY \r\n",
            b"PROXY TCP4\r\n",
            b"PROXY TCP4 203.0.113.7 10.0.0.1 4711\r\n",
            b"PROXY TCP4 203.0.113.7 10.0.0.1 4711 80 \r\n",
            b"PROXY TCP4 203.0.113.7 10.0.0.1 4711 80 1\r\n",
            b"PROXY TCP4  203.0.113.7 10.0.0.1 4711 80\r\n",
            b"PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\n",
            b"PROXY TCP4 203.0.113.7 10.0.0.1 04711 80\r\n",
            b"PROXY TCP4 203.0.113.7 10.0.0.1 +711 80\r\n",
            b"PROXY TCP4 203.0.113.7 10.0.0.1 65536 80\r\n",
            b"PROXY TCP4 ::1 ::1 4711 80\r\n",
            b"PROXY TCP6 203.0.113.7 10.0.0.1 4711 80\r\n",
            b"PROXY TCP4 203.0.113.007 10.0.0.1 4711 80\r\n",
            b"PROXY UDP4 203.0.113.7 10.0.0.1 4711 80\r\n",
            b"PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\xff\r\n",
        ];
        for row in rows {
            assert_eq!(parse(row), Err(HeaderError::Line), "{}", String::from_utf8_lossy(row));
        }
        let endless = format!("PROXY UNKNOWN {}", "x".repeat(200));
        assert_eq!(parse(&endless.as_bytes()[..MAX_LINE]), Err(HeaderError::Line));
        assert_eq!(parse(&endless.as_bytes()[..MAX_LINE - 1]), Ok(None));
    }

    #[test]
    fn what_begins_otherwise_is_no_header() {
        for row in [
            &b"GET / HTTP/1.1\r\n"[..],
            b"PUT / HTTP/1.1\r\n",
            b"proxy TCP4",
            b"\r\n\r\n\0\r\nQUIX",
            b"\r\nGET",
            b"\x16\x03\x01",
        ] {
            assert_eq!(parse(row), Err(HeaderError::NoHeader), "{}", String::from_utf8_lossy(row));
        }
    }

    #[test]
    fn the_binary_form_says_who_it_is() {
        check(&binary(0x21, 0x11, &V4), from("203.0.113.7:4711"));
        check(&binary(0x21, 0x21, &v6()), from("[2001:db8::7]:4711"));
        check(&binary(0x21, 0x31, &[b'/'; UNIX_LEN]), Ok(Client::Unix));
        check(&binary(0x21, 0x00, b"whatever"), Ok(Client::Peer));
        check(&binary(0x20, 0x00, &[]), Ok(Client::Peer));
        check(&binary(0x20, 0x11, b"what it likes"), Ok(Client::Peer));
        let tlvs = [&V4[..], &[0x01, 0, 2, b'h', b'2'], &[0xea, 0, 0]].concat();
        check(&binary(0x21, 0x11, &tlvs), from("203.0.113.7:4711"));
        let most = [&V4[..], &[0xee, 0x0f, 0xf1], &[0; MAX_BEHIND - 15]].concat();
        assert_eq!(parse(&binary(0x21, 0x11, &most)).unwrap().unwrap().len, PREFIX_LEN + MAX_BEHIND);
    }

    #[test]
    fn a_binary_form_that_is_forged_is_refused() {
        let rows = [
            (binary(0x11, 0x11, &V4), HeaderError::Kind),
            (binary(0x22, 0x11, &V4), HeaderError::Kind),
            (binary(0x21, 0x12, &V4), HeaderError::Kind),
            (binary(0x21, 0x41, &V4), HeaderError::Kind),
            (binary(0x21, 0x10, &V4), HeaderError::Kind),
            (binary(0x21, 0x11, &V4[..11]), HeaderError::Cut),
            (binary(0x21, 0x21, &v6()[..35]), HeaderError::Cut),
            (binary(0x21, 0x31, &[0; UNIX_LEN - 1]), HeaderError::Cut),
            (binary(0x21, 0x11, &[&V4[..], &[1, 0]].concat()), HeaderError::Cut),
            (binary(0x21, 0x11, &[&V4[..], &[1, 0, 3, 0, 0]].concat()), HeaderError::Cut),
            (binary(0x21, 0x11, &[0; MAX_BEHIND + 1]), HeaderError::TooLong),
        ];
        for (header, error) in rows {
            check(&header, Err(error));
        }
        assert_eq!(parse(&binary(0x20, 0, &[0; MAX_BEHIND + 1])[..PREFIX_LEN]), Err(HeaderError::TooLong));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(start in prop_oneof![Just(&b"PROXY "[..]), Just(&SIGNATURE[..]), Just(&b""[..])], rest in prop::collection::vec(any::<u8>(), 0..300)) {
            let input = [start, &rest].concat();
            if let Ok(Some(Parsed { len, .. })) = parse(&input) {
                prop_assert!(len <= input.len());
                prop_assert_eq!(parse(&input[..len]), parse(&input));
                prop_assert_eq!(parse(&input[..len - 1]), Ok(None));
            }
        }
    }
}
