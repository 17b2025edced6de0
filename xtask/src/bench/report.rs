//! The report: tables, charts, and what they were taken on.

use std::fmt::Write as _;

use crate::bench::data::{Data, LEFT_OUT};
use crate::bench::{chart, latency, layers, reach, tables, transport};

/// A file that somebody writes by hand, beside the data: it ends the report.
pub(crate) const NOTES: &str = "notes.md";

/// The files of the report, with their names.
pub(crate) fn files(data: &Data, notes: &str) -> Vec<(&'static str, String)> {
    let all = [
        "plaintext",
        "plaintext256",
        "pipelined",
        "json",
        "parameter",
        "browser",
        "echo",
        "close",
        "download",
        "upload",
    ];
    let caption = "Requests a second on one core, over what bare sockets reach";
    let counted = [
        ("plaintext", "64 connections"),
        ("pipelined", "pipelined 16"),
        ("browser", "browser's head"),
        ("echo", "echo 1 KiB"),
    ];
    vec![
        ("report.md", text(data, notes)),
        ("rates.svg", chart::rates(data, &with_run(data, caption), &all)),
        (
            "readme.svg",
            chart::rates(data, &with_run(data, caption), &["plaintext", "pipelined", "browser", "echo"]),
        ),
        (
            "instructions.svg",
            chart::instructions(data, "Instructions a request, user space: less is better", &counted),
        ),
    ]
}

/// A chart of a quick run says so, wherever it is shown.
fn with_run(data: &Data, caption: &str) -> String {
    if is_quick(data) { format!("{caption} (quick run: no measurement)") } else { caption.to_owned() }
}

fn is_quick(data: &Data) -> bool {
    data.facts.iter().any(|(name, text)| name == "run" && text.starts_with("quick"))
}

fn text(data: &Data, notes: &str) -> String {
    let mut text = "# How fast: the report\n\n".to_owned();
    if is_quick(data) {
        text += "**This is from a quick run, on a machine that did other things too: its rates and times show that all \
            runs, and no more.** Counts (instructions, allocations, system calls, bytes) hold.\n\n";
    }
    text += &run(data);
    for Section { heading, anchor, remark, table } in sections(data) {
        // The book includes some of the tables by name.
        let _ = write!(text, "\n## {heading}\n\n{remark}\n\n{}", anchored(anchor, &table));
    }
    let left_out: Vec<_> = data.facts.iter().filter(|(name, _)| name.starts_with(LEFT_OUT)).collect();
    if !left_out.is_empty() {
        text += "\n## Left out\n\nA server whose answer to a request is not the right one, or that fails, has no figure for it.\n\n";
        for (name, fault) in left_out {
            let part = name.strip_prefix(LEFT_OUT).unwrap_or_default().replacen(" of ", "", 1);
            let part = if part.is_empty() { part } else { format!("{part}: ") };
            let _ = writeln!(text, "- {part}{}", fault.replace('|', "\\|"));
        }
    }
    if !notes.is_empty() {
        let _ = write!(text, "\n{}\n", notes.trim());
    }
    text
}

fn run(data: &Data) -> String {
    let mut text = "How it is measured, and what is not, the book tells: \
        [How fast, and how we know](../../book/src/speed.md). The rows are in `data.csv`; `cargo xtask bench report` \
        draws this page again from them. This page is written by a program.\n\n| | |\n|---|---|\n"
        .to_owned();
    for (name, fact) in data.facts.iter().filter(|(name, _)| !name.starts_with(LEFT_OUT)) {
        let _ = writeln!(text, "| {name} | {} |", fact.replace('|', "\\|"));
    }
    text
}

pub(crate) struct Section {
    pub(crate) heading: &'static str,
    /// As the book names it.
    pub(crate) anchor: &'static str,
    pub(crate) remark: String,
    pub(crate) table: String,
}

fn anchored(anchor: &str, table: &str) -> String {
    format!("<!-- ANCHOR: {anchor} -->\n\n{table}\n<!-- ANCHOR_END: {anchor} -->\n")
}

fn sections(data: &Data) -> Vec<Section> {
    let mut sections = speeds(data);
    sections.extend(transport::sections(data));
    sections.extend(costs(data));
    sections
}

fn speeds(data: &Data) -> Vec<Section> {
    let rate = tables::thousands(f64::from(latency::RATE));
    vec![
        Section {
            heading: "What is to be reached",
            anchor: "reach",
            remark: "Ours with its defaults: every limit and timeout on. *Parse only* is httparse and four routes without \
                a framework; the peer is the best of those that hold to HTTP. \
                In brackets stands what parse only had on the machine where the bound was set: instructions depend on the \
                compiler, the C library and the processor, so where parse only takes more than there, so do all others, and \
                the bound is that much harder."
                .to_owned(),
            table: reach::table(data),
        },
        Section {
            heading: "Requests a second",
            anchor: "rates",
            remark: "One server core. The first row is what bare sockets reach; the others are over it in the same round: \
                the median, and the rounds farthest apart.\n\n![Requests a second](rates.svg)"
                .to_owned(),
            table: tables::rates(data),
        },
        Section {
            heading: "CPU time a request",
            anchor: "cpu",
            remark: "Nanoseconds of the server's process, in user and kernel: from the same runs.".to_owned(),
            table: tables::cpu(data),
        },
        Section {
            heading: "Latency",
            anchor: "latency",
            remark: format!(
                "Microseconds at {rate} requests a second on 64 connections, from when a request was due to its answer's \
                 last byte. The percentiles above the half are the machine's more than the servers'."
            ),
            table: tables::latency(data),
        },
        Section {
            heading: "Files of a folder",
            anchor: "files",
            remark: "Ours beside nginx (`sendfile on`), the same files, one core each in turn: 64 connections, 4 for 100 MiB. \
                Both look at the file anew for each request."
                .to_owned(),
            table: tables::files(data),
        },
    ]
}

fn costs(data: &Data) -> Vec<Section> {
    vec![
        Section {
            heading: "Instructions a request",
            anchor: "instructions",
            remark: "User space, under callgrind: the difference of two runs.\n\n\
                ![Instructions a request](instructions.svg)"
                .to_owned(),
            table: tables::instructions(data),
        },
        Section {
            heading: "Allocations a request",
            anchor: "allocations",
            remark: "Calls of `malloc`, `calloc`, `realloc` and their like, in the same runs.".to_owned(),
            table: tables::allocations(data),
        },
        Section {
            heading: "System calls a request",
            anchor: "system_calls",
            remark: "Counted by strace.".to_owned(),
            table: tables::system_calls(data),
        },
        Section {
            heading: "A connection, a start, a program",
            anchor: "once",
            remark:
                "10,000 connections that have been answered once and wait: what the server's memory grew by."
                    .to_owned(),
            table: tables::once(data),
        },
        Section {
            heading: "A middleware",
            anchor: "middleware",
            remark: "Ours, plaintext, through middlewares that do nothing.".to_owned(),
            table: tables::middleware(data),
        },
        Section {
            heading: "The layers of the box",
            anchor: "layers",
            remark: "What each adds to a request that it has something to do for, of sixteen at once: the difference to the \
                same server without it. Nanoseconds are the CPU time of the server's process, and vary from run to run \
                by some tens; instructions and allocations do not. Where it says *its answer*, a layer answers \
                in the place of the route."
                .to_owned(),
            table: layers::layers(data),
        },
        Section {
            heading: "Stacks of layers",
            anchor: "stacks",
            remark: "A whole request, of 64 connections. `Server::production` is beside `CatchPanicLayer`, \
                `NormalizePathLayer`, `TimeoutLayer`, `RequestBodyLimitLayer`, `CsrfLayer`, `LoadShedLayer` with \
                `GlobalConcurrencyLimitLayer`, 8 of `SetResponseHeaderLayer` and `CompressionLayer`; *more* is an access log \
                in JSON with a request id, `Cors` and `RateLimit` on both sides, with metrics and health on ours. Ours has its \
                limits and timeouts on without a layer, too."
                .to_owned(),
            table: layers::stacks(data),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::data::Key;

    #[test]
    fn says_of_a_quick_run_that_it_is_one_wherever_it_is_shown() {
        let mut data = Data::default();
        data.push(Key { measure: "rate", server: "bare", scenario: "plaintext" }, 0, 1.0);
        for (kind, expected) in [("full", false), ("quick: it shows", true)] {
            data.facts = vec![("run".to_owned(), kind.to_owned())];
            for (name, text) in files(&data, "").iter().filter(|(name, _)| *name != "instructions.svg") {
                assert_eq!(text.contains("quick run"), expected, "{name}");
            }
        }
    }

    #[test]
    fn tells_what_was_left_out_and_ends_with_the_notes() {
        let mut data = Data::default();
        data.fact("left out", "nginx, echo 1 KiB: 405 | no");
        let report = text(&data, "## What is not reached\n\nNothing.\n");
        assert!(report.contains("- nginx, echo 1 KiB: 405 \\| no\n"), "{report}");
        assert!(report.ends_with("\n## What is not reached\n\nNothing.\n"), "{report}");
    }
}
