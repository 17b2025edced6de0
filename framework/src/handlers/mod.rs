//! Handlers of the box: what a server mounts beside the application's own.

mod coding;
#[cfg(feature = "embed")]
mod embedded;
mod names;
mod reading;
#[cfg(all(unix, feature = "files"))]
mod static_files;

#[cfg(feature = "embed")]
pub use embedded::{Embedded, EmbeddedFile, embedded};
#[cfg(all(unix, feature = "files"))]
pub use static_files::{StaticFiles, Symlinks};
