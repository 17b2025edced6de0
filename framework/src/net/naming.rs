//! What a request is called: as a trusted proxy says, or anew.

use super::{Peer, Proxies, clock};
use crate::http::{Request, RequestId, X_REQUEST_ID};

/// Names a request of `peer` whose head was read.
#[inline]
pub(super) fn name(proxies: Option<&Proxies>, peer: &Peer, request: &Request) -> RequestId {
    match proxies {
        Some(proxies) if proxies.trust(peer.addr) => given(request),
        Some(_) | None => RequestId::at(clock::millis()),
    }
}

/// What the peer calls it, where it does so once and well.
#[cold]
fn given(request: &Request) -> RequestId {
    let mut given = request.header_values(X_REQUEST_ID);
    match (given.next(), given.next()) {
        (Some(given), None) => RequestId::given_at(clock::millis(), given),
        (None, _) | (_, Some(_)) => RequestId::at(clock::millis()),
    }
}
