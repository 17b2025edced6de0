//! What becomes of settings that are read again while the server runs: some are in force at once, the rest waits.

use std::fmt;

use super::settings::Settings;
use super::table::SETTINGS;

/// The settings that new connections are held to, and the log's level: nothing else looks at these but once.
const LIVE: &[&str] = &[
    "max_request_target",
    "max_head",
    "max_fields",
    "max_body",
    "header_read_timeout",
    "keep_alive_timeout",
    "request_timeout",
    "body_min_rate",
    "write_min_rate",
    "rate_grace",
    #[cfg(feature = "http2")]
    "http2",
    #[cfg(feature = "http2")]
    "http2_max_streams",
    #[cfg(feature = "http2")]
    "http2_stream_window",
    #[cfg(feature = "http2")]
    "http2_connection_window",
    #[cfg(feature = "http2")]
    "http2_max_frame",
    "log",
];

/// What differs.
#[derive(Debug, Default)]
pub(crate) struct Reread {
    /// What is in force from now on.
    pub(crate) settings: Settings,
    changed: Vec<Change>,
    waiting: Vec<&'static str>,
}

/// A setting that has another value now.
#[derive(Debug)]
struct Change {
    name: &'static str,
    before: String,
    after: String,
}

impl Reread {
    /// Lays those of `read` that can change over `current`.
    pub(crate) fn of(current: &Settings, read: &Settings) -> Self {
        let mut reread = Self { settings: current.clone(), ..Self::default() };
        for setting in SETTINGS {
            let (before, after) = (setting.value.show(current), setting.value.show(read));
            if before == after {
                continue;
            }
            if LIVE.contains(&setting.name) && setting.apply(&mut reread.settings, &after).is_ok() {
                reread.changed.push(Change { name: setting.name, before, after });
            } else {
                reread.waiting.push(setting.name);
            }
        }
        reread
    }

    /// What is in force now that was not, as `max_body: 2MiB, was 1MiB`; empty where there is nothing.
    pub(crate) fn changes(&self) -> String {
        let changes = self.changed.iter().map(ToString::to_string);
        changes.collect::<Vec<_>>().join("; ")
    }

    /// The names of those that wait for the next start; empty where there is none.
    pub(crate) fn waiting(&self) -> String {
        self.waiting.join(", ")
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, before, after } = self;
        write!(f, "{name}: {after}, was {before}")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_new_connections_are_held_to_changes_and_the_rest_waits() {
        let current = Settings { port: 8080, ..Settings::default() };
        let read = Settings {
            port: 9090,
            workers: current.workers + 1,
            max_body: 1 << 20,
            request_timeout: Duration::from_secs(5),
            ..Settings::default()
        };
        let reread = Reread::of(&current, &read);
        assert_eq!(reread.changes(), "max_body: 1MiB, was 2MiB; request_timeout: 5s, was 30s");
        assert_eq!(reread.waiting(), "port, workers");
        let Settings { port, max_body, request_timeout, .. } = reread.settings;
        assert_eq!((port, max_body, request_timeout), (8080, 1 << 20, Duration::from_secs(5)));
        // What waited waits still, and what is in force is no change.
        let again = Reread::of(&reread.settings, &read);
        assert_eq!((again.changes(), again.waiting()), (String::new(), "port, workers".to_owned()));
    }

    #[test]
    fn each_that_can_change_is_a_setting_whose_value_is_read_as_it_is_shown() {
        for name in LIVE {
            let setting = SETTINGS.iter().find(|setting| setting.name == *name).unwrap();
            let mut settings = Settings::default();
            let shown = setting.value.show(&settings);
            setting.apply(&mut settings, &shown).unwrap();
            assert_eq!(setting.value.show(&settings), shown, "{name}");
        }
    }
}
