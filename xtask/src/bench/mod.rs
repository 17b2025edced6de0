//! `cargo xtask bench`: ours beside its peers, and the report of it.
//!
//! Servers and driver are a workspace of their own, `benches/peers`; here they are built, started, pinned to cores,
//! loaded in turn, and counted. What was measured is one file of rows ([`Data`](data::Data)); table and charts are
//! drawn from it, again at any time. What compilers are asked to do has a folder of its own, `compile`.

mod chart;
mod compile;
mod counts;
mod data;
mod driver;
mod files;
mod hello;
mod latency;
mod layers;
mod machine;
mod nginx;
mod once;
mod options;
mod parts;
mod rates;
mod reach;
mod report;
mod run;
mod scenarios;
mod servers;
mod statistics;
mod tables;
mod transport;

pub(crate) use options::Task;
pub(crate) use run::run;
