//! What was measured: rows of a file, from which the report is drawn.
//!
//! ```text
//! measure,server,scenario,round,value
//! rate,hyper,plaintext,0,213512.4
//! ```
//!
//! The first lines are facts of the run: `# name: text`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::bench::servers::BARE;
use crate::bench::statistics::{Summary, ratios, summary};

/// The file of one task; the report reads all of a folder.
pub(crate) const FILE: &str = "data.csv";

const HEADER: &str = "measure,server,scenario,round,value";

/// All rows, and the facts of the run.
#[derive(Debug, Default)]
pub(crate) struct Data {
    pub(crate) facts: Vec<(String, String)>,
    rows: Vec<Row>,
}

#[derive(Debug, PartialEq)]
struct Row {
    measure: String,
    server: String,
    scenario: String,
    round: u32,
    value: f64,
}

/// Which value: what is measured, of which server, in which scenario (empty where there is none).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'a> {
    pub(crate) measure: &'a str,
    pub(crate) server: &'a str,
    pub(crate) scenario: &'a str,
}

impl Data {
    /// Reads each `.csv` of a folder, so that tasks beside this one may add theirs.
    ///
    /// # Errors
    ///
    /// Where there is none, or one cannot be read.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
        let entries = fs::read_dir(folder).map_err(fault)?;
        let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
        files.sort();
        let mut data = Self::default();
        for file in &files {
            data.add(&fs::read_to_string(file).map_err(fault)?)
                .map_err(|line| format!("{}: {line}", file.display()))?;
        }
        if files.is_empty() { Err(format!("{}: no data", folder.display())) } else { Ok(data) }
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        for line in text.lines().filter(|line| !line.is_empty() && *line != HEADER) {
            if let Some(fact) = line.strip_prefix("# ") {
                let (name, text) = fact.split_once(": ").unwrap_or((fact, ""));
                self.fact(name, text);
            } else {
                self.rows.push(row(line).ok_or_else(|| format!("`{line}` is no row of {HEADER}"))?);
            }
        }
        Ok(())
    }

    /// As text that [`read`](Self::read) reads.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (name, fact) in &self.facts {
            let _ = writeln!(text, "# {name}: {fact}");
        }
        let _ = writeln!(text, "{HEADER}");
        for Row { measure, server, scenario, round, value } in &self.rows {
            let _ = writeln!(text, "{measure},{server},{scenario},{round},{value}");
        }
        text
    }

    pub(crate) fn fact(&mut self, name: &str, text: &str) {
        self.facts.push((name.to_owned(), text.replace(['\n', '\r'], " ")));
    }

    pub(crate) fn push(&mut self, key: Key<'_>, round: u32, value: f64) {
        let Key { measure, server, scenario } = key;
        let [measure, server, scenario] = [measure, server, scenario].map(str::to_owned);
        self.rows.push(Row { measure, server, scenario, round, value });
    }

    /// What the rounds gave.
    pub(crate) fn summary(&self, key: Key<'_>) -> Option<Summary> {
        summary(&self.values(key).into_iter().map(|(_, value)| value).collect::<Vec<_>>())
    }

    /// The middle of what the rounds gave.
    pub(crate) fn median(&self, key: Key<'_>) -> Option<f64> {
        self.summary(key).map(|summary| summary.median)
    }

    /// The same over the limit's, round by round.
    pub(crate) fn ratio(&self, key: Key<'_>) -> Option<Summary> {
        summary(&ratios(&self.values(key), &self.values(Key { server: BARE, ..key })))
    }

    /// Over another value of the same rounds.
    pub(crate) fn over(&self, key: Key<'_>, other: Key<'_>) -> Option<f64> {
        summary(&ratios(&self.values(key), &self.values(other))).map(|summary| summary.median)
    }

    fn values(&self, key: Key<'_>) -> Vec<(u32, f64)> {
        let is_it = |row: &&Row| {
            row.measure == key.measure && row.server == key.server && row.scenario == key.scenario
        };
        self.rows.iter().filter(is_it).map(|row| (row.round, row.value)).collect()
    }
}

fn row(line: &str) -> Option<Row> {
    let mut fields = line.split(',');
    let mut text = || fields.next().map(str::to_owned);
    let (measure, server, scenario, round, value) = (text()?, text()?, text()?, text()?, text()?);
    if text().is_some() {
        return None;
    }
    Some(Row { measure, server, scenario, round: round.parse().ok()?, value: value.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Key<'static> = Key { measure: "rate", server: "ours", scenario: "plaintext" };

    #[test]
    fn reads_what_it_has_written() {
        let mut data = Data::default();
        data.fact("kernel", "6.1: of\nDebian");
        data.push(RATE, 2, 0.1);
        data.push(Key { scenario: "", ..RATE }, 0, 2e9);
        let mut read = Data::default();
        read.add(&data.text()).unwrap();
        assert_eq!(
            (read.rows, read.facts),
            (data.rows, vec![("kernel".to_owned(), "6.1: of Debian".to_owned())])
        );
    }

    #[test]
    fn refuses_what_is_no_row() {
        for line in
            ["rate,ours,plaintext,0", "rate,ours,plaintext,0,fast", "rate,ours,plaintext,0,1,2", "text"]
        {
            assert!(Data::default().add(line).is_err(), "{line}");
        }
    }

    #[test]
    fn divides_by_the_limit_of_the_round() {
        let mut data = Data::default();
        for (round, (limit, ours)) in (0..).zip([(100.0, 90.0), (200.0, 190.0), (100.0, 80.0)]) {
            data.push(Key { server: BARE, ..RATE }, round, limit);
            data.push(RATE, round, ours);
        }
        let Summary { median, min, max } = data.ratio(RATE).unwrap();
        assert_eq!((median, min, max), (0.9, 0.8, 0.95));
        assert_eq!(data.median(RATE), Some(90.0));
        assert!(data.ratio(Key { server: "axum", ..RATE }).is_none());
    }
}
