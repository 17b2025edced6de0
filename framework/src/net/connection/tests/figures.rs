//! Every limit and timeout of the settings, at its figure: a millisecond, a byte, a field or a connection less and
//! nothing happens; at it, the client sees what the row says.
//!
//! Each table has the default of a setting and another value at least, set as a user sets it; a limit that none of
//! them has is a failure here.

mod client;
mod rates;
mod server;
mod sizes;
mod times;

use super::*;

/// Settings that bound nothing. Those of HTTP/2, whose names begin so, are shown beside it.
const NO_LIMITS: [&str; 18] = [
    "host",
    "port",
    "listen",
    "unix_mode",
    "trusted_proxies",
    "forwarded_fields",
    "proxy_protocol",
    "backlog",
    "reuse_port",
    "runtime",
    "workers",
    "trailing_slash",
    "log",
    "access_log",
    "access_log_to",
    "access_log_queue",
    "access_log_masked",
    "access_log_probes",
];

/// The settings with some of them set through the environment.
fn settings(values: &[(&str, &str)]) -> Settings {
    let environment =
        values.iter().map(|(name, value)| (format!("SERVER_{}", name.to_uppercase()).into(), value.into()));
    let no_file = crate::config::FileSource::default();
    let gathered = Settings::gather(Settings::default(), &no_file, environment, std::iter::empty());
    gathered.finish().expect("good values").settings
}

#[test]
fn every_limit_is_shown_at_its_default_and_at_another_value() {
    let shown: Vec<(&str, &str)> = [times::shown(), sizes::shown(), rates::shown(), server::shown()].concat();
    let settings: Vec<_> = crate::config::names_with_defaults().collect();
    for (name, _) in &shown {
        assert!(settings.iter().any(|(setting, _)| setting == name), "{name} is no setting");
    }
    for (name, default) in settings {
        // Those of TLS are shown in `net/tls/tests`.
        if NO_LIMITS.contains(&name) || name.starts_with("tls_") || name.starts_with("http2") {
            continue;
        }
        let values: Vec<_> = shown.iter().filter(|row| row.0 == name).map(|row| row.1).collect();
        assert!(values.contains(&default), "no row shows {name} at its default, {default}");
        assert!(values.iter().any(|value| *value != default), "no row shows {name} at another value");
    }
}
