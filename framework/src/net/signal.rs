//! SIGTERM and SIGINT, the first of which begins the drain and the second ends the process; and SIGHUP, at which files are
//! read again.

use std::io;

/// The signals that end a server.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// Takes the signals over from now on.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a handler.
    pub(crate) fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next one and gives its name.
    pub(super) async fn next(&mut self) -> &'static str {
        #[cfg(unix)]
        {
            std::future::poll_fn(|context| {
                if self.terminate.poll_recv(context).is_ready() {
                    return std::task::Poll::Ready("SIGTERM");
                }
                self.interrupt.poll_recv(context).map(|_| "SIGINT")
            })
            .await
        }
        #[cfg(not(unix))]
        {
            // Where the handler is refused there is nothing to wait for.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            "Ctrl-C"
        }
    }
}

/// SIGHUP, where there is such a thing.
#[derive(Debug)]
pub(crate) struct Hangups {
    #[cfg(unix)]
    signals: tokio::signal::unix::Signal,
}

impl Hangups {
    /// Takes the signal over: it no longer ends the process.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a handler.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signals: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// Waits for the next one; for ever where there is none.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        if self.signals.recv().await.is_some() {
            return;
        }
        std::future::pending::<()>().await;
    }
}
