//! What stands for `tls/` where that feature is off: nothing that a connection could be secured with.

use std::sync::Arc;

use tokio::net::TcpStream;

use super::{Application, Limits, Peer, Place};
use crate::config::Settings;
use crate::middleware::BoxFuture;
use crate::observe::Witness;

/// No way to speak TLS.
#[derive(Debug)]
pub(crate) enum Live {}

impl Live {
    pub(crate) fn of(_: &Settings) -> crate::Result<Option<Arc<Self>>> {
        Ok(None)
    }

    pub(crate) fn watch(self: &Arc<Self>) -> Watch {
        match **self {}
    }

    pub(crate) fn note(&self) -> Option<&'static str> {
        match *self {}
    }

    pub(crate) fn days_left(&self) -> Vec<(String, f64)> {
        match *self {}
    }

    pub(crate) fn has_current_files(&self) -> bool {
        match *self {}
    }
}

/// Nothing to look after.
#[derive(Debug)]
pub(crate) enum Watch {}

impl Watch {
    #[expect(clippy::unused_async, reason = "as that which it stands for")]
    pub(crate) async fn read_again(&self) {
        match *self {}
    }
}

#[expect(clippy::too_many_arguments, reason = "those of what it stands for")]
pub(super) fn serve<A: Application, Held>(
    tls: Arc<Live>,
    _: TcpStream,
    _: Peer,
    _: Arc<A>,
    _: Arc<Limits>,
    _: Place,
    _: Witness,
    _: Held,
) -> BoxFuture<'static, ()> {
    match *tls {}
}

#[expect(clippy::too_many_arguments, reason = "those of what it stands for")]
pub(super) fn redirect<A: Application, Held>(
    tls: Arc<Live>,
    _: u16,
    _: TcpStream,
    _: Peer,
    _: Arc<A>,
    _: Arc<Limits>,
    _: Place,
    _: Witness,
    _: Held,
) {
    match *tls {}
}
