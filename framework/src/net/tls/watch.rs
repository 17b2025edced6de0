//! [`Watch`]: looks whether the files have changed, and how long the certificates are good.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::{mpsc, oneshot};
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
pub(crate) struct Watch {
    task: AbortHandle,
    asked: mpsc::Sender<oneshot::Sender<()>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watch {
    /// Begins, on the current runtime.
    pub(super) fn begin(live: &Arc<Live>) -> Self {
        let (asked, asks) = mpsc::channel(1);
        Self { task: tokio::spawn(watch(Arc::clone(live), asks)).abort_handle(), asked }
    }

    /// Has the files read, whether or not they have changed, and waits until that is done.
    pub(crate) async fn read_again(&self) {
        let (done, told) = oneshot::channel();
        if self.asked.send(done).await.is_ok() {
            let _ = told.await;
        }
    }
}

async fn watch(live: Arc<Live>, mut asks: mpsc::Receiver<oneshot::Sender<()>>) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut files = Files { stamps: live.stamps().0.clone(), state: State::Good };
    let mut warned: Option<Instant> = None;
    loop {
        if warned.is_none_or(|at| at.elapsed() >= WARN) {
            warn(&live);
            warned = Some(Instant::now());
        }
        let asked = std::future::poll_fn(|context| {
            if let std::task::Poll::Ready(Some(done)) = asks.poll_recv(context) {
                return std::task::Poll::Ready(Some(done));
            }
            looks.poll_tick(context).map(|_| None)
        })
        .await;
        let reason = if asked.is_some() { Reason::Asked } else { Reason::Time };
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
        if let Some(done) = asked {
            // Nobody waits where the server has ended meanwhile.
            let _ = done.send(());
        }
    }
}

/// Why the files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Time,
    Asked,
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
                live.keep(false);
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
                live.keep(true);
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
