//! Handlers of the box: what a server mounts beside the application's own, and what it is given as a value.

mod attach;
pub(crate) mod health;
pub(crate) mod metrics;
mod probes;
#[cfg(all(unix, feature = "files"))]
mod static_files;

pub use health::{Health, HealthCheck};
pub(crate) use health::{Monitor, Monitored};
pub use metrics::Metrics;
pub(crate) use probes::{Attached, Probe, Probes};
#[cfg(all(unix, feature = "files"))]
pub use static_files::{StaticFiles, Symlinks};
