//! Handlers of the box: what a server mounts beside the application's own.

mod static_files;

pub use static_files::{StaticFiles, Symlinks};
