//! Threads of the server's own, which end by themselves: no one waits for them by their handle.

use std::{io, thread};

/// Starts a thread. Its work is in a box, so that all kinds of work share one instance of what starts a thread.
///
/// # Errors
///
/// When the operating system refuses it.
pub(crate) fn start(name: &str, work: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work)?;
    Ok(())
}
