//! The text formats of Prometheus (version 0.0.4) and OpenMetrics (version 1.0.0), as far as they are written here.
//!
//! ```text
//! # HELP fingerpost_timeouts_total What took too long, by the setting that says so.
//! # TYPE fingerpost_timeouts_total counter
//! fingerpost_timeouts_total{kind="head"} 3
//! ```
//!
//! They differ little: OpenMetrics names a counter's family without `_total`, names units, and says where it ends.

use std::fmt::{self, Display, Write};

/// Which of the two is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Prometheus,
    OpenMetrics,
}

/// What a family is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Only ever grows; its samples end in `_total`.
    Counter,
    Gauge,
    Histogram,
}

/// A text that is being written.
#[derive(Debug)]
pub(super) struct Exposition {
    dialect: Dialect,
    text: String,
    /// Those of the family that is being written.
    kind: Kind,
    name: &'static str,
}

/// The labels of a sample.
pub(super) type Labels<'a> = &'a [(&'static str, &'a dyn Display)];

/// The units that a name may end with.
const UNITS: [&str; 2] = ["seconds", "bytes"];

impl Exposition {
    #[inline]
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, text: String::new(), kind: Kind::Gauge, name: "" }
    }

    /// Begins a family, to which the samples that follow belong; its name has its unit, and no `_total`.
    #[inline]
    pub(super) fn family(&mut self, kind: Kind, name: &'static str, help: &'static str) -> &mut Self {
        (self.kind, self.name) = (kind, name);
        let total = kind == Kind::Counter && self.dialect == Dialect::Prometheus;
        let total = if total { "_total" } else { "" };
        self.line(format_args!("# HELP {name}{total} {help}"));
        self.line(format_args!("# TYPE {name}{total} {}", kind.name()));
        let unit = UNITS.iter().find(|unit| name.strip_suffix(*unit).is_some_and(|name| name.ends_with('_')));
        if let (Some(unit), Dialect::OpenMetrics) = (unit, self.dialect) {
            self.line(format_args!("# UNIT {name} {unit}"));
        }
        self
    }

    /// A sample of the family.
    pub(super) fn sample(&mut self, labels: Labels<'_>, value: impl Display) -> &mut Self {
        let suffix = if self.kind == Kind::Counter { "_total" } else { "" };
        self.suffixed(suffix, labels, value)
    }

    /// A sample whose name has something behind the family's.
    #[inline]
    pub(super) fn suffixed(&mut self, suffix: &str, labels: Labels<'_>, value: impl Display) -> &mut Self {
        let name = self.name;
        self.line(format_args!("{name}{suffix}{} {value}", Braced(labels)));
        self
    }

    /// Ends the text.
    #[inline]
    pub(super) fn finish(mut self) -> String {
        if self.dialect == Dialect::OpenMetrics {
            self.line(format_args!("# EOF"));
        }
        self.text
    }

    #[inline]
    fn line(&mut self, line: fmt::Arguments<'_>) {
        // Writing to a `String` does not fail.
        let _ = writeln!(self.text, "{line}");
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

struct Braced<'a>(Labels<'a>);

impl Display for Braced<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        f.write_char('{')?;
        for (index, (name, value)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{name}=\"")?;
            write!(Escaping(f), "{value}")?;
            f.write_char('"')?;
        }
        f.write_char('}')
    }
}

/// Escapes what a label's value may not hold as it is.
struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|char| match char {
            '\\' => self.0.write_str("\\\\"),
            '"' => self.0.write_str("\\\""),
            '\n' => self.0.write_str("\\n"),
            char => self.0.write_char(char),
        })
    }
}
