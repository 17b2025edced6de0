//! Handlers of the box: what a server mounts beside the application's own, and what it is given as a value.

mod attach;
#[cfg(feature = "embed")]
mod embedded;
pub(crate) mod health;
pub(crate) mod metrics;
#[cfg(any(feature = "embed", all(unix, feature = "files")))]
mod names;
mod probes;
#[cfg(any(feature = "embed", all(unix, feature = "files")))]
mod reading;
#[cfg(all(unix, feature = "files"))]
mod static_files;

#[cfg(feature = "embed")]
pub use embedded::{Embedded, EmbeddedFile, embedded};
pub use health::{Health, HealthCheck};
pub(crate) use health::{Monitor, Monitored};
pub use metrics::Metrics;
pub(crate) use probes::{Attached, Probe, Probes};
#[cfg(all(unix, feature = "files"))]
pub use static_files::{StaticFiles, Symlinks};
