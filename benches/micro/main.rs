//! The engine's parts, each counted in instructions: `cargo xtask micro`.
//!
//! An instruction count is the same on a busy machine as on an idle one, so that a step back of a few per cent shows,
//! which a clock would hide. The task runs this program once, under valgrind's callgrind, which counts what
//! [`counted_passes`] does and writes a dump behind each call; each subject is run at two lengths, and the difference
//! between them is what one operation takes, without what only the first one does. `budget.txt` says how many that
//! may be. Without valgrind the program runs every case and prints no figure, which tells whether they work.
//!
//! A line of the output stands for each call of [`counted_passes`], in order: case, subject, operations, parted by tabs.
//! Arguments are beginnings of names: only those cases run.

#![expect(clippy::print_stdout, reason = "what is printed is read by the task")]

mod case;
mod chunked;
mod engine;
mod head;
mod json;
mod query;
mod response;
mod routing;

use std::hint::black_box;

use self::case::{Case, Subject};

/// How often a subject runs in its short measurement and in its long one.
const PASSES: [usize; 2] = [20, 120];

fn main() {
    let names: Vec<String> = std::env::args().skip(1).collect();
    for case in cases() {
        if !names.is_empty() && !names.iter().any(|name| case.name.starts_with(name)) {
            continue;
        }
        let Case { name, operations, ours, peer } = case;
        let subjects = [Some(("ours", ours)), peer];
        for (subject, mut run) in subjects.into_iter().flatten() {
            // What only a first time does, such as filling pools, is no part of it.
            run();
            for passes in PASSES {
                println!("{name}\t{subject}\t{}", operations * passes);
                counted_passes(&mut run, passes);
            }
        }
    }
}

/// What callgrind counts.
#[inline(never)]
fn counted_passes(subject: &mut Subject, passes: usize) {
    for _ in 0..black_box(passes) {
        subject();
    }
}

fn cases() -> impl Iterator<Item = Case> {
    let groups = [
        head::cases(),
        chunked::cases(),
        routing::cases(),
        response::cases(),
        query::cases(),
        json::cases(),
        engine::cases(),
    ];
    groups.into_iter().flatten()
}
