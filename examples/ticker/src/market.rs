//! A market of one share: its price moves by chance, and the last of its prices are known.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

/// How many prices are kept: for who comes back within a minute, ten a second.
const KEPT: usize = 600;
/// How many a newcomer is shown.
const RECENT: u64 = 50;

/// A price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Tick {
    /// From 1 on, without a gap.
    pub(crate) id: u64,
    /// In hundredths.
    pub(crate) price: u32,
}

/// The market; clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Market(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The newest last.
    ticks: Mutex<VecDeque<Tick>>,
    /// The id of the newest.
    newest: watch::Sender<u64>,
}

impl Market {
    /// A market that has just opened, with its first price.
    pub(crate) fn opening() -> Self {
        let ticks = Mutex::new(VecDeque::from([Tick { id: 1, price: 10_000 }]));
        Self(Arc::new(Inner { ticks, newest: watch::Sender::new(1) }))
    }

    /// Moves the price at the end of each period.
    pub(crate) async fn trade(self, period: Duration) {
        let chance = RandomState::new();
        loop {
            tokio::time::sleep(period).await;
            let id = *self.0.newest.borrow() + 1;
            let step = u32::try_from(chance.hash_one(id) % 101).unwrap_or_default();
            self.push(id, step);
            self.0.newest.send_replace(id);
        }
    }

    /// Tells when there is a newer price.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.0.newest.subscribe()
    }

    /// The id before those that a newcomer is shown.
    pub(crate) fn recent(&self) -> u64 {
        self.0.newest.borrow().saturating_sub(RECENT)
    }

    /// Whether there was such a price; one of a market before this one may be higher than all of ours.
    pub(crate) fn knows(&self, id: u64) -> bool {
        id <= *self.0.newest.borrow()
    }

    /// The prices behind the one with this id: all of them, or those that are still known.
    pub(crate) fn since(&self, id: u64) -> Vec<Tick> {
        self.lock().iter().copied().filter(|tick| tick.id > id).collect()
    }

    /// Moves the price by `step` less than half of its range, 0 to 100.
    fn push(&self, id: u64, step: u32) {
        let mut ticks = self.lock();
        let price = ticks.back().map_or(10_000, |tick| tick.price);
        if ticks.len() == KEPT {
            ticks.pop_front();
        }
        ticks.push_back(Tick { id, price: (price + step).saturating_sub(50).clamp(5_000, 20_000) });
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Tick>> {
        self.0.ticks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_prices_are_known_without_a_gap() {
        let market = Market::opening();
        for id in 2..=1000 {
            market.push(id, u32::try_from(id % 101).unwrap());
        }
        let ids: Vec<_> = market.since(990).iter().map(|tick| tick.id).collect();
        assert_eq!(ids, (991..=1000).collect::<Vec<_>>());
        assert_eq!(market.since(0).len(), KEPT);
        assert!(market.since(1000).is_empty());
        assert!(market.since(0).iter().all(|tick| (5_000..=20_000).contains(&tick.price)));
    }
}
