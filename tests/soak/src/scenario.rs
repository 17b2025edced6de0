//! What a scenario is, and the list of them.

use crate::scenarios::{bodies, caps, drain, idle, restart, slow, stack};
use crate::{Failure, Ground, Report};

/// How much of a scenario is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Seconds, and a few hundred connections at most; asserts no figure of time or memory that a busy machine or a
    /// build without optimizations could move.
    Short,
    /// As much as the book promises.
    Long,
}

impl Form {
    /// One of two sizes.
    pub fn choose<T>(self, short: T, long: T) -> T {
        match self {
            Self::Short => short,
            Self::Long => long,
        }
    }
}

/// One scenario.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it shows, in a sentence.
    pub about: &'static str,
    /// Runs it to its end. It starts the servers that it needs and bounds each of its waits.
    pub run: fn(&Ground, Form) -> Result<Report, Failure>,
}

/// All scenarios, in the order they are run.
pub const SCENARIOS: &[Scenario] = &[
    slow::SCENARIO,
    caps::SCENARIO,
    bodies::SCENARIO,
    idle::SCENARIO,
    drain::SCENARIO,
    restart::SCENARIO,
    stack::SCENARIO,
];

/// The scenario of this name.
pub fn find(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}
