//! `cargo xtask bench …`: what is measured beside other frameworks, and the reports of it in `benches/report`.

mod compile;

use crate::steps::Outcome;

/// Measures what the first argument names.
///
/// # Errors
///
/// Where it is not known, or cannot be measured.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    match arguments {
        [what, options @ ..] if what == "compile" => compile::report(&compile::Options::parse(options)?),
        [] | [_, ..] => Err("say what: `cargo xtask bench compile`".to_owned()),
    }
}
