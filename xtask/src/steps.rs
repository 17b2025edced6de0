//! Steps: each with a heading, what it took, and a tally at the end.

use std::process::ExitCode;
use std::time::Instant;

/// What a step gives: nothing, or what went wrong in a sentence.
pub(crate) type Outcome = Result<(), String>;

/// The tally of the steps run so far; one that fails does not keep the next from running.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    passed: u32,
    failed: Vec<&'static str>,
}

impl Steps {
    /// Runs a step under its heading, and returns whether it passed.
    pub(crate) fn run(&mut self, name: &'static str, step: impl FnOnce() -> Outcome) -> bool {
        println!("\n== {name}");
        let started = Instant::now();
        let outcome = step();
        let seconds = started.elapsed().as_secs_f32();
        match outcome {
            Ok(()) => {
                println!("-- {name}: passed in {seconds:.1} s");
                self.passed += 1;
                true
            }
            Err(reason) => {
                println!("-- {name}: failed in {seconds:.1} s: {reason}");
                self.failed.push(name);
                false
            }
        }
    }

    /// Prints what failed and, alone on the last line, how many passed and failed.
    pub(crate) fn finish(self) -> ExitCode {
        println!();
        for name in &self.failed {
            println!("failed: {name}");
        }
        println!("{} passed, {} failed", self.passed, self.failed.len());
        if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_on_after_a_failure_and_fails_at_the_end() {
        let mut steps = Steps::default();
        assert!(!steps.run("first", || Err("broken".to_owned())));
        assert!(steps.run("second", || Ok(())));
        assert_eq!((steps.passed, steps.failed.as_slice()), (1, ["first"].as_slice()));
        assert_eq!(steps.finish(), ExitCode::FAILURE);
        assert_eq!(Steps::default().finish(), ExitCode::SUCCESS);
    }
}
