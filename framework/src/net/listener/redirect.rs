//! Listeners that do nothing but send clients to where TLS is spoken.

use super::Listeners;
#[cfg(feature = "tls")]
use super::{ListenOptions, Listening, Parting};
use crate::config::ListenAddr;
#[cfg(feature = "tls")]
use crate::config::ListenError;

impl Listeners {
    /// Has clients sent from each of `addrs` to where TLS is spoken: to `port`, or else to the first one here. One that
    /// nobody has left to this process is listened at.
    ///
    /// # Errors
    ///
    /// Those of [`Listeners::bind_all`].
    #[cfg(feature = "tls")]
    pub(crate) fn redirect(
        &mut self,
        addrs: &[ListenAddr],
        port: Option<u16>,
        options: ListenOptions,
    ) -> Result<(), ListenError> {
        let spoken = self.addrs.iter().filter(|addr| !addrs.contains(addr)).find_map(ListenAddr::tcp);
        let port = port.or(spoken.map(|addr| addr.port())).unwrap_or(443);
        for addr in addrs {
            let known = self.sockets.len();
            // One that serves already is not to be taken away from that: it is in use.
            let is_held = |(held, of): &(ListenAddr, Listening)| held == addr && of.parting == Parting::Leave;
            if !self.sockets.iter().any(is_held) {
                self.bind_next(addr, options)
                    .map_err(|error| ListenError::redirecting(addr.clone(), error))?;
            }
            let (before, new) = self.sockets.split_at_mut(known);
            let inherited = before.iter_mut().filter(|(held, _)| held == addr);
            for (_, listening) in inherited.chain(new) {
                listening.sends_to = Some(port);
            }
        }
        Ok(())
    }

    /// Every address in use that serves, and those that send to it.
    pub(crate) fn places(&self) -> (Vec<ListenAddr>, Vec<ListenAddr>) {
        let redirects = |addr: &ListenAddr| {
            self.sockets.iter().any(|(of, listening)| of == addr && listening.sends_to.is_some())
        };
        self.addrs.iter().cloned().partition(|addr| !redirects(addr))
    }
}
