//! What the macros' expansions do when they run: each through the trait it implements.

mod extractor;
mod http_error;
mod middleware;
mod params;
mod ready;
mod route;
mod state;

use crate::{Problem, StatusCode};

/// A refusal that tests recognise by its detail.
fn refusal(status: StatusCode, detail: &str) -> Problem {
    Problem::new(status).detail(detail)
}
