//! [`Network`]: a range of addresses in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3), or the peers at Unix sockets.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// A range of addresses, such as `10.0.0.0/8`; a single address; or `unix`, for all peers at Unix sockets.
///
/// An IPv4 address in IPv6 clothes (`::ffff:10.0.0.1`) is the IPv4 address.
///
/// ```
/// use server::Network;
///
/// let network: Network = "10.0.0.0/8".parse()?;
/// assert!(network.contains("10.1.2.3".parse()?));
/// assert!(network.contains("::ffff:10.1.2.3".parse()?));
/// assert!(!network.contains("11.0.0.1".parse()?));
/// assert_eq!("2001:db8::/32".parse::<Network>()?.to_string(), "2001:db8::/32");
/// # Ok::<(), server::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// The first address, and how many of its bits all have in common.
    V4(u32, u8),
    V6(u128, u8),
    Unix,
}

impl Network {
    /// All peers at Unix sockets, which have no address: who may connect there is what the file's permissions say.
    pub const UNIX: Self = Self(Kind::Unix);

    /// Whether `address` is one of its.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.0, address.to_canonical()) {
            (Kind::V4(first, len), IpAddr::V4(address)) => address.to_bits() & mask_v4(len) == first,
            (Kind::V6(first, len), IpAddr::V6(address)) => address.to_bits() & mask_v6(len) == first,
            (Kind::V4(..) | Kind::V6(..) | Kind::Unix, _) => false,
        }
    }

    /// Whether a peer is one of its: one without an address is at a Unix socket.
    pub(crate) fn has_peer(self, peer: Option<SocketAddr>) -> bool {
        match peer {
            Some(peer) => self.contains(peer.ip()),
            None => self.0 == Kind::Unix,
        }
    }

    /// The network of the `len` first bits of `address`; `None` where that is more than it has.
    fn around(address: IpAddr, len: u8) -> Option<Self> {
        Some(Self(match (address, address.to_canonical()) {
            (IpAddr::V6(_), IpAddr::V4(address)) => {
                let len = len.checked_sub(96).filter(|&len| len <= 32)?;
                Kind::V4(address.to_bits() & mask_v4(len), len)
            }
            (_, IpAddr::V4(address)) if len <= 32 => Kind::V4(address.to_bits() & mask_v4(len), len),
            (_, IpAddr::V6(address)) if len <= 128 => Kind::V6(address.to_bits() & mask_v6(len), len),
            (_, IpAddr::V4(_) | IpAddr::V6(_)) => return None,
        }))
    }
}

impl From<IpAddr> for Network {
    /// The network of one address.
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => Kind::V4(address.to_bits(), 32),
            IpAddr::V6(address) => Kind::V6(address.to_bits(), 128),
        })
    }
}

impl From<Ipv4Addr> for Network {
    fn from(address: Ipv4Addr) -> Self {
        IpAddr::from(address).into()
    }
}

impl From<Ipv6Addr> for Network {
    fn from(address: Ipv6Addr) -> Self {
        IpAddr::from(address).into()
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        if text == "unix" {
            return Ok(Self::UNIX);
        }
        let Some((address, len)) = text.split_once('/') else {
            let address = text.parse::<IpAddr>().map_err(|_| NetworkError { nearest: None })?;
            return Ok(address.into());
        };
        let is_count = (1..=3).contains(&len.len()) && len.bytes().all(|byte| byte.is_ascii_digit());
        let (Ok(address), Ok(len), true) = (address.parse::<IpAddr>(), len.parse(), is_count) else {
            return Err(NetworkError { nearest: None });
        };
        let network = Self::around(address, len).ok_or(NetworkError { nearest: None })?;
        // An address inside of it is likelier a slip than what was meant.
        if network.first() == address.to_canonical() {
            Ok(network)
        } else {
            Err(NetworkError { nearest: Some(network) })
        }
    }
}

impl Network {
    fn first(self) -> IpAddr {
        match self.0 {
            Kind::V4(first, _) => Ipv4Addr::from_bits(first).into(),
            Kind::V6(first, _) => Ipv6Addr::from_bits(first).into(),
            Kind::Unix => Ipv4Addr::UNSPECIFIED.into(),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Unix => f.write_str("unix"),
            Kind::V4(_, 32) | Kind::V6(_, 128) => self.first().fmt(f),
            Kind::V4(_, len) | Kind::V6(_, len) => write!(f, "{}/{len}", self.first()),
        }
    }
}

/// A text that is no [`Network`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkError {
    /// The network that the text's address lies in.
    pub(super) nearest: Option<Network>,
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a network such as `10.0.0.0/8`, an address, or `unix`")?;
        match self.nearest {
            Some(network) => write!(f, "; the network around this address is `{network}`"),
            None => Ok(()),
        }
    }
}

impl Error for NetworkError {}

fn mask_v4(len: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0)
}

fn mask_v6(len: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(len)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains_the_addresses_with_the_same_first_bits() {
        let rows = [
            ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "::1", true),
            ("::/0", "10.0.0.1", false),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.0/31", "192.0.2.1", true),
            ("2001:db8::/33", "2001:db8:7fff::", true),
            ("2001:db8::/33", "2001:db8:8000::", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("::ffff:10.0.0.0/104", "10.0.0.1", true),
            ("::ffff:10.0.0.0/104", "11.0.0.1", false),
            ("unix", "127.0.0.1", false),
        ];
        for (network, address, expected) in rows {
            let parsed: Network = network.parse().unwrap();
            assert_eq!(parsed.contains(address.parse().unwrap()), expected, "{network} {address}");
        }
    }

    #[test]
    fn a_peer_without_an_address_is_of_unix_alone() {
        assert!(Network::UNIX.has_peer(None));
        assert!(!"::/0".parse::<Network>().unwrap().has_peer(None));
        assert!(!Network::UNIX.has_peer(Some(([127, 0, 0, 1], 1).into())));
    }

    #[test]
    fn refuses_what_is_none_and_names_the_network_that_was_meant() {
        for text in [
            "",
            "ten",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/008x",
            "/8",
            "::/129",
            "10.0/8",
            "::ffff:1.2.3.4/95",
            "Unix",
            "10.0.0.1:80",
        ] {
            assert_eq!(text.parse::<Network>(), Err(NetworkError { nearest: None }), "{text}");
        }
        let error = "10.1.2.3/8".parse::<Network>().unwrap_err();
        assert_eq!(error.nearest.map(|network| network.to_string()).as_deref(), Some("10.0.0.0/8"));
    }

    #[test]
    fn is_written_as_it_is_read() {
        for text in ["10.0.0.0/8", "0.0.0.0/0", "192.0.2.1", "2001:db8::/32", "::1", "unix"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
        assert_eq!("::ffff:10.0.0.0/104".parse::<Network>().unwrap().to_string(), "10.0.0.0/8");
        assert_eq!("192.0.2.1/32".parse::<Network>().unwrap().to_string(), "192.0.2.1");
    }
}
