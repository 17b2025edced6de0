//! The table of a run: a row for each figure.

use std::fmt;

use crate::{Report, Scenario};

/// The rows so far, shown as a table that is both text and Markdown.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vec<[String; 5]>,
}

impl Table {
    /// Adds what a scenario found.
    pub fn push(&mut self, scenario: &Scenario, report: &Report) {
        for (index, figure) in report.figures.iter().enumerate() {
            let (name, done) = if index == 0 { (scenario.name, report.done.as_str()) } else { ("", "") };
            // What was done is a row of its own: it is as long as a sentence.
            if !done.is_empty() {
                self.rows.push([name.into(), done.into(), String::new(), String::new(), String::new()]);
            }
            let verdict = figure.verdict().to_owned();
            let cells = [figure.what.clone(), figure.value_text(), figure.bound_text(), verdict];
            let [what, value, bound, verdict] = cells;
            self.rows.push([String::new(), what, value, bound, verdict]);
        }
    }

    /// Adds a scenario that could not be run to its end.
    pub fn push_failure(&mut self, scenario: &Scenario, reason: &str) {
        let reason = reason.replace('\n', " ");
        self.rows.push([scenario.name.into(), reason, String::new(), String::new(), "FAILED".into()]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["scenario", "what was done, what was measured", "figure", "bound", "verdict"];
        let head = head.map(str::to_owned);
        let mut widths = [0; 5];
        for row in std::iter::once(&head).chain(&self.rows) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        write_row(f, &head, &widths)?;
        write_row(f, &widths.map(|width| "-".repeat(width)), &widths)?;
        self.rows.iter().try_for_each(|row| write_row(f, row, &widths))
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, row: &[String; 5], widths: &[usize; 5]) -> fmt::Result {
    for (cell, &width) in row.iter().zip(widths) {
        write!(f, "| {cell:width$} ")?;
    }
    writeln!(f, "|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Figure, Unit};

    #[test]
    fn says_what_was_done_once_and_each_figure_with_its_bound() {
        let scenario =
            Scenario { name: "calm", about: "", run: |_, _| Err("this one is not run".to_owned().into()) };
        let figures = vec![
            Figure::exactly("answers", 2, 2),
            Figure::at_most("memory", 3.0, 2.0, Unit::Bytes),
            Figure::told("rate", 1.0, Unit::Count),
        ];
        let mut table = Table::default();
        table.push(&scenario, &Report { done: "nothing".into(), figures });
        table.push_failure(&scenario, "broke\noff");
        let expected = "\
| scenario | what was done, what was measured | figure | bound | verdict |
| -------- | -------------------------------- | ------ | ----- | ------- |
| calm     | nothing                          |        |       |         |
|          | answers                          | 2      | 2     | holds   |
|          | memory                           | 3 B    | ≤ 2 B | BROKEN  |
|          | rate                             | 1      |       |         |
| calm     | broke off                        |        |       | FAILED  |
";
        assert_eq!(table.to_string(), expected);
    }
}
