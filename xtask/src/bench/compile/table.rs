//! The table of the figures, in Markdown.

use std::fmt::Write as _;

/// What was measured of a program; times are in seconds.
#[derive(Debug, Default)]
pub(super) struct Figures {
    /// `cargo check`, with no crate checked before.
    pub(super) whole: Vec<f64>,
    /// `cargo check`, with all checked but the program itself.
    pub(super) last: Vec<f64>,
    /// `cargo check` after a change in one handler.
    pub(super) touched: Vec<f64>,
    /// `cargo build --release`, with no crate built before.
    pub(super) release: Vec<f64>,
    /// The release binary, in bytes.
    pub(super) size: u64,
    /// The crates that are compiled, the program among them.
    pub(super) crates: usize,
}

/// The report, a row for each program.
#[derive(Debug)]
pub(super) struct Table {
    text: String,
}

impl Table {
    /// The head, which says what the columns are and how they are measured.
    pub(super) fn new(rustc: &str, rounds: usize) -> Self {
        let text = format!(
            "\
<!-- Written by `cargo xtask bench compile`. -->

# Compile times and sizes

The same program in each framework: resources of five routes, each resource in a file of its own, out of
`benches/compile`. With {rustc}. Seconds are of the processor, user and system, of cargo and of all that it starts; those of
checks are medians of {rounds} rounds that go from one framework to the next.

| routes | framework | crates | whole check | last crate | one handler touched | whole release build | binary |
| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |
"
        );
        Self { text }
    }

    /// Adds a program's row.
    pub(super) fn push(&mut self, routes: usize, framework: &str, figures: &Figures) {
        let Figures { whole, last, touched, release, size, crates } = figures;
        let [whole, last, touched, release] = [whole, last, touched, release].map(|times| median(times));
        let (kilobytes, rest) = (size / 1000, size % 1000);
        let kilobytes = if rest < 500 { kilobytes } else { kilobytes + 1 };
        let row = format!(
            "| {routes} | {framework} | {crates} | {whole:.1} s | {last:.2} s | {touched:.2} s | {release:.1} s | \
             {kilobytes} kB |"
        );
        writeln!(self.text, "{row}").expect("a string takes all");
    }

    /// The whole, with the commands.
    pub(super) fn text(&self) -> String {
        format!(
            "{}
- whole check: `cargo check` in a target folder without one
- last crate: `cargo clean -p` the program, then `cargo check`
- one handler touched: a number changed in one handler's body, then `cargo check`
- whole release build, binary: `cargo build --release` in a target folder without one; cargo's profile (opt-level 3, 16
  codegen units) with `strip = true`
- crates: the lines of `cargo tree --edges normal,build`, each once
",
            self.text
        )
    }
}

/// The time in the middle, or of two the longer one; zero where nothing was measured.
fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_a_row() {
        let figures = Figures {
            whole: vec![5.25],
            last: vec![0.9, 0.7, 0.8],
            touched: vec![0.4],
            release: vec![30.0],
            size: 1_234_567,
            crates: 26,
        };
        let mut table = Table::new("rustc 1", 3);
        table.push(200, "ours 1.0", &figures);
        let row = "| 200 | ours 1.0 | 26 | 5.2 s | 0.80 s | 0.40 s | 30.0 s | 1235 kB |\n";
        assert!(table.text().contains(row), "{}", table.text());
    }
}
