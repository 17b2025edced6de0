//! A measured figure with the bound that it is held to.

use std::fmt;

/// What a scenario found.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was done, with its counts: the same name may mean much or little.
    pub done: String,
    /// What was measured.
    pub figures: Vec<Figure>,
}

impl Report {
    /// The figures that break their bound.
    pub fn broken(&self) -> impl Iterator<Item = &Figure> {
        self.figures.iter().filter(|figure| !figure.holds())
    }
}

/// One measured figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What was measured, in a few words.
    pub what: String,
    /// The figure, in `unit`.
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
    /// What it is held to.
    pub bound: Bound,
}

impl Figure {
    /// A count that is to be exactly `expected`.
    pub fn exactly(what: impl Into<String>, value: usize, expected: usize) -> Self {
        let bound = Bound::Exactly(expected as f64);
        Self { what: what.into(), value: value as f64, unit: Unit::Count, bound }
    }

    /// A figure that is to be at most `most`, which is in the same unit.
    pub fn at_most(what: impl Into<String>, value: f64, most: f64, unit: Unit) -> Self {
        Self { what: what.into(), value, unit, bound: Bound::AtMost(most) }
    }

    /// A figure that is to be at least `least`, which is in the same unit.
    pub fn at_least(what: impl Into<String>, value: f64, least: f64, unit: Unit) -> Self {
        Self { what: what.into(), value, unit, bound: Bound::AtLeast(least) }
    }

    /// A figure that is told and held to nothing.
    pub fn told(what: impl Into<String>, value: f64, unit: Unit) -> Self {
        Self { what: what.into(), value, unit, bound: Bound::None }
    }

    /// Whether the bound is kept.
    pub fn holds(&self) -> bool {
        match self.bound {
            Bound::AtMost(most) => self.value <= most,
            Bound::AtLeast(least) => self.value >= least,
            Bound::Exactly(expected) => self.value == expected,
            Bound::None => true,
        }
    }

    /// The figure with its unit.
    pub fn value_text(&self) -> String {
        self.unit.text(self.value)
    }

    /// The bound with its unit.
    pub fn bound_text(&self) -> String {
        match self.bound {
            Bound::AtMost(most) => format!("≤ {}", self.unit.text(most)),
            Bound::AtLeast(least) => format!("≥ {}", self.unit.text(least)),
            Bound::Exactly(expected) => self.unit.text(expected),
            Bound::None => String::new(),
        }
    }

    /// What becomes of it: `holds`, `BROKEN`, or nothing where there is no bound.
    pub fn verdict(&self) -> &'static str {
        match self.bound {
            Bound::None => "",
            Bound::AtMost(_) | Bound::AtLeast(_) | Bound::Exactly(_) if self.holds() => "holds",
            Bound::AtMost(_) | Bound::AtLeast(_) | Bound::Exactly(_) => "BROKEN",
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, .. } = self;
        write!(f, "{what}: {} (bound: {})", self.value_text(), self.bound_text())
    }
}

/// What a figure is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Itself included.
    AtMost(f64),
    /// Itself included.
    AtLeast(f64),
    /// This and nothing else.
    Exactly(f64),
    /// Nothing.
    None,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// How many times something else.
    Times,
}

impl Unit {
    /// A value in this unit, as a person reads it.
    fn text(self, value: f64) -> String {
        const KIB: f64 = 1024.0;
        match self {
            Self::Count => format!("{value}"),
            Self::Bytes if value.abs() < 64.0 * KIB => format!("{value:.0} B"),
            Self::Bytes if value.abs() < KIB * KIB => format!("{:.1} KiB", value / KIB),
            Self::Bytes => format!("{:.1} MiB", value / KIB / KIB),
            Self::Seconds if value.abs() < 1.0 => format!("{:.1} ms", value * 1000.0),
            Self::Seconds => format!("{value:.1} s"),
            Self::Times => format!("{value:.2} x"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_includes_its_end() {
        let rows = [
            (Figure::at_most("f", 2.0, 2.0, Unit::Count), true),
            (Figure::at_most("f", 2.1, 2.0, Unit::Count), false),
            (Figure::at_least("f", 2.0, 2.0, Unit::Count), true),
            (Figure::at_least("f", 1.9, 2.0, Unit::Count), false),
            (Figure::exactly("f", 3, 3), true),
            (Figure::exactly("f", 2, 3), false),
            (Figure::told("f", 9.0, Unit::Count), true),
            (Figure::at_most("f", f64::NAN, 2.0, Unit::Count), false),
        ];
        for (figure, expected) in rows {
            assert_eq!(figure.holds(), expected, "{figure}");
        }
    }

    #[test]
    fn is_read_with_its_unit() {
        let rows = [
            (12_000.0, Unit::Count, "12000"),
            (6_033.0, Unit::Bytes, "6033 B"),
            (131_072.0, Unit::Bytes, "128.0 KiB"),
            (209_715_200.0, Unit::Bytes, "200.0 MiB"),
            (0.0123, Unit::Seconds, "12.3 ms"),
            (10.04, Unit::Seconds, "10.0 s"),
            (2.5, Unit::Times, "2.50 x"),
        ];
        for (value, unit, expected) in rows {
            assert_eq!(unit.text(value), expected);
        }
    }
}
