//! What the engine and the router note in a request on its way, and what those behind them read of it.

use std::net::SocketAddr;

use super::Request;
use crate::http::{RequestHead, RequestId, Security, Shutdown};
use crate::observe::Counters;
#[cfg(feature = "otel")]
use crate::observe::Sampling;
use crate::routing::{Captures, RouteInfo};

impl Request {
    pub(crate) fn head(&self) -> &RequestHead {
        &self.parts().head
    }

    pub(crate) fn head_mut(&mut self) -> &mut RequestHead {
        &mut self.parts_mut().head
    }

    /// Notes where the request came from and what it is called; the connection's part.
    ///
    /// The address by reference: in parts, as the compiler passes it on by value, it takes five times the instructions.
    pub(crate) fn set_origin(&mut self, client_addr: &Option<SocketAddr>, is_secure: bool, id: RequestId) {
        let parts = self.parts_mut();
        parts.client_addr = *client_addr;
        parts.is_secure = is_secure;
        parts.id = Some(id);
    }

    /// Notes how the connection that it came over is secured.
    pub(crate) fn set_security(&mut self, security: Security) {
        self.parts_mut().security = security;
    }

    /// How the connection that it came over is secured.
    #[cfg(feature = "tls")]
    pub(crate) fn security(&self) -> &Security {
        &self.parts().security
    }

    /// Puts what a trusted proxy says in the place of what is known of the peer, where it says it.
    pub(crate) fn set_front(
        &mut self,
        client_addr: Option<SocketAddr>,
        is_secure: Option<bool>,
        host: Option<String>,
    ) {
        let parts = self.parts_mut();
        parts.client_addr = client_addr;
        parts.is_secure = is_secure.unwrap_or(parts.is_secure);
        parts.forwarded_host = host.map(String::into_boxed_str);
    }

    /// Notes which traces the server exports.
    #[cfg(feature = "otel")]
    pub(crate) fn set_sampling(&mut self, sampling: Option<Sampling>) {
        self.parts_mut().sampling = sampling;
    }

    #[cfg(feature = "otel")]
    pub(crate) fn sampling(&self) -> Option<Sampling> {
        self.parts().sampling
    }

    /// Notes whose end the handler may ask for.
    pub(crate) fn set_shutdown(&mut self, shutdown: &Shutdown) {
        let noted = &mut self.parts_mut().shutdown;
        if noted.as_ref().is_none_or(|noted| !noted.is_same(shutdown)) {
            *noted = Some(shutdown.clone());
        }
    }

    /// The end of the server that received this; one of its own where no server did.
    pub(crate) fn shutdown(&mut self) -> Shutdown {
        self.parts_mut().shutdown.get_or_insert_default().clone()
    }

    /// What a router looks at, and where it notes what the parameters take.
    pub(crate) fn head_and_captures(&mut self) -> (&RequestHead, &mut Captures) {
        let parts = self.parts_mut();
        (&parts.head, &mut parts.captures)
    }

    /// Notes what the router found, with the matched pattern as the whole table has it.
    pub(crate) fn set_route(&mut self, route: &'static RouteInfo, full_pattern: Option<&'static str>) {
        let parts = self.parts_mut();
        parts.route = Some(route);
        parts.full_pattern = full_pattern;
    }

    /// The matched pattern with the prefixes of the scopes around it.
    pub(crate) fn full_pattern(&self) -> Option<&'static str> {
        self.parts().full_pattern
    }

    /// Notes whose counters count it.
    pub(crate) fn set_counters(&mut self, counters: &Counters) {
        let noted = &mut self.parts_mut().counters;
        if !noted.as_ref().is_some_and(|noted| noted.is(counters)) {
            *noted = Some(counters.clone());
        }
    }

    /// The counters of the server that it came to.
    pub(crate) fn counters(&self) -> Option<&Counters> {
        self.parts().counters.as_ref()
    }

    pub(crate) fn set_body_limit(&mut self, limit: u64) {
        self.parts_mut().body_limit = limit;
    }
}
