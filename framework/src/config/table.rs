//! The table of settings: one row each, and nothing else says a setting's name, bounds or default.

#[cfg(test)]
mod tests;

use std::time::Duration;

use tracing::Level;

use super::list::Items;
use super::settings::{Runtime, Settings, TrailingSlash};
use super::texts::{LogTarget, Masked};
#[cfg(feature = "tls-dev")]
use super::tls::DevValue;
#[cfg(feature = "tls")]
use super::tls::{ClientAuth, PairsValue, PathValue, TlsVersion};
use super::units::UnitError;
use super::value::{Value, Words};
use crate::observe::AccessLog;

/// What stands before a setting's name in the environment.
pub(super) const ENVIRONMENT_PREFIX: &str = "SERVER_";

/// One setting, as the program, the environment, the command line and `--help` know it.
pub(super) struct Setting {
    /// The name, as the builder writes it: `keep_alive_timeout`.
    pub(super) name: &'static str,
    /// The heading of `--help` under which it stands.
    pub(super) section: &'static str,
    /// Its kind, its place in [`Settings`] and its bounds.
    pub(super) value: Value,
    /// The default as `--help` writes it.
    pub(super) default: &'static str,
    /// What it is, in one line.
    pub(super) help: &'static str,
}

impl Setting {
    /// Its name in the environment: `SERVER_KEEP_ALIVE_TIMEOUT`.
    pub(super) fn environment_name(&self) -> String {
        ENVIRONMENT_PREFIX.to_owned() + &self.name.to_ascii_uppercase()
    }

    /// Its name on the command line: `--keep-alive-timeout`.
    pub(super) fn option_name(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

    /// The section of a file that it stands in, where it is in one, and its key there: `tls` and `certificate`.
    pub(super) fn in_section(&self) -> Option<(&'static str, &'static str)> {
        SECTIONS.iter().find_map(|&section| {
            let key = self.name.strip_prefix(section)?.strip_prefix('_')?;
            Some((section, key))
        })
    }

    /// Sets it from `text`.
    ///
    /// # Errors
    ///
    /// [`UnitError`] where `text` is not what [`Value`] says is expected; nothing is set then.
    pub(super) fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError> {
        self.value.apply(settings, text)
    }
}

/// The sections that a file has for settings whose names begin so.
pub(super) const SECTIONS: &[&str] = &["tls"];

/// Finds a setting and its index by its builder name.
pub(super) fn find(name: &str) -> Option<(usize, &'static Setting)> {
    SETTINGS.iter().enumerate().find(|(_, setting)| setting.name == name)
}

/// Long enough for anyone, and far from where adding it to a clock's time would overflow.
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
const LEAST: Duration = Duration::from_millis(1);
/// Heads are held in memory whole, one a connection.
const LARGEST_HEAD: u64 = 16 << 20;
const LARGEST_RATE: u64 = 1 << 30;
const MOST_CONNECTIONS: usize = 100_000_000;
/// RFC 9113 §6.9.1.
#[cfg(feature = "http2")]
const LARGEST_WINDOW: u64 = (1 << 31) - 1;
/// A connection begins with one byte less (RFC 9113 §6.9.2), and nothing makes that less.
#[cfg(feature = "http2")]
const LEAST_CONNECTION_WINDOW: u64 = 64 * 1024;

/// Every setting, in the order of `--help`.
pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        name: "host",
        section: "Where it listens",
        value: Value::Host(|s| &mut s.host),
        default: "127.0.0.1",
        help: "the address to listen on",
    },
    Setting {
        name: "port",
        section: "Where it listens",
        value: Value::Port(|s| &mut s.port),
        default: "8080",
        help: "the port to listen on; 0 takes any free one",
    },
    Setting {
        name: "listen",
        section: "Where it listens",
        value: Value::List(&Items {
            field: |s| &mut s.listen,
            placeholder: "ADDRESSES",
            expected: "addresses such as 127.0.0.1:8080 or unix:/run/service.sock, with commas between them; or none",
        }),
        default: "none",
        help: "several addresses, Unix sockets among them, in place of both",
    },
    Setting {
        name: "unix_mode",
        section: "Where it listens",
        value: Value::Mode(|s| &mut s.unix_mode),
        default: "660",
        help: "the permissions of a Unix socket",
    },
    Setting {
        name: "backlog",
        section: "Where it listens",
        value: Value::Count(|s| &mut s.backlog, 1..=65_535),
        default: "1024",
        help: "connections that may wait in the kernel to be accepted",
    },
    Setting {
        name: "reuse_port",
        section: "Where it listens",
        value: Value::Word(&Words { field: |s| &mut s.reuse_port, words: SWITCH }),
        default: "false",
        help: "whether other processes that say the same may share the port",
    },
    Setting {
        name: "trusted_proxies",
        section: "Behind a proxy",
        value: Value::List(&Items {
            field: |s| &mut s.trusted_proxies,
            placeholder: "NETWORKS",
            expected: NETWORKS,
        }),
        default: "none",
        help: "proxies whose word is taken for where a request came from",
    },
    Setting {
        name: "forwarded_fields",
        section: "Behind a proxy",
        value: Value::List(&Items {
            field: |s| &mut s.forwarded_fields,
            placeholder: "FIELDS",
            expected: "`forwarded`, or any of `x-forwarded-for`, `x-forwarded-proto` and `x-forwarded-host`, with commas",
        }),
        default: "x-forwarded-for, x-forwarded-proto",
        help: "the fields by which they say it",
    },
    Setting {
        name: "proxy_protocol",
        section: "Behind a proxy",
        value: Value::List(&Items {
            field: |s| &mut s.proxy_protocol,
            placeholder: "NETWORKS",
            expected: NETWORKS,
        }),
        default: "none",
        help: "peers that must say in a PROXY header who their client is",
    },
    Setting {
        name: "runtime",
        section: "Threads",
        value: Value::Word(&Words { field: |s| &mut s.runtime, words: RUNTIMES }),
        default: "per-core",
        help: "a listener and a runtime for each worker, or one that they share",
    },
    Setting {
        name: "workers",
        section: "Threads",
        value: Value::Count(|s| &mut s.workers, 1..=16_384),
        default: "one per core",
        help: "threads that serve connections",
    },
    Setting {
        name: "blocking_threads",
        section: "Threads",
        value: Value::Count(|s| &mut s.blocking_threads, 1..=4096),
        default: "64",
        help: "threads for handlers that are plain functions",
    },
    Setting {
        name: "blocking_queue",
        section: "Threads",
        value: Value::Count(|s| &mut s.blocking_queue, 0..=1_000_000),
        default: "1024",
        help: "calls that may wait for such a thread; beyond it 503",
    },
    Setting {
        name: "max_connections",
        section: "Limits",
        value: Value::Count(|s| &mut s.max_connections, 1..=MOST_CONNECTIONS),
        default: "25000",
        help: "connections open at once; beyond it none is accepted",
    },
    Setting {
        name: "max_connections_per_address",
        section: "Limits",
        value: Value::Count(|s| &mut s.max_connections_per_address, 0..=MOST_CONNECTIONS),
        default: "0",
        help: "connections of one address (IPv6: of one /64); 0 is no limit",
    },
    Setting {
        name: "max_request_target",
        section: "Limits",
        value: Value::Size(|s| &mut s.max_request_target, 1..=LARGEST_HEAD),
        default: "8KiB",
        help: "bytes of a request target; beyond it 414",
    },
    Setting {
        name: "max_head",
        section: "Limits",
        value: Value::Size(|s| &mut s.max_head, 1..=LARGEST_HEAD),
        default: "16KiB",
        help: "bytes of a request's head; beyond it 431",
    },
    Setting {
        name: "max_fields",
        section: "Limits",
        value: Value::Count(|s| &mut s.max_fields, 1..=65_535),
        default: "100",
        help: "field lines of a header section; beyond it 431",
    },
    Setting {
        name: "max_body",
        section: "Limits",
        value: Value::Size(|s| &mut s.max_body, 0..=u64::MAX),
        default: "2MiB",
        help: "bytes of a body, where the route has no limit; beyond it 413",
    },
    Setting {
        name: "trailing_slash",
        section: "Limits",
        value: Value::Word(&Words {
            field: |s| &mut s.trailing_slash,
            words: &[("strict", TrailingSlash::Strict), ("redirect", TrailingSlash::Redirect)],
        }),
        default: "strict",
        help: "whether /a/ differs from /a, or is sent there by a 308",
    },
    Setting {
        name: "header_read_timeout",
        section: "Timeouts",
        value: Value::Duration(|s| &mut s.header_read_timeout, LEAST..=YEAR),
        default: "10s",
        help: "from a request's first byte to its head's end; then 408",
    },
    Setting {
        name: "keep_alive_timeout",
        section: "Timeouts",
        value: Value::Duration(|s| &mut s.keep_alive_timeout, Duration::ZERO..=YEAR),
        default: "75s",
        help: "how long a connection may be idle; then it is closed",
    },
    Setting {
        name: "request_timeout",
        section: "Timeouts",
        value: Value::Duration(|s| &mut s.request_timeout, LEAST..=YEAR),
        default: "30s",
        help: "to the response's head, where the route has none; then 503",
    },
    Setting {
        name: "body_min_rate",
        section: "Timeouts",
        value: Value::Rate(|s| &mut s.body_min_rate, 0..=LARGEST_RATE),
        default: "240B/s",
        help: "the slowest that a body may come in; below it 408",
    },
    Setting {
        name: "write_min_rate",
        section: "Timeouts",
        value: Value::Rate(|s| &mut s.write_min_rate, 0..=LARGEST_RATE),
        default: "240B/s",
        help: "the slowest that a response may be taken; below it the end",
    },
    Setting {
        name: "rate_grace",
        section: "Timeouts",
        value: Value::Duration(|s| &mut s.rate_grace, Duration::ZERO..=YEAR),
        default: "5s",
        help: "how long a peer may be slower than that",
    },
    #[cfg(feature = "http2")]
    Setting {
        name: "http2",
        section: "HTTP/2",
        value: Value::Word(&Words { field: |s| &mut s.http2, words: SWITCH }),
        default: "true",
        help: "whether a connection that begins as HTTP/2 is served as such",
    },
    #[cfg(feature = "http2")]
    Setting {
        name: "http2_max_streams",
        section: "HTTP/2",
        value: Value::Count(|s| &mut s.http2_max_streams, 1..=100_000),
        default: "100",
        help: "requests of one connection in work at once; beyond it refused",
    },
    #[cfg(feature = "http2")]
    Setting {
        name: "http2_stream_window",
        section: "HTTP/2",
        value: Value::Size(|s| &mut s.http2_stream_window, 1024..=LARGEST_WINDOW),
        default: "256KiB",
        help: "bytes of a request's body held before a handler reads them",
    },
    #[cfg(feature = "http2")]
    Setting {
        name: "http2_connection_window",
        section: "HTTP/2",
        value: Value::Size(|s| &mut s.http2_connection_window, LEAST_CONNECTION_WINDOW..=LARGEST_WINDOW),
        default: "1MiB",
        help: "the same of all requests of a connection together",
    },
    #[cfg(feature = "http2")]
    Setting {
        name: "http2_max_frame",
        section: "HTTP/2",
        value: Value::Size(|s| &mut s.http2_max_frame, 16_384..=16_777_215),
        default: "16KiB",
        help: "bytes of a frame that a client may send",
    },
    Setting {
        name: "shutdown_delay",
        section: "Shutdown",
        value: Value::Duration(|s| &mut s.shutdown_delay, Duration::ZERO..=YEAR),
        default: "0s",
        help: "how long to serve on after SIGTERM, no longer ready",
    },
    Setting {
        name: "shutdown_timeout",
        section: "Shutdown",
        value: Value::Duration(|s| &mut s.shutdown_timeout, Duration::ZERO..=YEAR),
        default: "30s",
        help: "how long requests in flight may take to end; then they are cut",
    },
    #[cfg(feature = "tls")]
    Setting {
        name: "tls_certificate",
        section: "TLS",
        value: Value::Custom(&PathValue(|s| &mut s.tls.certificate)),
        default: "none",
        help: "the server's certificate and its chain; with it TLS is spoken",
    },
    #[cfg(feature = "tls")]
    Setting {
        name: "tls_key",
        section: "TLS",
        value: Value::Custom(&PathValue(|s| &mut s.tls.key)),
        default: "none",
        help: "the certificate's private key",
    },
    #[cfg(feature = "tls")]
    Setting {
        name: "tls_pairs",
        section: "TLS",
        value: Value::Custom(&PairsValue),
        default: "none",
        help: "further certificates with their keys, by the names in them",
    },
    #[cfg(feature = "tls")]
    Setting {
        name: "tls_client_auth",
        section: "TLS",
        value: Value::Word(&Words {
            field: |s| &mut s.tls.client_auth,
            words: &[
                ("off", ClientAuth::Off),
                ("optional", ClientAuth::Optional),
                ("required", ClientAuth::Required),
            ],
        }),
        default: "off",
        help: "whether clients are asked for a certificate",
    },
    #[cfg(feature = "tls")]
    Setting {
        name: "tls_client_ca",
        section: "TLS",
        value: Value::Custom(&PathValue(|s| &mut s.tls.client_ca)),
        default: "none",
        help: "the certificates that clients' lead to",
    },
    #[cfg(feature = "tls")]
    Setting {
        name: "tls_min_version",
        section: "TLS",
        value: Value::Word(&Words {
            field: |s| &mut s.tls.min_version,
            words: &[("1.2", TlsVersion::V1_2), ("1.3", TlsVersion::V1_3)],
        }),
        default: "1.2",
        help: "the oldest version that is spoken",
    },
    #[cfg(feature = "tls")]
    Setting {
        name: "tls_handshake_timeout",
        section: "TLS",
        value: Value::Duration(|s| &mut s.tls.handshake_timeout, LEAST..=YEAR),
        default: "10s",
        help: "from a connection's beginning to its handshake's end; then close",
    },
    #[cfg(feature = "tls")]
    Setting {
        name: "tls_redirect",
        section: "TLS",
        value: Value::List(&Items {
            field: |s| &mut s.tls.redirect,
            placeholder: "ADDRESSES",
            expected: "addresses such as 0.0.0.0:80, with commas between them; or none",
        }),
        default: "none",
        help: "where else to listen, and send clients to TLS from",
    },
    #[cfg(feature = "tls")]
    Setting {
        name: "tls_redirect_port",
        section: "TLS",
        value: Value::Port(|s| &mut s.tls.redirect_port),
        default: "0",
        help: "the port they are sent to; 0 is the one that is listened on",
    },
    #[cfg(feature = "tls-dev")]
    Setting {
        name: "tls_dev",
        section: "TLS",
        value: Value::Custom(&DevValue),
        default: "false",
        help: "whether to make a certificate for localhost that nobody trusts",
    },
    Setting {
        name: "log",
        section: "Log",
        value: Value::Word(&Words {
            field: |s| &mut s.log,
            words: &[
                ("error", Level::ERROR),
                ("warn", Level::WARN),
                ("info", Level::INFO),
                ("debug", Level::DEBUG),
                ("trace", Level::TRACE),
            ],
        }),
        default: "info",
        help: "what to write to stderr, where the program has no log of its own",
    },
    Setting {
        name: "access_log",
        section: "Log",
        value: Value::Word(&Words {
            field: |s| &mut s.access_log,
            words: &[
                ("off", AccessLog::Off),
                ("json", AccessLog::Json),
                ("combined", AccessLog::Combined),
                ("readable", AccessLog::Readable),
                ("events", AccessLog::Events),
            ],
        }),
        default: "off",
        help: "a line a request: off, json, combined, readable or events",
    },
    Setting {
        name: "access_log_to",
        section: "Log",
        value: Value::Custom(&LogTarget),
        default: "stdout",
        help: "where these lines go; SIGHUP opens a file anew",
    },
    Setting {
        name: "access_log_queue",
        section: "Log",
        value: Value::Size(|s| &mut s.access_log_queue, 4 << 10..=1 << 30),
        default: "1MiB",
        help: "bytes of lines that may wait to be written; others are dropped",
    },
    Setting {
        name: "access_log_masked",
        section: "Log",
        value: Value::List(&Masked),
        default: "common",
        help: "query parameters whose values no line tells",
    },
    Setting {
        name: "access_log_probes",
        section: "Log",
        value: Value::Word(&Words { field: |s| &mut s.access_log_probes, words: SWITCH }),
        default: "false",
        help: "whether probes have lines also while they are well",
    },
];

const RUNTIMES: &[(&str, Runtime)] = &[
    ("per-core", Runtime::PerCore),
    #[cfg(feature = "shared-runtime")]
    ("shared", Runtime::Shared),
];
const NETWORKS: &str = "networks such as 10.0.0.0/8, addresses, or unix, with commas between them; or none";

const SWITCH: &[(&str, bool)] = &[("true", true), ("false", false)];
