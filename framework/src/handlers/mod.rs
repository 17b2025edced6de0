//! Handlers of the box: what a server mounts beside the application's own, and what it is given as a value.

mod attach;
#[cfg(feature = "embed")]
mod embedded;
mod health;
mod metrics;
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
pub use metrics::Metrics;
pub(crate) use probes::{Attached, Probe, Probes};
#[cfg(all(unix, feature = "files"))]
pub use static_files::{StaticFiles, Symlinks};
