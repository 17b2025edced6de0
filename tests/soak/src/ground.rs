//! Where scenarios run: the folder of the built programs, and the limit on files that they get.

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use fingerpost_tests::App;

/// Why a scenario could not be run to its end; a bound that is broken is no failure of this kind.
pub type Failure = Box<dyn Error + Send + Sync>;

/// What scenarios are run on.
#[derive(Clone, Debug)]
pub struct Ground {
    programs: PathBuf,
    time: Option<Duration>,
}

impl Ground {
    /// Takes the folder in which the programs are, such as `target/release`.
    pub fn new(programs: impl Into<PathBuf>) -> Self {
        Self { programs: programs.into(), time: None }
    }

    /// Lets scenarios that load a server for a time do so for this long.
    #[must_use]
    pub fn lasting(self, time: Duration) -> Self {
        Self { time: Some(time), ..self }
    }

    /// How long they are to do so, where that was said.
    pub(crate) fn time(&self) -> Option<Duration> {
        self.time
    }

    /// The path of a built program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// Starts a program as a server with `settings` in its environment, and with as many files as the system lets it
    /// have.
    ///
    /// # Errors
    ///
    /// Where it does not serve.
    pub fn start(&self, program: &str, settings: &[(&str, &str)]) -> Result<App, Failure> {
        self.start_with_files("$(ulimit -H -n)", program, settings)
    }

    /// Does the same with a limit on files, such as `256`.
    ///
    /// # Errors
    ///
    /// Where it does not serve.
    pub fn start_with_files(
        &self,
        files: &str,
        program: &str,
        settings: &[(&str, &str)],
    ) -> Result<App, Failure> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("ulimit -n {files}; exec \"$0\"")).arg(self.program(program));
        Ok(App::launch(command, settings)?)
    }
}
