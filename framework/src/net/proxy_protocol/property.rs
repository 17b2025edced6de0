//! Any bytes as the header of a PROXY protocol: read as by hand, with nothing taken that is not its own.

use std::net::{IpAddr, SocketAddr};

use super::header::{Client, HeaderError, Parsed, parse};

/// Longer than any header that is taken.
const MAX_INPUT: usize = 8 * 1024;
/// Each end of so short an input is tried.
const SMALL: usize = 600;

/// Holds where `input` is read as a header as it is by hand; where what is wrong, or whole, is so whatever follows; and
/// where no byte short of the whole header makes one.
///
/// # Panics
///
/// Where it does not hold.
pub fn proxy_header(input: &[u8]) {
    let input = input.get(..MAX_INPUT).unwrap_or(input);
    let read = parse(input);
    assert_eq!(
        read.map(|parsed| parsed.map(|parsed| (parsed.client, parsed.len))).ok().flatten(),
        by_hand(input)
    );
    let starts = (0..input.len().min(SMALL)).chain([input.len().saturating_sub(1)]);
    for end in starts {
        let start = input.get(..end).unwrap_or_default();
        match (parse(start), read) {
            (Ok(None), Ok(Some(Parsed { len, .. }))) => assert!(end < len, "{end} of {len} bytes are all"),
            (Ok(None), Ok(None) | Err(_)) => {}
            (Ok(Some(early)), _) => {
                assert_eq!(read, Ok(Some(early)), "cut at {end}");
                assert!(early.len <= end, "{} of {end} bytes", early.len);
            }
            (Err(early), _) => assert_eq!(read, Err(early), "cut at {end}"),
        }
    }
    if let Ok(None) = read {
        // Some start of a header, which a peer cannot go on with for ever.
        let endless = [input, &[b'x'; MAX_INPUT]].concat();
        let known: &[_] = &[
            HeaderError::Line,
            HeaderError::NoHeader,
            HeaderError::Kind,
            HeaderError::TooLong,
            HeaderError::Cut,
        ];
        match parse(&endless) {
            Ok(Some(Parsed { len, .. })) => assert!(len > input.len(), "{len} bytes are all"),
            Ok(None) => panic!("{} more bytes end no header", MAX_INPUT),
            Err(error) => assert!(known.contains(&error)),
        }
    }
}

/// The client, and how long the header is; `None` where it is not whole or none.
fn by_hand(input: &[u8]) -> Option<(Client, usize)> {
    if input.starts_with(b"PROXY ") {
        // No line is longer, its end included.
        let line = input.get(..107).unwrap_or(input);
        let len = line.windows(2).position(|end| end == b"\r\n")? + 2;
        let line = std::str::from_utf8(line.get(..len - 2)?).ok().filter(|line| !line.contains('\n'))?;
        return Some((line_by_hand(line)?, len));
    }
    let behind = input.strip_prefix(b"\r\n\r\n\0\r\nQUIT\n")?;
    let &[command, family, high, low, ref behind @ ..] = behind else { return None };
    let len = usize::from(high) * 256 + usize::from(low);
    let block = behind.get(..len).filter(|_| len <= 4096)?;
    let client = match (command, family) {
        (0x20, _) => return Some((Client::Peer, 16 + len)),
        (0x21, 0) => return Some((Client::Peer, 16 + len)),
        (0x21, 0x11) => address(block.get(..4)?.first_chunk::<4>().copied()?.into(), block.get(8..10)?),
        (0x21, 0x21) => address(block.get(..16)?.first_chunk::<16>().copied()?.into(), block.get(32..34)?),
        (0x21, 0x31) => Some(Client::Unix),
        _ => None,
    }?;
    let mut tlvs = block.get(
        if family == 0x11 {
            12
        } else if family == 0x21 {
            36
        } else {
            216
        }..,
    )?;
    while let [_, rest @ ..] = tlvs {
        let &[high, low, ref rest @ ..] = rest else { return None };
        tlvs = rest.get(usize::from(high) * 256 + usize::from(low)..)?;
    }
    Some((client, 16 + len))
}

fn address(ip: IpAddr, port: &[u8]) -> Option<Client> {
    let port = port.iter().fold(0_u16, |port, &byte| port << 8 | u16::from(byte));
    Some(Client::At(SocketAddr::new(ip.to_canonical(), port)))
}

/// What a line says without its end; each of its words is as it would be written.
fn line_by_hand(line: &str) -> Option<Client> {
    let words: Vec<_> = line.split(' ').collect();
    let (family, addresses) = match words.as_slice() {
        ["PROXY", "UNKNOWN", ..] => return Some(Client::Peer),
        ["PROXY", family, addresses @ ..] => (*family, addresses),
        _ => return None,
    };
    let &[source, destination, source_port, destination_port] = addresses else { return None };
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| port.to_string() == text);
    let (from, to): (IpAddr, IpAddr) = (source.parse().ok()?, destination.parse().ok()?);
    let is_family = |ip: IpAddr| match family {
        "TCP4" => ip.is_ipv4(),
        "TCP6" => ip.is_ipv6(),
        _ => false,
    };
    port(destination_port)?;
    let client = Client::At(SocketAddr::new(from.to_canonical(), port(source_port)?));
    (is_family(from) && is_family(to)).then_some(client)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::__properties::replay;

    proptest! {
        #[test]
        fn any_line_is_read_as_by_hand(
            line in "PROXY (TCP[46]|UNKNOWN|UDP4)( ([0-9]{1,3}[.]){3}[0-9]{1,3}| [0-9a-f:]{2,9}){0,2}( [0-9]{1,5}){0,3}\r?\n[a-z\r\n]{0,9}",
        ) {
            proxy_header(line.as_bytes());
        }

        #[test]
        fn any_block_is(command in 0x1F_u8..0x23, family in prop::sample::select(vec![0, 0x11, 0x12, 0x21, 0x31, 0x41]), len in 0_u16..230, rest in prop::collection::vec(0_u8..4, 0..260)) {
            let head = [b"\r\n\r\n\0\r\nQUIT\n".as_slice(), &[command, family], &len.to_be_bytes()].concat();
            proxy_header(&[head, rest].concat());
        }

        #[test]
        fn any_bytes_are(input: Vec<u8>) {
            proxy_header(&input);
        }
    }

    #[test]
    fn the_fuzzers_headers_are() {
        replay("proxy_header", proxy_header);
    }
}
