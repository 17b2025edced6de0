//! The box: what answers by itself, attached to a server as a value.

mod attach;
pub(crate) mod health;
pub(crate) mod metrics;
mod probes;

pub use health::{Health, HealthCheck};
pub(crate) use health::{Monitor, Monitored};
pub use metrics::Metrics;
pub(crate) use probes::{Attached, Probe, Probes};
