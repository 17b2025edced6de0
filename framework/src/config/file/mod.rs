//! Settings from a YAML file: above the program's, below the environment's and the command line's.
//!
//! ```yaml
//! port: 3000          # settings, under their names
//! tls:                # those that begin with `tls_`, with the feature `tls`
//!   min_version: 1.3
//! app:                # the application's own
//!   greeting: Hello
//! profiles:           # what `--profile dev` lays over all of that
//!   dev:
//!     log: debug
//!     app: {greeting: Hi}
//! ```

mod compose;
mod deserialize;
mod fault;
mod node;
mod overrides;
mod print;
mod read;
mod secret;
mod settings;
mod source;
mod typed;
mod unit_fields;

#[cfg(test)]
mod tests;

pub use secret::Secret;
pub(crate) use source::{FileSource, Section};
pub(super) use source::{OPTIONS, Said, is_option, is_variable, pointed_to, read_value};
/// Durations and sizes with their units, in the application's own section.
///
/// ```
/// use std::time::Duration;
///
/// #[derive(serde::Deserialize)]
/// struct Upload {
///     #[serde(deserialize_with = "server::units::duration")]
///     expires_after: Duration,
///     #[serde(deserialize_with = "server::units::size")]
///     largest: u64,
/// }
///
/// let upload: Upload = serde_json::from_str(r#"{"expires_after": "2h", "largest": "16MiB"}"#)?;
/// assert_eq!((upload.expires_after.as_secs(), upload.largest), (7200, 16 << 20));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub mod units {
    pub use super::unit_fields::{duration, size};
}
