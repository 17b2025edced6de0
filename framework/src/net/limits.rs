//! The limits and timeouts of a connection: the part of the settings that it looks at.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::{Announced, Proxies};
use crate::config::Settings;
use crate::h1::HeadLimits;
use crate::observe::Mask;
#[cfg(feature = "otel")]
use crate::observe::Sampling;

/// What each connection is held to; see the settings of the same names.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) head: HeadLimits,
    /// Whose word is taken for where a request came from.
    pub(crate) proxies: Option<Box<Proxies>>,
    /// The peers that must say first who their client is.
    pub(crate) announced: Announced,
    /// Bytes.
    pub(crate) max_body: u64,
    pub(crate) header_read_timeout: Duration,
    pub(crate) keep_alive_timeout: Duration,
    /// To the response's head; zero never ends.
    pub(crate) request_timeout: Duration,
    /// Bytes a second; 0 never cuts.
    pub(crate) body_min_rate: u64,
    /// Bytes a second; 0 never cuts.
    pub(crate) write_min_rate: u64,
    /// How long a peer may be silent before it has moved a byte.
    pub(crate) rate_grace: Duration,
    /// How long a connection must have been idle for a drain to close it, and how long it is then read from: within
    /// that time a request may cross with the end.
    pub(crate) last_call: Duration,
    /// What of targets no span is told.
    pub(crate) mask: Mask,
    /// Which traces are exported.
    #[cfg(feature = "otel")]
    pub(crate) sampling: Option<Sampling>,
    #[cfg(feature = "http2")]
    pub(crate) http2: Http2Limits,
}

/// What a connection of HTTP/2 is held to beside; see the settings of the same names.
#[cfg(feature = "http2")]
#[derive(Clone, Debug)]
pub(crate) struct Http2Limits {
    /// Whether there are any.
    pub(crate) enabled: bool,
    pub(crate) max_streams: usize,
    /// Bytes.
    pub(crate) stream_window: u32,
    /// Bytes.
    pub(crate) connection_window: u32,
    /// Bytes.
    pub(crate) max_frame: u32,
}

#[cfg(feature = "http2")]
impl Http2Limits {
    fn of(settings: &Settings) -> Self {
        let window = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX >> 1);
        Self {
            enabled: settings.http2,
            max_streams: settings.http2_max_streams,
            stream_window: window(settings.http2_stream_window),
            connection_window: window(settings.http2_connection_window),
            max_frame: window(settings.http2_max_frame),
        }
    }
}

/// Longer than a request takes on its way, anywhere on earth.
const LAST_CALL: Duration = Duration::from_secs(1);

impl Limits {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            head: HeadLimits {
                max_target: saturating(settings.max_request_target),
                max_head: saturating(settings.max_head),
                max_fields: settings.max_fields,
            },
            proxies: Proxies::of(settings),
            announced: Announced::by(&settings.proxy_protocol),
            max_body: settings.max_body,
            header_read_timeout: settings.header_read_timeout,
            keep_alive_timeout: settings.keep_alive_timeout,
            request_timeout: settings.request_timeout,
            body_min_rate: settings.body_min_rate,
            write_min_rate: settings.write_min_rate,
            rate_grace: settings.rate_grace,
            // Twice as long is the shortest drain with clients that do not close: it must end well before the cut.
            last_call: LAST_CALL.min(settings.shutdown_timeout / 4),
            mask: Mask::of(settings),
            #[cfg(feature = "otel")]
            sampling: None,
            #[cfg(feature = "http2")]
            http2: Http2Limits::of(settings),
        }
    }

    /// The same for connections that are not kept.
    #[cfg(feature = "tls")]
    pub(super) fn for_one_request(&self) -> Self {
        Self { keep_alive_timeout: Duration::ZERO, ..self.clone() }
    }
}

/// The limits of connections that begin now, which may be others later.
#[derive(Debug)]
pub(crate) struct LiveLimits(RwLock<Arc<Limits>>);

impl LiveLimits {
    pub(crate) fn new(limits: Limits) -> Self {
        Self(RwLock::new(Arc::new(limits)))
    }

    pub(crate) fn now(&self) -> Arc<Limits> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Holds connections that begin from now on to these settings.
    #[cfg(all(feature = "config", unix))]
    pub(crate) fn change(&self, settings: &Settings) {
        let before = self.now();
        let next = Limits {
            #[cfg(feature = "otel")]
            sampling: before.sampling,
            // The log that runs has its own.
            mask: before.mask.clone(),
            ..Limits::of(settings)
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }
}

fn saturating(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
