//! What ours is to reach, and whether it does.

use std::fmt::Write as _;

use crate::bench::data::{Data, Key};
use crate::bench::servers::{OURS, PARSE};
use crate::bench::tables::{NONE, best_peer, thousands};

/// A bound on a figure of ours.
struct Goal {
    what: &'static str,
    figure: Figure,
    bound: Bound,
    /// What the parse-only limit had where the bound was set.
    limit_then: Option<f64>,
}

/// What is compared.
enum Figure {
    /// The middle of the rounds.
    Count { measure: &'static str, scenario: &'static str },
    /// Over the bare limit's, round by round.
    OfLimit { measure: &'static str, scenario: &'static str },
    /// What a scenario has more than plaintext.
    Added { measure: &'static str, scenario: &'static str },
    /// A request's CPU time with two workers, over that with one.
    TwoWorkers,
}

enum Bound {
    AtMost(f64),
    AtLeast(f64),
    /// Less than what this one has.
    Under(&'static str),
    /// No more than what this one has.
    NotOver(&'static str),
}

use Bound::{AtLeast, AtMost, NotOver, Under};
use Figure::{Added, Count, OfLimit, TwoWorkers};

const fn goal(what: &'static str, figure: Figure, bound: Bound) -> Goal {
    Goal { what, figure, bound, limit_then: None }
}

/// A goal with what the parse-only limit had where the bound was set.
const fn beside(limit: f64, goal: Goal) -> Goal {
    Goal { limit_then: Some(limit), ..goal }
}

const fn instructions(scenario: &'static str) -> Figure {
    Count { measure: "instructions", scenario }
}

const fn allocations(scenario: &'static str) -> Figure {
    Count { measure: "allocations", scenario }
}

const fn system_calls(scenario: &'static str) -> Figure {
    Count { measure: "system_calls", scenario }
}

const fn rate(scenario: &'static str) -> Figure {
    OfLimit { measure: "rate", scenario }
}

const fn cpu(scenario: &'static str) -> Figure {
    OfLimit { measure: "cpu_ns", scenario }
}

const fn micro(scenario: &'static str) -> Figure {
    Count { measure: "micro", scenario }
}

const GOALS: [Goal; 32] = [
    beside(
        2_012.0,
        goal("instructions a request, 64 connections", instructions("plaintext"), AtMost(2_600.0)),
    ),
    beside(895.0, goal("the same, pipelined 16", instructions("pipelined"), AtMost(1_300.0))),
    beside(4_022.0, goal("with a browser's head", instructions("browser"), AtMost(4_800.0))),
    beside(2_136.0, goal("parameter route (u64)", instructions("parameter"), AtMost(2_900.0))),
    beside(2_306.0, goal("JSON answer", instructions("json"), AtMost(3_100.0))),
    beside(21_788.0, goal("1 KiB JSON echo, typed both ways", instructions("echo"), AtMost(24_500.0))),
    beside(0.99, goal("requests a second over bare Tokio's, plaintext", rate("plaintext"), AtLeast(0.93))),
    beside(0.81, goal("the same, pipelined 16", rate("pipelined"), AtLeast(0.70))),
    beside(0.97, goal("with a browser's head", rate("browser"), AtLeast(0.92))),
    beside(0.74, goal("1 KiB JSON echo", rate("echo"), AtLeast(0.68))),
    beside(1.02, goal("CPU time a request over bare Tokio's, plaintext", cpu("plaintext"), AtMost(1.08))),
    beside(1.24, goal("the same, pipelined 16", cpu("pipelined"), AtMost(1.5))),
    beside(0.0, goal("allocations a request, plaintext", allocations("plaintext"), AtMost(0.0))),
    beside(0.0, goal("parameter route", allocations("parameter"), AtMost(0.0))),
    beside(0.0, goal("pipelined 16", allocations("pipelined"), AtMost(0.0))),
    goal("system calls a request, 64 connections", system_calls("plaintext"), AtMost(2.03)),
    goal("pipelined 16", system_calls("pipelined"), AtMost(0.13)),
    goal("close after each", system_calls("close"), AtMost(7.2)),
    beside(
        991.0,
        goal(
            "bytes a waiting connection, 10,000 of them",
            Count { measure: "idle_bytes", scenario: "" },
            AtMost(1_536.0),
        ),
    ),
    goal("CPU time a request with two workers over one", TwoWorkers, AtMost(1.05)),
    goal(
        "an empty middleware: instructions",
        Added { measure: "instructions", scenario: "middleware1" },
        AtMost(150.0),
    ),
    goal(
        "an empty middleware: allocations",
        Added { measure: "allocations", scenario: "middleware1" },
        AtMost(1.0),
    ),
    goal(
        "cold release build of the hello example, seconds of the processor",
        Count { measure: "build_seconds", scenario: "hello" },
        Under("axum"),
    ),
    goal("its stripped size, bytes", Count { measure: "hello_bytes", scenario: "hello" }, Under("axum")),
    goal(
        "instructions of a lookup in GitHub's routes: static",
        micro("routing/github/static"),
        Under("matchit"),
    ),
    goal("one parameter", micro("routing/github/one-param"), Under("matchit")),
    goal("two parameters", micro("routing/github/two-params"), Under("matchit")),
    goal("three parameters", micro("routing/github/three-params"), Under("matchit")),
    goal("no such path", micro("routing/github/miss"), Under("matchit")),
    goal("another method", micro("routing/github/wrong-method"), Under("matchit")),
    goal("instructions of parsing a head: 703 bytes", micro("head/long"), NotOver("httparse")),
    goal("66 bytes", micro("head/short"), NotOver("httparse")),
];

/// The table: each goal with its bound, our figure, and those of the limit, here and where the bound was set, and of the
/// best peer.
pub(crate) fn table(data: &Data) -> String {
    let mut text =
        "| what | bound | ours | reached | parse only (where the bound was set) | best conforming peer |\n\
        |---|---|---:|---|---:|---:|\n"
            .to_owned();
    for goal in &GOALS {
        let ours = goal.figure.of(data, OURS);
        let bound = goal.bound.value(data, &goal.figure);
        let reached = match ours.zip(bound) {
            Some((ours, bound)) if goal.bound.holds(goal.figure.rounded(ours), bound) => "yes",
            Some(_) => "**no**",
            None => NONE,
        };
        let show = |value: Option<f64>| value.map_or(NONE.to_owned(), |value| goal.figure.text(value));
        let best = best_peer(matches!(goal.bound, AtLeast(_)), |server| goal.figure.of(data, server.name));
        let best =
            best.map_or(NONE.to_owned(), |(name, value)| format!("{name} {}", goal.figure.text(value)));
        let bound = match goal.bound {
            AtMost(_) => format!("≤ {}", show(bound)),
            AtLeast(_) => format!("≥ {}", show(bound)),
            Under(name) => format!("< {name}'s {}", show(bound)),
            NotOver(name) => format!("≤ {name}'s {}", show(bound)),
        };
        let mut parse = show(goal.figure.of(data, PARSE));
        if let Some(then) = goal.limit_then {
            let _ = write!(parse, " ({})", goal.figure.text(then));
        }
        let (what, ours) = (goal.what, show(ours));
        let _ = writeln!(text, "| {what} | {bound} | {ours} | {reached} | {parse} | {best} |");
    }
    text
}

impl Figure {
    fn of(&self, data: &Data, server: &str) -> Option<f64> {
        match *self {
            Self::Count { measure, scenario } => data.median(Key { measure, server, scenario }),
            Self::OfLimit { measure, scenario } => {
                data.ratio(Key { measure, server, scenario }).map(|summary| summary.median)
            }
            Self::Added { measure, scenario } => {
                let value = |scenario| data.median(Key { measure, server, scenario });
                Some(value(scenario)? - value("plaintext")?)
            }
            Self::TwoWorkers => {
                let key = |scenario| Key { measure: "workers_cpu_ns", server, scenario };
                data.over(key("2"), key("1"))
            }
        }
    }

    /// How many digits after the point the figure is given with, and compared with.
    fn digits(&self) -> usize {
        match self {
            Self::OfLimit { .. } | Self::TwoWorkers | Self::Count { measure: "system_calls", .. } => 2,
            Self::Count { measure: "allocations", .. } | Self::Added { measure: "allocations", .. } => 1,
            Self::Count { .. } | Self::Added { .. } => 0,
        }
    }

    fn text(&self, value: f64) -> String {
        match self.digits() {
            0 => thousands(value),
            digits => format!("{value:.digits$}"),
        }
    }

    fn rounded(&self, value: f64) -> f64 {
        let digits = self.digits();
        format!("{value:.digits$}").parse().unwrap_or(value)
    }
}

impl Bound {
    fn value(&self, data: &Data, figure: &Figure) -> Option<f64> {
        match self {
            Self::AtMost(value) | Self::AtLeast(value) => Some(*value),
            Self::Under(name) | Self::NotOver(name) => figure.of(data, name),
        }
    }

    fn holds(&self, ours: f64, bound: f64) -> bool {
        match self {
            Self::AtMost(_) | Self::NotOver(_) => ours <= bound,
            Self::AtLeast(_) => ours >= bound,
            Self::Under(_) => ours < bound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(data: &Data, row: &str) {
        let table = table(data);
        assert!(table.lines().any(|line| line == row), "{row}\nis not in\n{table}");
    }

    #[test]
    fn says_what_is_reached_and_what_is_not() {
        let mut data = Data::default();
        for (measure, server, scenario, value) in [
            ("instructions", "ours", "plaintext", 2_600.4),
            ("instructions", "parse", "plaintext", 2_558.0),
            ("instructions", "hyper", "plaintext", 6_339.0),
            ("instructions", "axum", "plaintext", 10_857.0),
            ("instructions", "ours", "middleware1", 2_800.4),
            ("rate", "bare", "echo", 100_000.0),
            ("rate", "ours", "echo", 67_000.0),
            ("rate", "hyper", "echo", 50_000.0),
            ("rate", "ntex", "echo", 41_000.0),
            ("system_calls", "ours", "pipelined", 0.134),
            ("micro", "ours", "head/long", 2_614.0),
            ("micro", "httparse", "head/long", 2_614.0),
            ("micro", "ours", "routing/github/miss", 300.0),
            ("micro", "matchit", "routing/github/miss", 300.0),
            ("build_seconds", "ours", "hello", 20.0),
            ("build_seconds", "axum", "hello", 25.0),
        ] {
            data.push(Key { measure, server, scenario }, 0, value);
        }
        for row in [
            "| instructions a request, 64 connections | ≤ 2,600 | 2,600 | yes | 2,558 (2,012) | hyper 6,339 |",
            "| an empty middleware: instructions | ≤ 150 | 200 | **no** | – | – |",
            "| 1 KiB JSON echo | ≥ 0.68 | 0.67 | **no** | – (0.74) | hyper 0.50 |",
            "| pipelined 16 | ≤ 0.13 | 0.13 | yes | – | – |",
            "| cold release build of the hello example, seconds of the processor | < axum's 25 | 20 | yes | – | axum 25 |",
            "| instructions of parsing a head: 703 bytes | ≤ httparse's 2,614 | 2,614 | yes | – | – |",
            "| no such path | < matchit's 300 | 300 | **no** | – | – |",
            "| bytes a waiting connection, 10,000 of them | ≤ 1,536 | – | – | – (991) | – |",
        ] {
            check(&data, row);
        }
    }

    #[test]
    fn compares_two_workers_within_a_round() {
        let mut data = Data::default();
        for (round, (one, two)) in (0..).zip([(1_000.0, 1_010.0), (2_000.0, 2_040.0), (1_000.0, 1_300.0)]) {
            data.push(Key { measure: "workers_cpu_ns", server: OURS, scenario: "1" }, round, one);
            data.push(Key { measure: "workers_cpu_ns", server: OURS, scenario: "2" }, round, two);
        }
        check(&data, "| CPU time a request with two workers over one | ≤ 1.05 | 1.02 | yes | – | – |");
    }
}
