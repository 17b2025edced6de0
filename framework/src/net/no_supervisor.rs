//! Stands for the supervisor where there are no Unix sockets to tell it anything.

use std::ffi::OsString;
use std::fmt;
use std::future::pending;
use std::time::Duration;

use super::Vitals;
use crate::http::Shutdown;

/// Nobody.
#[derive(Debug, Default)]
pub(crate) struct Supervisor(());

impl Supervisor {
    pub(crate) fn of(_: impl Iterator<Item = (OsString, OsString)>, _: u32) -> Self {
        Self(())
    }

    pub(crate) fn is_there(&self) -> bool {
        false
    }

    pub(crate) fn is_watching(&self) -> bool {
        false
    }

    pub(crate) fn ready(&self, _: impl fmt::Display) {}

    pub(crate) fn reloading(&self) {}

    pub(super) fn stopping(&self, _: usize, _: Duration) {}

    pub(crate) async fn watch(&self, _: &Vitals, _: &Shutdown) {
        pending().await
    }
}
