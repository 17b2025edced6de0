//! Nothing: the package holds tests that cross crates.
