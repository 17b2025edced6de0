//! The limits and timeouts of a connection: the part of the settings that it looks at.

use std::time::Duration;

use crate::config::Settings;
use crate::h1::HeadLimits;

/// What each connection is held to; see the settings of the same names.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) head: HeadLimits,
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
            max_body: settings.max_body,
            header_read_timeout: settings.header_read_timeout,
            keep_alive_timeout: settings.keep_alive_timeout,
            request_timeout: settings.request_timeout,
            body_min_rate: settings.body_min_rate,
            write_min_rate: settings.write_min_rate,
            rate_grace: settings.rate_grace,
            // Twice as long is the shortest drain with clients that do not close: it must end well before the cut.
            last_call: LAST_CALL.min(settings.shutdown_timeout / 4),
        }
    }

    /// The same for connections that are not kept.
    #[cfg(feature = "tls")]
    pub(super) fn for_one_request(&self) -> Self {
        Self { keep_alive_timeout: Duration::ZERO, ..self.clone() }
    }
}

fn saturating(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
