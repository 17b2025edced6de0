//! The log of a program that has set up none: events of the server on stderr, a line each.
//!
//! ```text
//! 2026-11-21T09:03:15.123Z  INFO listening address=127.0.0.1:8080
//! ```
//!
//! Spans are not recorded; what is logged for a request has its `request_id` all the same. A program that installs a
//! `tracing` subscriber of its own never sees any of this.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber, dispatcher, span};

use crate::observe::scope;

/// Writes events of `least` and above to stderr from now on, unless the program has a subscriber already.
///
/// Returns whether it does.
pub(crate) fn install_fallback(least: Level) -> bool {
    if dispatcher::has_been_set() {
        return false;
    }
    let sink = |line: &[u8]| {
        // One call a line, so that lines of several threads do not mix; where stderr is closed there is nobody to tell.
        let _ = io::stderr().lock().write_all(line);
    };
    let coloured = io::stderr().is_terminal() && may_be_coloured();
    set_level(least);
    dispatcher::set_global_default(Dispatch::new(Fallback { least: level, coloured, sink })).is_ok()
}

/// The place among [`LEVELS`] of what is written.
static LEAST: AtomicUsize = AtomicUsize::new(0);

const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];

/// Writes events of `least` and above from now on, where these are written by [`install_fallback`].
pub(crate) fn set_level(least: Level) {
    LEAST.store(LEVELS.iter().position(|level| *level == least).unwrap_or_default(), Ordering::Relaxed);
    tracing::callsite::rebuild_interest_cache();
}

fn level() -> Level {
    LEVELS.get(LEAST.load(Ordering::Relaxed)).copied().unwrap_or(Level::INFO)
}

/// Whether nobody has asked for no colours (<https://no-color.org>).
pub(crate) fn may_be_coloured() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A text with everything escaped that a terminal would obey, or that would begin a new line.
///
/// Nobody can forge a line of the log through it, nor hide one by changing the direction of writing.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| {
            if is_obeyed(c) { write!(f, "{}", c.escape_default()) } else { f.write_char(c) }
        })
    }
}

/// Control characters (C0, DEL, C1), separators of lines, and marks of direction.
pub(crate) fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The subscriber; `sink` gets each line whole, with its line feed.
struct Fallback<L, F> {
    least: L,
    coloured: bool,
    sink: F,
}

impl<L, F> Subscriber for Fallback<L, F>
where
    L: Fn() -> Level + Send + Sync + 'static,
    F: Fn(&[u8]) + Send + Sync + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= (self.least)()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::from_level((self.least)()))
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let Fields { message, mut others, has_id } = fields;
        if !has_id && let Some(id) = scope::current_id() {
            // A `String` takes everything.
            let _ = write!(others, " request_id={id}");
        }
        let time = Timestamp(SystemTime::now());
        let (level, begin, end) = appearance(*event.metadata().level(), self.coloured);
        (self.sink)(format!("{time} {begin}{level:>5}{end}{message}{others}\n").as_bytes());
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The level's name, and what switches its colour on and off.
fn appearance(level: Level, coloured: bool) -> (&'static str, &'static str, &'static str) {
    let (name, colour) = match level {
        Level::ERROR => ("ERROR", "\x1b[31m"),
        Level::WARN => ("WARN", "\x1b[33m"),
        Level::INFO => ("INFO", "\x1b[32m"),
        Level::DEBUG => ("DEBUG", "\x1b[34m"),
        Level::TRACE => ("TRACE", "\x1b[35m"),
    };
    if coloured { (name, colour, "\x1b[0m") } else { (name, "", "") }
}

/// An event's message and its other fields as ` key=value`, each with a space before it.
#[derive(Default)]
struct Fields {
    message: String,
    others: String,
    /// Whether it names a request itself.
    has_id: bool,
}

impl Fields {
    fn take(&mut self, field: &Field, value: &str) {
        self.has_id |= field.name() == "request_id";
        // A `String` takes everything.
        let _ = match field.name() {
            "message" => write!(self.message, " {}", Escaped(value)),
            name => write!(self.others, " {}={}", Escaped(name), Escaped(&quoted(value))),
        };
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut chain = value.to_string();
        let mut next = value.source();
        while let Some(cause) = next {
            let _ = write!(chain, ": {cause}");
            next = cause.source();
        }
        self.take(field, &chain);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, &format!("{value:?}"));
    }
}

/// Puts a value in quotes where it would not be told from the fields beside it.
fn quoted(value: &str) -> String {
    let is_plain =
        !value.is_empty() && !value.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '='));
    if is_plain || is_quoted(value) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Whether the value is one quoted text already, as `?text` makes it.
fn is_quoted(value: &str) -> bool {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            '"' if !escaped => return false,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    !escaped
}

/// A moment in UTC to the millisecond, as RFC 3339 writes it; before 1970 it is the first moment of it.
pub(crate) struct Timestamp(pub(crate) SystemTime);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.0.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let (days, seconds) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
        let (year, month, day) = civil_date(days);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let millis = since.subsec_millis();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

/// The year, month and day that is `days` after 1 January 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms": years begin in March, so that the leap day is their last).
fn civil_date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// Keeps the lines of this thread's events in `lines` while the guard lives.
#[cfg(test)]
pub(crate) fn record(
    least: Level,
    lines: &std::sync::Arc<std::sync::Mutex<Vec<String>>>,
) -> tracing::subscriber::DefaultGuard {
    let lines = std::sync::Arc::clone(lines);
    let sink = move |line: &[u8]| {
        lines.lock().unwrap().push(String::from_utf8(line.to_vec()).expect("lines are UTF-8"));
    };
    tracing::subscriber::set_default(Fallback { least: move || least, coloured: false, sink })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;

    /// What `body` writes at `least`, without the time of each line.
    #[track_caller]
    fn logged(least: Level, coloured: bool, body: impl FnOnce()) -> Vec<String> {
        let written = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&written);
        let sink = move |line: &[u8]| {
            lines.lock().unwrap().push(String::from_utf8(line.to_vec()).expect("lines are UTF-8"));
        };
        tracing::subscriber::with_default(Fallback { least: move || least, coloured, sink }, body);
        let written = written.lock().unwrap();
        written
            .iter()
            .map(|line| line.get("2026-11-21T09:03:15.123Z ".len()..).expect("a time").to_owned())
            .collect()
    }

    #[test]
    fn writes_level_message_and_fields() {
        let lines = logged(Level::INFO, false, || {
            tracing::info!(address = %"127.0.0.1:8080", workers = 2, "listening");
            tracing::warn!("running low");
            tracing::error!(name = "a b", quoted = ?"c \"d\"", empty = "", pair = %"x=1", plain = ?Some(1));
        });
        let expected = [
            " INFO listening address=127.0.0.1:8080 workers=2\n",
            " WARN running low\n",
            "ERROR name=\"a b\" quoted=\"c \\\"d\\\"\" empty=\"\" pair=\"x=1\" plain=Some(1)\n",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn writes_the_chain_of_an_error() {
        let error = crate::config::ListenError::new(
            "127.0.0.1:80".parse().unwrap(),
            io::ErrorKind::Interrupted.into(),
        );
        let error: &(dyn Error + 'static) = &error;
        let lines = logged(Level::INFO, false, || tracing::error!(error, "no listener"));
        assert_eq!(lines.len(), 1);
        assert!(lines[0].ends_with("address: operation interrupted\"\n"), "{lines:?}");
    }

    #[test]
    fn keeps_to_its_level() {
        let all = || {
            tracing::error!("e");
            tracing::warn!("w");
            tracing::info!("i");
            tracing::debug!("d");
            tracing::trace!("t");
        };
        assert_eq!(logged(Level::WARN, false, all), ["ERROR e\n", " WARN w\n"]);
        assert_eq!(logged(Level::TRACE, false, all).len(), 5);
    }

    #[test]
    fn takes_spans_without_recording_them() {
        let lines = logged(Level::TRACE, false, || {
            let span = tracing::info_span!("request", id = 1);
            span.in_scope(|| tracing::info!("inside"));
            span.record("id", 2);
        });
        assert_eq!(lines, [" INFO inside\n"]);
    }

    #[test]
    fn colours_the_level_alone() {
        assert_eq!(logged(Level::INFO, true, || tracing::warn!("w")), ["\u{1b}[33m WARN\u{1b}[0m w\n"]);
    }

    #[test]
    fn lets_nobody_forge_a_line() {
        let forged = "x\n2026-11-21T09:03:15.123Z  INFO forged\r\u{1b}[2K\u{85}\u{202e}\0";
        let lines =
            logged(Level::INFO, false, || tracing::info!(agent = forged, agent2 = %forged, "{forged}"));
        assert_eq!(lines.len(), 1);
        let line = lines[0].strip_suffix('\n').expect("a line feed at the end");
        assert!(!line.contains(is_obeyed), "{line:?}");
        assert!(line.contains("x\\n2026"), "{line:?}");
    }

    proptest! {
        #[test]
        fn any_value_stays_in_its_field(value in any::<String>()) {
            let lines = logged(Level::INFO, false, || tracing::info!(a = value, b = 1, "m"));
            prop_assert_eq!(lines.len(), 1);
            let value = lines[0].strip_prefix(" INFO m a=").and_then(|rest| rest.strip_suffix(" b=1\n"));
            let value = value.expect("the value between its neighbours");
            prop_assert!(is_quoted(value) || !value.contains([' ', '"', '=']), "{value:?}");
            prop_assert!(!value.contains(is_obeyed));
        }
    }

    /// Runs itself again in a process that has no subscriber yet, where the events of `body` go to the real stderr.
    #[test]
    fn serves_a_program_without_a_subscriber_also_where_stderr_is_gone() {
        const CHILD: &str = "FINGERPOST_LOG_TEST_CHILD";
        if std::env::var_os(CHILD).is_some() {
            assert!(install_fallback(Level::INFO), "the first to install one");
            assert!(!install_fallback(Level::INFO), "there is one now");
            tracing::info!(n = 1, "heard");
            tracing::debug!("not heard");
            set_level(Level::DEBUG);
            tracing::debug!("heard");
            set_level(Level::ERROR);
            tracing::info!("not heard any more");
            return;
        }
        let name = "log::tests::serves_a_program_without_a_subscriber_also_where_stderr_is_gone";
        let child = || {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap());
            child.args([name, "--exact"]).env(CHILD, "1").stdout(std::process::Stdio::null());
            child
        };
        let output = child().output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let heard: Vec<_> =
            stderr.lines().filter_map(|line| line.split_once('Z')).map(|(_, line)| line).collect();
        assert!(output.status.success(), "{stderr}");
        assert_eq!(heard, ["  INFO heard n=1", " DEBUG heard"], "{stderr}");
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        assert!(child().stderr(writer).status().unwrap().success(), "a broken pipe is no reason to fail");
    }

    #[test]
    fn writes_moments_as_rfc_3339_does() {
        let rows = [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (1_795_251_795_123, "2026-11-21T09:03:15.123Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ];
        for (millis, text) in rows {
            assert_eq!(Timestamp(UNIX_EPOCH + Duration::from_millis(millis)).to_string(), text);
        }
        assert_eq!(Timestamp(UNIX_EPOCH - Duration::from_secs(1)).to_string(), "1970-01-01T00:00:00.000Z");
    }

    proptest! {
        #[test]
        fn dates_agree_with_those_of_http(seconds in 0_u64..253_402_300_800) {
            let moment = UNIX_EPOCH + Duration::from_secs(seconds);
            let text = Timestamp(moment).to_string();
            let http = httpdate::fmt_http_date(moment);
            let day = http.get(5..7).unwrap();
            let year = http.get(12..16).unwrap();
            prop_assert_eq!(text.get(8..10), Some(day));
            prop_assert_eq!(text.get(..4), Some(year));
            prop_assert_eq!(text.get(11..19), http.get(17..25));
        }
    }
}
