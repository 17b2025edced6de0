//! Tables of Markdown: a row a server, a column a scenario.

use std::fmt::Write as _;

use crate::bench::data::{Data, Key};
use crate::bench::latency::PERCENTILES;
use crate::bench::nginx;
use crate::bench::scenarios::{COUNTED, FILES, RATED, Scenario, TRACED};
use crate::bench::servers::{BARE, Kind, OURS, SERVERS, Server};
use crate::bench::statistics::Summary;

/// What stands where there is no figure.
pub(crate) const NONE: &str = "–";

pub(crate) type Columns<'a> = &'a [(&'a str, &'a str)];

/// A row for each server that has a figure, a column for each label and scenario.
pub(crate) fn table(columns: Columns<'_>, cell: impl Fn(&Server, &str) -> Option<String>) -> String {
    let labels: Vec<_> = columns.iter().map(|(label, _)| *label).collect();
    let mut text = format!("| | {} |\n|---|{}\n", labels.join(" | "), "---:|".repeat(columns.len()));
    for server in &SERVERS {
        let cells: Vec<_> = columns.iter().map(|(_, scenario)| cell(server, scenario)).collect();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let cells: Vec<_> = cells.into_iter().map(|cell| cell.unwrap_or_else(|| NONE.to_owned())).collect();
        let _ = writeln!(text, "| {} | {} |", server.label, cells.join(" | "));
    }
    text
}

fn columns(scenarios: &'static [Scenario]) -> Vec<(&'static str, &'static str)> {
    scenarios.iter().map(|scenario| (scenario.label, scenario.name)).collect()
}

fn median<'a>(data: &'a Data, measure: &'a str) -> impl Fn(&Server, &str) -> Option<f64> + 'a {
    move |server, scenario| data.median(Key { measure, server: server.name, scenario })
}

/// Requests a second: the limit's as they are, the others' over the limit's, with the rounds farthest apart.
pub(crate) fn rates(data: &Data) -> String {
    table(&columns(&RATED), |server, scenario| {
        let key = Key { measure: "rate", server: server.name, scenario };
        if server.name == BARE {
            return data.median(key).map(|rate| format!("{}/s", thousands(rate)));
        }
        let Summary { median, min, max } = data.ratio(key)?;
        Some(format!("{median:.2} ({min:.2}–{max:.2})"))
    })
}

/// Nanoseconds of CPU time a request, of user and kernel.
pub(crate) fn cpu(data: &Data) -> String {
    let value = median(data, "cpu_ns");
    table(&columns(&RATED), |server, scenario| value(server, scenario).map(thousands))
}

/// Files: requests a second of ours over nginx's, and the CPU time of each.
pub(crate) fn files(data: &Data) -> String {
    let mut text = "| | ours, a second | nginx, a second | ratio | ours, CPU µs | nginx, CPU µs | ratio |\n\
        |---|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for scenario in &FILES {
        let _ = write!(text, "| {}", scenario.label);
        for (measure, unit) in [("file_rate", 1.0), ("file_cpu_ns", 1000.0)] {
            let key = |server| Key { measure, server, scenario: scenario.name };
            for server in [OURS, nginx::NAME] {
                let cell = data.median(key(server)).map_or_else(
                    || NONE.to_owned(),
                    |value| {
                        if value / unit < 1000.0 {
                            format!("{:.1}", value / unit)
                        } else {
                            thousands(value / unit)
                        }
                    },
                );
                let _ = write!(text, " | {cell}");
            }
            let ratio = data.ratio_to(key(OURS), key(nginx::NAME)).map_or_else(
                || NONE.to_owned(),
                |Summary { median, min, max }| format!("{median:.2} ({min:.2}–{max:.2})"),
            );
            let _ = write!(text, " | {ratio}");
        }
        text += " |\n";
    }
    text
}

/// Microseconds at a fixed rate.
pub(crate) fn latency(data: &Data) -> String {
    let columns = PERCENTILES.map(|name| (name, name));
    let value = median(data, "latency_us");
    table(&columns, |server, scenario| value(server, scenario).map(thousands))
}

/// Instructions a request.
pub(crate) fn instructions(data: &Data) -> String {
    let value = median(data, "instructions");
    table(&counted(), |server, scenario| value(server, scenario).map(thousands))
}

/// Allocations a request.
pub(crate) fn allocations(data: &Data) -> String {
    let value = median(data, "allocations");
    table(&counted(), |server, scenario| value(server, scenario).map(|count| format!("{count:.1}")))
}

/// System calls a request.
pub(crate) fn system_calls(data: &Data) -> String {
    let value = median(data, "system_calls");
    table(&columns(&TRACED), |server, scenario| value(server, scenario).map(|count| format!("{count:.2}")))
}

/// What each middleware adds to ours.
pub(crate) fn middleware(data: &Data) -> String {
    let mut text = "| empty middlewares | instructions | allocations |\n|---|---:|---:|\n".to_owned();
    for (label, scenario) in [("none", "plaintext"), ("one", "middleware1"), ("four", "middleware4")] {
        let value = |measure| data.median(Key { measure, server: OURS, scenario });
        let instructions = value("instructions").map_or(NONE.to_owned(), thousands);
        let allocations = value("allocations").map_or(NONE.to_owned(), |count| format!("{count:.1}"));
        let _ = writeln!(text, "| {label} | {instructions} | {allocations} |");
    }
    text
}

/// What is measured once a server.
pub(crate) fn once(data: &Data) -> String {
    let columns = [
        ("bytes a waiting connection", "idle_bytes"),
        ("first answer, ms after the start", "first_answer_ms"),
        ("stripped program, KiB", "binary_bytes"),
    ];
    table(&columns, |server, measure| {
        let value = data.median(Key { measure, server: server.name, scenario: "" })?;
        Some(match measure {
            "first_answer_ms" => format!("{value:.1}"),
            "binary_bytes" => thousands(value / 1024.0),
            _ => thousands(value),
        })
    })
}

/// The scenarios that every server is asked for.
fn counted() -> Vec<(&'static str, &'static str)> {
    let mut columns = columns(&COUNTED);
    columns.retain(|(_, scenario)| !scenario.starts_with("middleware"));
    columns
}

/// A whole number with its thousands apart.
pub(crate) fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 && digits != "0" { format!("-{text}") } else { text }
}

/// The best of the servers that hold to HTTP, and its name.
pub(crate) fn best_peer(higher: bool, value: impl Fn(&Server) -> Option<f64>) -> Option<(&'static str, f64)> {
    let peers = SERVERS.iter().filter(|server| server.kind == Kind::Peer);
    let values = peers.filter_map(|server| Some((server.label, value(server)?)));
    values.reduce(|best, next| if (next.1 > best.1) == higher && next.1 != best.1 { next } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_thousands_apart() {
        for (value, expected) in [
            (0.0, "0"),
            (999.4, "999"),
            (1_000.0, "1,000"),
            (1_234_567.0, "1,234,567"),
            (-1_500.0, "-1,500"),
            (-0.2, "0"),
        ] {
            assert_eq!(thousands(value), expected);
        }
    }

    #[test]
    fn shows_who_has_no_figure_and_leaves_out_who_has_none() {
        let mut data = Data::default();
        data.push(Key { measure: "system_calls", server: OURS, scenario: "plaintext" }, 0, 2.031);
        let expected = "| | 64 connections | pipelined 16 | close after each |\n|---|---:|---:|---:|\n\
            | **fingerpost** | 2.03 | – | – |\n";
        assert_eq!(system_calls(&data), expected);
    }

    #[test]
    fn finds_the_best_peer_and_no_limit() {
        let value = |server: &Server| match server.name {
            "bare" | "may-minihttp" => Some(9.0),
            "hyper" => Some(3.0),
            "axum" => Some(2.0),
            _ => None,
        };
        assert_eq!(best_peer(true, value), Some(("hyper", 3.0)));
        assert_eq!(best_peer(false, value), Some(("axum", 2.0)));
    }
}
