//! The server's settings: what they are, where they come from, and what is said when one of them is wrong.
//!
//! One table, [`SETTINGS`](table::SETTINGS), names each setting once; the environment's names, the command line's,
//! `--help` and every error follow from it. Later beats earlier: the program, a file, the environment, the command
//! line. Nothing here opens a socket, prints or exits.

mod cli;
mod errors;
#[cfg(feature = "config")]
mod file;
#[cfg(not(feature = "config"))]
#[path = "no_file.rs"]
mod file;
mod front;
mod help;
mod limits;
mod list;
mod listen;
mod listen_addr;
#[cfg(all(feature = "config", unix))]
mod live;
mod nearest;
mod network;
mod print;
mod settings;
mod sources;
mod table;
mod texts;
#[cfg(feature = "tls")]
mod tls;
mod units;
mod value;

#[cfg(test)]
mod tests;

pub use errors::ConfigErrors;
pub(crate) use file::FileSource;
#[cfg(feature = "config")]
pub use file::{Secret, units as value_units};
pub use front::ForwardedField;
pub(crate) use help::Help;
pub(crate) use limits::{effective_max_connections, file_limit};
pub(crate) use listen::ListenError;
pub use listen_addr::{ListenAddr, ListenAddrError};
#[cfg(all(feature = "config", unix))]
pub(crate) use live::Reread;
pub use network::{Network, NetworkError};
pub(crate) use print::{CheckedConfig, PrintedConfig};
pub use settings::{Runtime, Settings, TrailingSlash};
pub(crate) use sources::{Action, Gathered, Loaded};
#[cfg(feature = "tls")]
pub use tls::{ClientAuth, Tls, TlsPair, TlsVersion};
pub(crate) use units::{write_duration, write_size};

/// Each setting's name, and its default as `--help` writes it.
#[cfg(test)]
pub(crate) fn names_with_defaults() -> impl Iterator<Item = (&'static str, &'static str)> {
    table::SETTINGS.iter().map(|setting| (setting.name, setting.default))
}
