//! SIGHUP: what can be read again is, and whoever started the program is told when that begins and when it is done.
//!
//! Where there is nothing to read again and nobody to be told, the signal ends the process, as it always did.

use std::fmt;
use std::future::pending;
use std::io;
use std::sync::Arc;

use super::live::LiveSettings;
use crate::http::Shutdown;
use crate::net::{Hangups, Supervisor, TlsWatch};
use crate::observe::Sink;

/// What is read again.
pub(super) struct Reloads {
    hangups: Option<Hangups>,
    certificates: Option<TlsWatch>,
    /// The access log's file, which is opened anew.
    log: Option<Arc<Sink>>,
    settings: Option<LiveSettings>,
}

impl Reloads {
    /// Takes SIGHUP over, where there is a use for it.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a handler.
    pub(super) fn listen(
        certificates: Option<TlsWatch>,
        log: Option<Arc<Sink>>,
        settings: Option<LiveSettings>,
        supervisor: &Supervisor,
    ) -> io::Result<Self> {
        let is_of_use =
            certificates.is_some() || log.is_some() || settings.is_some() || supervisor.is_there();
        let hangups = is_of_use.then(Hangups::listen).transpose()?;
        Ok(Self { hangups, certificates, log, settings })
    }

    /// Reads everything again whenever a signal asks for that; never ends. `status` is the server's when it is done.
    pub(super) async fn run(
        &mut self,
        supervisor: &Supervisor,
        shutdown: &Shutdown,
        status: impl fmt::Display,
    ) {
        let Some(hangups) = &mut self.hangups else { return pending().await };
        loop {
            hangups.next().await;
            // A server that stops says nothing else any more.
            let is_told = !shutdown.is_requested();
            if is_told {
                supervisor.reloading();
            }
            if let Some(log) = &self.log {
                log.reopen();
            }
            if let Some(settings) = &mut self.settings {
                settings.read_again();
            }
            if let Some(certificates) = &self.certificates {
                certificates.read_again().await;
            }
            if is_told && !shutdown.is_requested() {
                supervisor.ready(&status);
            }
        }
    }
}
