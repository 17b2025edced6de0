//! Where a request came from, as proxies in front say: `Forwarded` (RFC 7239), `X-Forwarded-For`, `-Proto` and `-Host`.
//!
//! A proxy appends to what the client sent, so these fields are read from the right: the last address was written by the
//! peer, which is known; the one before it by the proxy at that address, where it is trusted too; and so on. The first
//! address that is no trusted proxy's is the client's, and what stands to its left, which anybody may have written, is
//! not looked at. The same holds where an address cannot be read, or is hidden (`unknown`, `_hidden`): reading ends
//! there, and the client is the proxy that said so.
//!
//! Scheme and host are `Forwarded`'s by the outermost trusted proxy that says them. Of `X-Forwarded-Proto` and
//! `X-Forwarded-Host`, which do not say whose word they are, the last value counts, that of the proxy next to us.
//!
//! Nothing of it is looked at where no proxy is trusted, or the peer is none.

mod forwarded;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use self::forwarded::Elements;
use crate::config::{ForwardedField, Network, Settings};
use crate::h1::is_authority;
use crate::http::Request;

/// The proxies whose word is taken, and by which fields.
#[derive(Clone, Debug)]
pub(crate) struct Proxies {
    networks: Vec<Network>,
    fields: Vec<ForwardedField>,
}

/// What proxies say of a request.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    client: Option<SocketAddr>,
    is_secure: Option<bool>,
    host: Option<String>,
}

impl Proxies {
    /// `None` where no proxy is trusted.
    pub(super) fn of(settings: &Settings) -> Option<Box<Self>> {
        let Settings { trusted_proxies, forwarded_fields, .. } = settings;
        let (networks, fields) = (trusted_proxies.clone(), forwarded_fields.clone());
        (!networks.is_empty()).then(|| Box::new(Self { networks, fields }))
    }

    /// Whether a peer's word is taken; one without an address is at a Unix socket.
    pub(super) fn trust(&self, peer: Option<SocketAddr>) -> bool {
        self.networks.iter().any(|network| network.has_peer(peer))
    }

    /// Notes at a request of `peer` where it came from, where that is a trusted proxy that says it.
    pub(crate) fn look_behind(&self, peer: Option<SocketAddr>, request: &mut Request) {
        if !self.trust(peer) {
            return;
        }
        let Said { client, is_secure, host } = self.read(request);
        request.set_front(client.or(peer), is_secure, host);
    }

    fn read(&self, request: &Request) -> Said {
        let mut said = Said::default();
        for field in &self.fields {
            match field {
                ForwardedField::Forwarded => said = self.forwarded(request),
                ForwardedField::XForwardedFor => {
                    let nodes = from_the_right(request, field.name()).map(parse_node);
                    said.client = self.first_beyond(nodes);
                }
                ForwardedField::XForwardedProto => {
                    said.is_secure = from_the_right(request, field.name()).next().and_then(parse_scheme);
                }
                ForwardedField::XForwardedHost => {
                    said.host = from_the_right(request, field.name()).next().and_then(parse_host);
                }
            }
        }
        said
    }

    /// The first address that is no proxy's; where all are, or one cannot be read, the last before that.
    fn first_beyond(&self, nodes: impl Iterator<Item = Option<SocketAddr>>) -> Option<SocketAddr> {
        let mut client = None;
        for node in nodes.map_while(|node| node) {
            client = Some(node);
            if !self.trust(client) {
                break;
            }
        }
        client
    }

    fn forwarded(&self, request: &Request) -> Said {
        let mut said = Said::default();
        let lines: Vec<_> = request.header_values(ForwardedField::Forwarded.name()).collect();
        // What cannot be read ends it: nothing to its left is known to be a proxy's.
        for element in lines.into_iter().rev().flat_map(Elements::of).map_while(|element| element) {
            said.is_secure =
                element.proto.and_then(|proto| parse_scheme(proto.as_bytes())).or(said.is_secure);
            said.host = element.host.and_then(|host| parse_host(host.as_bytes())).or(said.host);
            let Some(node) = element.node.and_then(|node| parse_node(node.as_bytes())) else { break };
            said.client = Some(node);
            if !self.trust(said.client) {
                break;
            }
        }
        said
    }
}

/// The elements of all lines of a field, from the last to the first; empty ones count for nothing (RFC 9110 §5.6.1).
fn from_the_right<'a>(request: &'a Request, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let lines: Vec<_> = request.header_values(name).collect();
    let elements = lines.into_iter().rev().flat_map(|line| line.rsplit(|&byte| byte == b','));
    elements.map(<[u8]>::trim_ascii).filter(|element| !element.is_empty())
}

/// Reads an address, with a port or without one, which is 0 then: `192.0.2.1:4711`, `[2001:db8::1]:4711`, and
/// `2001:db8::1`, which `X-Forwarded-For` has. `None` for what is none, as `unknown` and `_hidden` (RFC 7239 §6).
fn parse_node(text: &[u8]) -> Option<SocketAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let (ip, port): (IpAddr, _) = if let Some(rest) = text.strip_prefix('[') {
        let (ip, behind) = rest.split_once(']')?;
        let port = if behind.is_empty() { None } else { Some(behind.strip_prefix(':')?) };
        (ip.parse::<Ipv6Addr>().ok()?.into(), port)
    } else if let Ok(ip) = text.parse() {
        (ip, None)
    } else {
        let (ip, port) = text.split_once(':')?;
        (IpAddr::V4(ip.parse().ok()?), Some(port))
    };
    Some(SocketAddr::new(ip.to_canonical(), port.map_or(Some(0), parse_port)?))
}

/// A port; a hidden one, `_` and a name, is 0.
fn parse_port(text: &str) -> Option<u16> {
    if let Some(name) = text.strip_prefix('_') {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        return (!name.is_empty() && name.bytes().all(is_name)).then_some(0);
    }
    let is_number = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// Whether a scheme is one over TLS; some proxies have another word for WebSockets. `None` for any other scheme.
fn parse_scheme(text: &[u8]) -> Option<bool> {
    let is = |scheme: &str| text.eq_ignore_ascii_case(scheme.as_bytes());
    if is("https") || is("wss") {
        return Some(true);
    }
    (is("http") || is("ws")).then_some(false)
}

/// A host, with a port or without one; what is none, or empty, says nothing.
fn parse_host(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok().filter(|text| !text.is_empty())?;
    is_authority(text.as_bytes()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
