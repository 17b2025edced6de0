//! The driver, and the line of JSON that it prints.

use crate::bench::scenarios::Scenario;
use crate::bench::servers::{Running, workspace};
use crate::command::program;

/// Where the driver runs.
#[derive(Debug)]
pub(crate) struct Driver {
    /// Words before it: what keeps it on its core.
    pub(crate) before: Vec<String>,
}

/// What the driver printed.
#[derive(Debug)]
pub(crate) struct Line(String);

impl Driver {
    /// Loads `server` as `scenario` says and as the further arguments do.
    ///
    /// # Errors
    ///
    /// What the driver says: as a rule, that the first answer is not the right one.
    pub(crate) fn load(
        &self,
        server: &Running,
        scenario: &Scenario,
        further: &[String],
    ) -> Result<Line, String> {
        let binary = workspace().join("target/release/driver").to_string_lossy().into_owned();
        let mut words = self.before.iter().cloned().chain([binary]);
        let mut command = program(words.next().unwrap_or_default(), &[]);
        command.args(words).args([
            format!("port={}", server.port),
            format!("scenario={}", scenario.request),
            format!("connections={}", scenario.connections),
            format!("pipeline={}", scenario.pipeline),
        ]);
        let output = command.args(further).output().map_err(|error| format!("the driver: {error}"))?;
        if output.status.success() {
            Ok(Line(String::from_utf8_lossy(&output.stdout).into_owned()))
        } else {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(said.lines().next().unwrap_or("the driver failed").chars().take(200).collect())
        }
    }

    /// Whether the server's answer to one request is the right one.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn look(&self, server: &Running, scenario: &Scenario) -> Result<(), String> {
        self.load(server, scenario, &["requests=0".to_owned(), "connections=1".to_owned()]).map(drop)
    }
}

impl Line {
    /// The number of this name, wherever in the line it stands; names are unique.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        let (_, rest) = self.0.split_once(&format!("\"{name}\":"))?;
        rest.split([',', '}']).next()?.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_numbers_at_each_depth() {
        let line =
            r#"{"requests":20,"per_second":1.5e2,"cpu_ns_per_request":null,"latency_us":{"p50":7,"max":9}}"#;
        let line = Line(line.to_owned());
        let found = ["requests", "per_second", "cpu_ns_per_request", "p50", "max", "p99"]
            .map(|name| line.number(name));
        assert_eq!(found, [Some(20.0), Some(150.0), None, Some(7.0), Some(9.0), None]);
    }
}
