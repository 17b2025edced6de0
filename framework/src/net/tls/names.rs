//! Which certificate a client is shown: by the name that it asks for (RFC 6066 §3), or the first.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::pair::Pair;

/// The certificates of a server.
#[derive(Debug)]
pub(super) struct Names {
    /// For who asks for no name, or for one that nobody has.
    default: Arc<CertifiedKey>,
    /// By name, in lower case; a wildcard without its star: `.example.org`.
    named: HashMap<String, Arc<CertifiedKey>>,
    addresses: HashSet<IpAddr>,
}

impl Names {
    /// Of pairs the first of which is the default; of two with one name the earlier has it.
    pub(super) fn new(pairs: &[Pair]) -> Option<Self> {
        let default = Arc::clone(&pairs.first()?.key);
        let mut named = HashMap::new();
        for pair in pairs {
            for name in &pair.names {
                let name = name.strip_prefix('*').unwrap_or(name).to_owned();
                named.entry(name).or_insert_with(|| Arc::clone(&pair.key));
            }
        }
        let addresses = pairs.iter().flat_map(|pair| &pair.addresses).copied().collect();
        Some(Self { default, named, addresses })
    }

    /// Whether one of them is for this host, as a URI has it: a name in lower case, or an address, that of IPv6 in
    /// brackets.
    pub(super) fn are_for(&self, host: &str) -> bool {
        let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        match address.parse() {
            Ok(address) => self.addresses.contains(&address),
            Err(_) => self.named(host).is_some(),
        }
    }

    pub(super) fn find(&self, name: Option<&str>) -> &Arc<CertifiedKey> {
        let Some(name) = name else { return &self.default };
        self.named(&name.to_ascii_lowercase()).unwrap_or(&self.default)
    }

    fn named(&self, name: &str) -> Option<&Arc<CertifiedKey>> {
        // A wildcard stands for one label (RFC 9525 §6.3).
        let parent =
            || name.find('.').filter(|&dot| dot > 0).and_then(|dot| self.named.get(name.get(dot..)?));
        self.named.get(name).filter(|_| !name.starts_with('.')).or_else(parent)
    }
}

impl ResolvesServerCert for Names {
    fn resolve(&self, client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(self.find(client.server_name())))
    }
}
