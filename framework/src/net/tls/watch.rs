//! [`Watch`]: looks whether the files have changed, and how long the certificates are good.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::live::Live;
use crate::log::Escaped;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is said that a certificate is about to end.
const WARN: Duration = Duration::from_secs(86_400);

/// Looks after certificates until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch(AbortHandle);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Watch {
    /// Begins, on the current runtime; SIGHUP no longer ends the process from now on.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a handler of the signal.
    pub(super) fn begin(live: &Arc<Live>) -> std::io::Result<Self> {
        let hangup = Hangup::listen()?;
        Ok(Self(tokio::spawn(watch(Arc::clone(live), hangup)).abort_handle()))
    }
}

async fn watch(live: Arc<Live>, mut hangup: Hangup) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut files = Files { stamps: live.stamps().0.clone(), state: State::Good };
    let mut warned: Option<Instant> = None;
    loop {
        if warned.is_none_or(|at| at.elapsed() >= WARN) {
            warn(&live);
            warned = Some(Instant::now());
        }
        let reason = std::future::poll_fn(|context| {
            if hangup.poll(context).is_ready() {
                return std::task::Poll::Ready(Reason::Hangup);
            }
            looks.poll_tick(context).map(|_| Reason::Time)
        })
        .await;
        // Files may be on a disk that is slow, or away.
        let of_blocking = Arc::clone(&live);
        let Ok((looked, is_new)) = spawn_blocking(move || {
            let is_new = files.look(&of_blocking, reason);
            (files, is_new)
        })
        .await
        else {
            return tracing::error!(
                "certificates are no longer looked after: the thread that reads them is gone"
            );
        };
        files = looked;
        if is_new {
            warned = None;
        }
    }
}

/// Why the files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Time,
    Hangup,
}

/// The files as they were when they were read last.
#[derive(Debug)]
struct Files {
    stamps: Stamps,
    state: State,
}

/// What tells files that were written anew: when, how long they are, and which they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamps(Vec<Option<(Option<SystemTime>, u64, u64)>>);

impl Stamps {
    pub(super) fn of<'a>(files: impl Iterator<Item = &'a Path>) -> Self {
        let stamp = |path| {
            let data = fs::metadata(path).ok()?;
            Some((data.modified().ok(), data.len(), inode(&data)))
        };
        Self(files.map(stamp).collect())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// What is there is in force.
    Good,
    /// It was no good, but had just changed: it may be half of a change, such as a certificate whose key is about to
    /// follow.
    Doubtful,
    /// It is no good, which was told.
    Bad,
}

impl Files {
    /// Looks at the files, and reads them where there is reason to; gives whether others are in force now.
    fn look(&mut self, live: &Live, reason: Reason) -> bool {
        // Before they are read: what is written meanwhile is seen the next time.
        let (_, stamps) = live.stamps();
        let have_changed = stamps != self.stamps;
        self.stamps = stamps;
        if reason == Reason::Time && !have_changed && self.state != State::Doubtful {
            return false;
        }
        match live.read_again() {
            Ok(()) => {
                self.state = State::Good;
                let certificates = live.terms().len();
                tracing::info!(certificates, "certificates were read again, and are shown from now on");
                true
            }
            Err(_) if reason == Reason::Time && have_changed => {
                self.state = State::Doubtful;
                false
            }
            Err(error) => {
                self.state = State::Bad;
                tracing::error!("certificates were read again and not taken, those before are kept: {error}");
                false
            }
        }
    }
}

#[cfg(unix)]
fn inode(data: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(data)
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> u64 {
    0
}

/// Says which certificates are about to end.
fn warn(live: &Live) {
    let now = SystemTime::now();
    for term in live.terms().iter().filter(|term| term.is_ending(now)) {
        let path = term.path.to_string_lossy();
        let days = term.left(now).as_secs() / 86_400;
        if days == 0 && term.left(now).is_zero() {
            tracing::error!("the certificate in `{}` has expired: clients refuse it", Escaped(&path));
        } else {
            tracing::warn!(days, "the certificate in `{}` is about to expire", Escaped(&path));
        }
    }
}

/// SIGHUP, which asks for files to be read again; where there is such a thing.
#[derive(Debug)]
struct Hangup {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Hangup {
    fn listen() -> std::io::Result<Self> {
        let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?;
        Ok(Self { signal })
    }

    fn poll(&mut self, context: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        self.signal.poll_recv(context).map(drop)
    }
}

#[cfg(not(unix))]
impl Hangup {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    fn poll(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        std::task::Poll::Pending
    }
}
