//! A client's address as logs have it.

use std::fmt;
use std::net::SocketAddr;

/// The address with its port; alone where a proxy that named it said no port, which is known as 0 then.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientText(pub(super) SocketAddr);

impl fmt::Display for ClientText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(addr) = self;
        if addr.port() == 0 { addr.ip().fmt(f) } else { addr.fmt(f) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_written_where_none_is_known() {
        for (addr, expected) in [
            ("203.0.113.7:51034", "203.0.113.7:51034"),
            ("203.0.113.7:0", "203.0.113.7"),
            ("[2001:db8::7]:51034", "[2001:db8::7]:51034"),
            ("[2001:db8::7]:0", "2001:db8::7"),
        ] {
            assert_eq!(ClientText(addr.parse().unwrap()).to_string(), expected);
        }
    }
}
