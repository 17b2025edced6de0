//! Benchmarks of fingerpost: `micro/` measures parts of it inside one process.
//!
//! ```text
//! cargo bench -p fingerpost-benches
//! ```
