//! The buckets of all clients, in memory of a fixed size.
//!
//! A table of sets of eight places; a key's hash says in which set it is. Where a set is full, the bucket that is
//! fullest makes room: a full one says nothing that an absent one does not, and the fuller it is the less is forgotten.
//! So a flood of new keys, each of which has taken one token, pushes nobody out who has taken more. What is forgotten is
//! forgotten in the client's favour.
//!
//! Keys are hashed with a seed of this process, which nobody outside knows: nobody can aim at another's set. Two keys
//! with the same 64 bits would share a bucket; among a million keys there is such a pair once in 37 million tables.

use std::sync::{Mutex, PoisonError};

use super::MAX_QUOTAS;
use super::quota::{Level, Quota};

/// Places in a set.
const WAYS: usize = 8;
/// Locks; a lock is held for the time that it takes to look through a set.
const SHARDS: usize = 64;

/// The buckets, behind locks.
pub(super) struct Table {
    shards: Box<[Mutex<Box<[Set]>>]>,
}

type Set = [Place; WAYS];

/// What is known of a client; a key of 0 is nobody.
#[derive(Clone, Copy, Default)]
struct Place {
    key: u64,
    /// When each of its buckets is full again, in nanoseconds since the table was made.
    full_at: [u64; MAX_QUOTAS],
}

/// What a request that took a token, or found none, is told of each quota.
pub(super) type Levels = [Level; MAX_QUOTAS];

impl Table {
    /// Room for at least `keys` keys; it takes all of its memory at once.
    #[inline]
    pub(super) fn new(keys: usize) -> Self {
        let sets = keys.div_ceil(WAYS * SHARDS).max(1);
        let shard = || Mutex::new(vec![[Place::default(); WAYS]; sets].into_boxed_slice());
        Self { shards: std::iter::repeat_with(shard).take(SHARDS).collect() }
    }

    /// Takes a token from each of the buckets of `key`, or none where one of them has none.
    #[inline]
    pub(super) fn take(&self, key: u64, quotas: &[Quota], now: u64) -> Levels {
        // 0 stands for nobody.
        let key = key.max(1);
        let shard = key % SHARDS as u64;
        let mut levels = [Level { full_at: 0, remaining: 0, wait: 0 }; MAX_QUOTAS];
        let Some(shard) = usize::try_from(shard).ok().and_then(|shard| self.shards.get(shard)) else {
            return levels;
        };
        let mut sets = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let set = (key / SHARDS as u64) % sets.len() as u64;
        let Some(set) = usize::try_from(set).ok().and_then(|set| sets.get_mut(set)) else { return levels };
        let place = find(set, key);
        for (level, (quota, full_at)) in levels.iter_mut().zip(quotas.iter().zip(place.full_at)) {
            *level = quota.ask(full_at, now);
        }
        if levels.iter().all(|level| level.wait == 0) {
            place.full_at = levels.map(|level| level.full_at);
        }
        levels
    }

    /// Bytes that the places take.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.shards.iter().map(|shard| size_of_val(&**shard.lock().unwrap())).sum()
    }
}

/// The place of `key`, which it takes from the fullest where it has none.
#[inline]
fn find(set: &mut Set, key: u64) -> &mut Place {
    let own = set.iter().position(|place| place.key == key);
    let fullest = || {
        let places = set.iter().enumerate();
        places.min_by_key(|(_, place)| place.full_at.iter().max().copied()).map(|(index, _)| index)
    };
    let index = own.or_else(fullest).unwrap_or_default();
    let [first, others @ ..] = set;
    let place = match index.checked_sub(1).and_then(|index| others.get_mut(index)) {
        Some(place) => place,
        None => first,
    };
    if place.key != key {
        *place = Place { key, full_at: [0; MAX_QUOTAS] };
    }
    place
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};
    use std::time::Duration;

    use super::*;

    const HOUR: Quota = Quota::new("hour", 100, Duration::from_secs(3600));

    fn admits(table: &Table, key: u64, now: u64) -> bool {
        table.take(key, &[HOUR], now).iter().all(|level| level.wait == 0)
    }

    #[test]
    fn very_many_keys_take_no_more_memory_and_push_nobody_out_who_is_limited() {
        let (table, hasher) = (Table::new(10_000), RandomState::new());
        let size = table.size();
        assert_eq!(size, 10_240 * size_of::<Place>());
        let greedy: Vec<u64> = (0..100_u64).map(|it| hasher.hash_one(("greedy", it))).collect();
        for key in &greedy {
            assert_eq!((0..200).filter(|_| admits(&table, *key, 1)).count(), 100);
        }
        for key in 0..10_000_000_u64 {
            assert!(admits(&table, hasher.hash_one(key), 2 + key), "who has taken nothing is let in");
        }
        assert_eq!(table.size(), size);
        for key in &greedy {
            assert!(!admits(&table, *key, 10_000_002), "who has taken all is still known");
        }
    }

    #[test]
    fn the_fullest_makes_room() {
        let table = Table::new(1);
        // All of these are in the first set of the first shard, as there is one set in each.
        let key = |index: u64| (index + 1) * SHARDS as u64;
        for index in 0..WAYS as u64 {
            for _ in 0..10 + index {
                assert!(admits(&table, key(index), 1));
            }
        }
        // The one with ten taken is forgotten, and the newcomer, with one, when the next one comes.
        assert!(admits(&table, key(100), 1));
        assert!(admits(&table, key(101), 1));
        let remaining = |index: u64| table.take(key(index), &[HOUR], 1)[0].remaining;
        assert_eq!(remaining(1), 100 - 11 - 1);
        assert_eq!(remaining(7), 100 - 17 - 1);
        assert_eq!(remaining(0), 99, "begins anew");
        // What has filled up is as good as nobody.
        let later = 3600 * 1_000_000_000 + 1;
        for index in 200..200 + WAYS as u64 {
            assert_eq!(table.take(key(index), &[HOUR], later)[0].remaining, 99);
        }
    }

    #[test]
    fn of_several_quotas_all_give_or_none() {
        const SECOND: Quota = Quota::new("second", 2, Duration::from_secs(1));
        let table = Table::new(1);
        let take = |now| table.take(7, &[SECOND, HOUR], now).map(|level| (level.remaining, level.wait > 0));
        assert_eq!(take(1)[..2], [(1, false), (99, false)]);
        assert_eq!(take(1)[..2], [(0, false), (98, false)]);
        for _ in 0..5 {
            assert_eq!(take(1)[0], (0, true));
        }
        let later = 1_000_000_001;
        assert_eq!(take(later)[..2], [(1, false), (97, false)], "the refused ones took nothing of the hour");
    }
}
