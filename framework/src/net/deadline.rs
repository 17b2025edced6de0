//! One timer a connection, re-armed as rarely as can be; and the minimum rates.
//!
//! A deadline that moves into the future does not touch the timer: it fires at the old time, finds that nothing is
//! due and is armed again. So a request that is answered at once costs no timer at all.

use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop::has_budget_remaining;
use tokio::time::{Instant, Sleep, sleep_until};

/// What stands for "never": a settable duration may be longer than the clock can count.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The time `wait` after `start`.
pub(super) fn after(start: Instant, wait: Duration) -> Instant {
    start + wait.min(LONGEST)
}

/// A lazily armed timer.
#[derive(Debug, Default)]
pub(super) struct Timer {
    armed: Option<Pin<Box<Armed>>>,
}

pin_project! {
    #[derive(Debug)]
    struct Armed {
        #[pin]
        sleep: Sleep,
        // Whom it wakes.
        wakes: Option<Woken>,
    }
}

impl Timer {
    /// Is ready at `deadline`; a later call may name another one. `now` is no later than the time is, and no earlier than
    /// the task's turn began.
    pub(super) fn poll(&mut self, deadline: Instant, now: Instant, context: &mut Context<'_>) -> Poll<()> {
        let armed =
            self.armed.get_or_insert_with(|| Box::pin(Armed { sleep: sleep_until(deadline), wakes: None }));
        let mut armed = armed.as_mut().project();
        if armed.sleep.deadline() > deadline {
            armed.sleep.as_mut().reset(deadline);
            *armed.wakes = None;
        }
        // Nothing to be asked: before this turn it has not fired, and when it does this task is woken.
        let waits = armed.wakes.is_some_and(|woken| woken == Woken::by(context.waker()));
        if waits && now < armed.sleep.deadline() {
            return Poll::Pending;
        }
        loop {
            // Where the task has used its budget up, Tokio does not look, and wakes nobody later.
            let is_looked_at = has_budget_remaining();
            if armed.sleep.as_mut().poll(context).is_pending() {
                *armed.wakes = is_looked_at.then(|| Woken::by(context.waker()));
                return Poll::Pending;
            }
            *armed.wakes = None;
            if Instant::now() >= deadline {
                return Poll::Ready(());
            }
            armed.sleep.as_mut().reset(deadline);
        }
    }
}

/// Who is woken: the address of what a waker wakes. The timer has a clone of that waker for as long as this is kept, so
/// that nothing else comes to lie there; and with eight bytes less each timer fits where the allocator has room left
/// beside a connection's task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Woken(NonZeroUsize);

impl Woken {
    fn by(waker: &Waker) -> Self {
        // Wakers of nothing have no address; they are all alike.
        Self(NonZeroUsize::new(waker.data().addr()).unwrap_or(NonZeroUsize::MAX))
    }
}

/// The longest silence that earlier haste can earn, where the grace is not longer.
const MOST_CREDIT: Duration = Duration::from_secs(60);

/// A minimum rate in one direction, measured only while we wait for the peer.
///
/// The peer starts with the grace; each byte earns it `1/rate` seconds more, up to [`MOST_CREDIT`]; waiting spends
/// them. So a peer that is slower than the rate on the whole is cut, one that was fast may pause for a minute, and
/// time that the handler takes counts against nobody.
#[derive(Debug)]
pub(super) struct MinRate {
    bytes_per_sec: u64,
    credit: Duration,
    most_credit: Duration,
    waiting_since: Option<Instant>,
}

impl MinRate {
    /// A rate of 0 never cuts.
    pub(super) fn new(bytes_per_sec: u64, grace: Duration) -> Self {
        let grace = grace.min(LONGEST);
        Self { bytes_per_sec, credit: grace, most_credit: grace.max(MOST_CREDIT), waiting_since: None }
    }

    /// Notes that we wait for the peer, and gives the time at which its credit is spent.
    pub(super) fn wait(&mut self) -> Option<Instant> {
        if self.bytes_per_sec == 0 {
            return None;
        }
        Some(*self.waiting_since.get_or_insert_with(Instant::now) + self.credit)
    }

    /// Notes that we do not wait for the peer any more, whether or not it moved anything.
    pub(super) fn pause(&mut self) {
        if let Some(since) = self.waiting_since.take() {
            self.credit = self.credit.saturating_sub(since.elapsed());
        }
    }

    /// Takes `time` that the peer is not to blame for off the wait that is under way.
    #[cfg(feature = "http2")]
    pub(super) fn excuse(&mut self, time: Duration) {
        if let Some(since) = &mut self.waiting_since {
            *since += time;
        }
    }

    /// Notes that the peer moved `len` bytes, and that we do not wait for it any more.
    pub(super) fn progress(&mut self, len: usize) {
        self.pause();
        self.earn(len as u64);
    }

    /// Notes that the peer has moved `len` bytes, whenever that was.
    pub(super) fn earn(&mut self, len: u64) {
        if self.bytes_per_sec == 0 {
            return;
        }
        let nanos = len.saturating_mul(1_000_000_000) / self.bytes_per_sec;
        let earned = Duration::from_nanos(nanos);
        self.credit = self.credit.saturating_add(earned).min(self.most_credit);
    }
}

/// When a handler began to wait, without the time in which its client was waited for: that is `body_min_rate`'s to judge.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Waited {
    /// When it first had to wait: a handler that answers at once costs no look at the clock.
    since: Option<Instant>,
    /// Since when it waits for the client's body.
    client_since: Option<Instant>,
}

impl Waited {
    /// Since when it waits, now that it does: `for_client` or for something else.
    pub(super) fn since(&mut self, for_client: bool) -> Instant {
        let now = Instant::now();
        let mut since = *self.since.get_or_insert(now);
        if for_client {
            self.client_since.get_or_insert(now);
        } else if let Some(client_since) = self.client_since.take() {
            since += now - client_since;
            self.since = Some(since);
        }
        since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn silence_is_cut_after_the_grace() {
        let mut rate = MinRate::new(240, GRACE);
        assert_eq!(rate.wait(), Some(Instant::now() + GRACE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_a_second_is_cut_soon_after_the_grace() {
        let mut rate = MinRate::new(240, GRACE);
        let start = Instant::now();
        while rate.wait().is_some_and(|due| due > Instant::now() + Duration::from_secs(1)) {
            tokio::time::advance(Duration::from_secs(1)).await;
            rate.progress(1);
        }
        assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_itself_is_never_cut() {
        let mut rate = MinRate::new(240, GRACE);
        for _ in 0..10_000 {
            assert!(rate.wait().is_some_and(|due| due > Instant::now() + Duration::from_secs(1)));
            tokio::time::advance(Duration::from_secs(1)).await;
            rate.progress(240);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn haste_earns_a_minute_and_no_more() {
        let mut rate = MinRate::new(240, GRACE);
        rate.progress(1 << 30);
        assert_eq!(rate.wait(), Some(Instant::now() + MOST_CREDIT));
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_follows_its_deadline_both_ways() {
        let mut timer = Timer::default();
        let start = Instant::now();
        for secs in [75, 30, 40] {
            let mut waited = Box::pin(std::future::poll_fn(|context| {
                timer.poll(start + Duration::from_secs(secs), Instant::now(), context)
            }));
            if secs == 40 {
                waited.await;
            } else {
                let polled = std::future::poll_fn(|context| Poll::Ready(waited.as_mut().poll(context))).await;
                assert!(polled.is_pending());
            }
        }
        assert_eq!(start.elapsed().as_secs(), 40);
    }

    /// Polls a timer of ten seconds until it is ready; `before` is called once, before it is first polled.
    #[track_caller]
    fn check_wakes(before: impl FnOnce(&mut Timer, Instant, &mut Context<'_>)) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (mut timer, deadline) = (Timer::default(), Instant::now() + Duration::from_secs(10));
            let mut before = Some(before);
            let waited = std::future::poll_fn(|context| {
                if let Some(before) = before.take() {
                    before(&mut timer, deadline, context);
                }
                timer.poll(deadline, Instant::now(), context)
            });
            let waited = tokio::time::timeout(Duration::from_secs(3600), waited).await;
            assert!(waited.is_ok(), "nobody was woken");
            assert_eq!(deadline.elapsed(), Duration::ZERO);
        });
    }

    #[test]
    fn a_timer_wakes_who_asked_last() {
        check_wakes(|timer, deadline, _| {
            let mut other = Context::from_waker(Waker::noop());
            assert!(timer.poll(deadline, Instant::now(), &mut other).is_pending());
        });
    }

    #[test]
    fn a_timer_that_was_asked_without_a_budget_is_asked_again() {
        check_wakes(|timer, deadline, context| {
            while has_budget_remaining() {
                let _ = std::pin::pin!(tokio::task::consume_budget()).poll(context);
            }
            assert!(timer.poll(deadline, Instant::now(), context).is_pending());
        });
    }
}
