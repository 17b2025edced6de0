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

use crate::bench::parts::Part;
use crate::bench::servers::{BARE, SERVERS, Server};
use crate::bench::statistics::{Summary, ratios, summary};

/// The file of one task; the report reads all of a folder.
pub(crate) const FILE: &str = "data.csv";

/// The name of the fact that a server has no right answer to something.
pub(crate) const LEFT_OUT: &str = "left out";

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

    /// Reads the file of this task alone; a folder without it has no rows yet.
    ///
    /// # Errors
    ///
    /// Where it is there and cannot be read.
    pub(crate) fn kept(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE);
        let mut data = Self::default();
        if path.is_file() {
            let text = fs::read_to_string(&path).map_err(|error| error.to_string());
            text.and_then(|text| data.add(&text)).map_err(|fault| format!("{}: {fault}", path.display()))?;
        }
        Ok(data)
    }

    /// Drops what is to be measured again: the rows of these measures and servers, and why they had none; when they
    /// were taken, too, where they are all servers'.
    pub(crate) fn forget(&mut self, part: &Part, servers: &[&'static Server]) {
        let is_again = |name: &str| servers.iter().any(|server| server.name == name);
        // Times are compared within a run alone; and beside ours, the engine's parts have rows of other libraries.
        let has_server = |row: &Row| is_again(&row.server) || part.is_timed || part.builds();
        self.rows.retain(|row| !(part.measures.contains(&row.measure.as_str()) && has_server(row)));
        let names = [LEFT_OUT.to_owned(), left_out(part)];
        // A fault of the whole part names no server.
        let is_kept = |text: &str| {
            let name = text.split(", ").next().unwrap_or_default();
            SERVERS.iter().any(|server| server.name == name) && !is_again(name)
        };
        self.facts.retain(|(name, text)| !names.contains(name) || is_kept(text));
        if servers.len() == SERVERS.len() {
            let some = format!("{} of ", part.name);
            self.facts.retain(|(name, _)| !name.starts_with(&some));
        }
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

    /// Adds a fact beside others of its name.
    pub(crate) fn fact(&mut self, name: &str, text: &str) {
        self.facts.push((name.to_owned(), text.replace(['\n', '\r'], " ")));
    }

    /// Sets the fact of this name, where it stood before.
    pub(crate) fn set_fact(&mut self, name: &str, text: &str) {
        match self.facts.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = text.replace(['\n', '\r'], " "),
            None => self.fact(name, text),
        }
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
        self.ratio_to(key, Key { server: BARE, ..key })
    }

    /// Over another value of the same rounds.
    pub(crate) fn over(&self, key: Key<'_>, other: Key<'_>) -> Option<f64> {
        self.ratio_to(key, other).map(|summary| summary.median)
    }

    /// The same, with the rounds farthest apart.
    pub(crate) fn ratio_to(&self, key: Key<'_>, other: Key<'_>) -> Option<Summary> {
        summary(&ratios(&self.values(key), &self.values(other)))
    }

    fn values(&self, key: Key<'_>) -> Vec<(u32, f64)> {
        let is_it = |row: &&Row| {
            row.measure == key.measure && row.server == key.server && row.scenario == key.scenario
        };
        self.rows.iter().filter(is_it).map(|row| (row.round, row.value)).collect()
    }
}

/// The name of the fact that a part has no figure.
pub(crate) fn left_out(part: &Part) -> String {
    format!("{LEFT_OUT} of {}", part.name)
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
    use crate::bench::parts::{COUNTS, MICRO, RATES};
    use crate::bench::servers::OURS;

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
    fn forgets_what_is_measured_again_and_keeps_the_rest() {
        let [ours, bare] =
            [OURS, BARE].map(|name| SERVERS.iter().find(|server| server.name == name).unwrap());
        let mut data = Data::default();
        data.push(RATE, 0, 1.0);
        data.push(Key { server: BARE, ..RATE }, 0, 2.0);
        data.push(Key { measure: "instructions", ..RATE }, 0, 3.0);
        data.push(Key { measure: "instructions", server: BARE, ..RATE }, 0, 3.5);
        data.push(Key { measure: "micro", server: "matchit", scenario: "a" }, 0, 4.0);
        for fact in [LEFT_OUT, "left out of rates", "left out of counts"] {
            data.fact(fact, "ours, echo: wrong");
        }
        data.forget(&RATES, &[ours]);
        assert_eq!(data.rows.iter().map(|row| row.value).collect::<Vec<_>>(), [3.0, 3.5, 4.0]);
        assert_eq!(data.facts.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["left out of counts"]);
        data.forget(&MICRO, &[bare]);
        assert_eq!(data.rows.len(), 2);
        data.facts = vec![("counts of ours".to_owned(), String::new())];
        data.forget(&COUNTS, &[ours]);
        assert_eq!((data.rows.len(), data.facts.len()), (1, 1));
        data.forget(&COUNTS, &SERVERS.iter().collect::<Vec<_>>());
        assert!(data.facts.is_empty());
    }

    #[test]
    fn a_fact_that_is_set_stands_once() {
        let mut data = Data::default();
        for text in ["of yesterday", "of today"] {
            data.set_fact("rates", text);
        }
        assert_eq!(data.facts, [("rates".to_owned(), "of today".to_owned())]);
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
