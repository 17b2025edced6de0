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
        let least = (self.least)();
        metadata.is_event()
            && *metadata.level() <= least
            && (least >= Level::DEBUG || !is_about_peers(metadata))
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

/// Whether a library warns of what a client sends: as often as the client likes. The server counts that, and tells of it
/// once a connection.
fn is_about_peers(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("h2::")
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
mod tests;
