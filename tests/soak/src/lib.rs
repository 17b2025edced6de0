//! What the server survives: scenarios of load and abuse, each with figures and the bounds that they are held to.
//!
//! The server is a process of its own, so that its memory, files and processor time are its alone, and the clients
//! speak over real sockets of the loopback interface. A scenario has two forms: the long one, with as many clients as
//! the book promises, is run by `cargo xtask soak` on a release build; the short one takes seconds and is a test.
//! What a figure of time is depends on the machine, so that the short form asserts none.

mod asker;
mod clients;
mod figure;
mod ground;
mod pattern;
mod polite;
mod process;
mod scenario;
mod scenarios;
mod table;
mod talk;

pub use figure::{Bound, Figure, Report, Unit};
pub use ground::{Failure, Ground};
pub use pattern::Pattern;
pub use process::Process;
pub use scenario::{Form, SCENARIOS, Scenario, find};
pub use table::Table;
