//! What is told of each exchange once it has ended, and what is counted always.
//!
//! Everything that a server answers, and everything that ended without an answer, comes by here once: requests that a
//! handler answered, those that were refused, those that could not even be read, those whose client left or was too
//! slow. An [`Observer`] is told of each; the [`Counters`] count them whether anybody asks or not.

mod access_log;
mod client_text;
mod counters;
mod exchange;
#[cfg(feature = "http2")]
mod http2_fault;
mod meter;
mod observer;
mod protocol_error;
pub(crate) mod scope;
mod tally;
#[cfg(test)]
mod tests;
#[cfg(feature = "otel")]
mod traces;

pub use access_log::{AccessLog, AccessLogTo};
pub(crate) use access_log::{Events, Kind, Lines, Mask, Sink};
pub use counters::{Counters, Counts, Handshakes, Http2Counts, Refusals, StatusClasses, Timeouts};
pub use exchange::{Ended, Exchange, Timeout};
#[cfg(feature = "http2")]
pub(crate) use http2_fault::Http2Fault;
pub(crate) use meter::{Meter, Reading, Readings, Slot};
pub use observer::Observer;
pub(crate) use observer::Witness;
pub use protocol_error::ProtocolError;
#[cfg(feature = "tls")]
pub(crate) use tally::Handshake;
pub(crate) use tally::{Refusal, Tally};
#[cfg(feature = "otel")]
pub use traces::Traces;
#[cfg(feature = "otel")]
pub(crate) use traces::{Export, Queue, Sampling};
