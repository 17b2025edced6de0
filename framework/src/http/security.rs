//! What is known of the connection that a request came over, where that is one of TLS.

#[cfg(feature = "tls")]
use std::sync::Arc;

/// How a connection is secured, where it is; nothing where the feature `tls` is off.
#[derive(Clone, Debug, Default)]
pub(crate) struct Security {
    #[cfg(feature = "tls")]
    secured: Option<Arc<Secured>>,
}

/// What a handshake has settled.
#[cfg(feature = "tls")]
#[derive(Debug, Default)]
pub(crate) struct Secured {
    /// The client's certificate and those behind it, where it was asked for one and has shown it: verified.
    pub(crate) client_chain: Vec<Vec<u8>>,
}

#[cfg(feature = "tls")]
impl Security {
    /// Of a connection whose handshake has settled this.
    pub(crate) fn new(secured: Arc<Secured>) -> Self {
        Self { secured: Some(secured) }
    }

    /// What the handshake has settled, where there was one.
    pub(crate) fn secured(&self) -> Option<&Arc<Secured>> {
        self.secured.as_ref()
    }

    /// Forgets it. Looked at first: most have none, and to drop what is not there costs as well.
    pub(crate) fn clear(&mut self) {
        if self.secured.is_some() {
            self.secured = None;
        }
    }
}

#[cfg(not(feature = "tls"))]
impl Security {
    pub(crate) fn clear(&mut self) {}
}
