//! What is kept, in so many bytes.
//!
//! Where there is no room, a hand goes around over the entries: one that was asked for since it last came by stays,
//! the first one that was not goes (CLOCK, or second chance). So what is asked for again and again stays without a
//! list in the order of use, which each hit would have to change; and a walk through a million addresses pushes out
//! what nobody asks for.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::asked::{Asked, Key};
use super::flight::Flight;
use super::stored::{Stored, Use};
use crate::http::Request;

/// Locks; a lock is held for a look, never while somebody waits.
pub(super) const SHARDS: usize = 8;
/// The most variants of one address: who may choose the field that they are chosen by may make very many.
const MAX_VARIANTS: usize = 32;
/// How long it is remembered that an address's answers are not kept: so long, nobody waits for another's.
const PASS: Duration = Duration::from_secs(10);
/// How many such addresses are remembered by a lock's part.
const MAX_PASSES: usize = 1024;

/// The entries, behind locks.
pub(super) struct Table {
    shards: Box<[Mutex<Shard>]>,
    seed: RandomState,
    max_bytes: usize,
}

/// A part of the entries.
#[derive(Default)]
pub(super) struct Shard {
    index: HashMap<Arc<Key>, Vec<usize>>,
    slots: Vec<Option<Slot>>,
    free: Vec<usize>,
    hand: usize,
    bytes: usize,
    evicted: u64,
    /// How often something was purged: what was begun before is not kept after.
    purges: u64,
    pub(super) flights: HashMap<Arc<Key>, Arc<Flight>>,
    /// By the hashes of their keys, which take less room; two of one hash do no harm.
    passes: HashMap<u64, Instant>,
}

struct Slot {
    key: Arc<Key>,
    stored: Arc<Stored>,
    size: usize,
    was_asked_for: bool,
}

/// What is there for a request.
pub(super) enum Found {
    Usable(Arc<Stored>, Use),
    /// The address is there, this variant is not.
    NoVariant,
    Nothing,
}

impl Table {
    #[inline]
    pub(super) fn new(max_bytes: usize) -> Self {
        let shards = std::iter::repeat_with(Mutex::default).take(SHARDS).collect();
        Self { shards, seed: RandomState::new(), max_bytes: max_bytes / SHARDS }
    }

    /// What is kept for `request`, which is `asked`.
    #[inline]
    pub(super) fn find(&self, asked: &Asked, request: &Request, now: Instant) -> Found {
        let mut shard = self.shard(&asked.key);
        let Shard { index, slots, .. } = &mut *shard;
        let Some(variants) = index.get(&asked.key) else { return Found::Nothing };
        // The newest first: it is the one, where several would do.
        for variant in variants.iter().rev() {
            if let Some(Some(slot)) = slots.get_mut(*variant)
                && slot.stored.is_for(request)
            {
                slot.was_asked_for = true;
                return Found::Usable(Arc::clone(&slot.stored), slot.stored.usable(asked, now));
            }
        }
        Found::NoVariant
    }

    /// Keeps an answer in the place of the one of the same variant, unless something was purged since `purges`; says
    /// whether it did.
    #[inline]
    pub(super) fn keep(&self, key: &Arc<Key>, stored: &Arc<Stored>, purges: u64) -> bool {
        let size = stored.size(key);
        let mut shard = self.shard(key);
        if size > self.max_bytes || shard.purges != purges {
            return false;
        }
        shard.passes.remove(&self.hash(key));
        shard.remove_if(key, |other| other.is_same_variant(stored));
        while shard.index.get(key).is_some_and(|variants| variants.len() >= MAX_VARIANTS)
            && let Some(oldest) = shard.index.get(key).and_then(|variants| variants.first().copied())
        {
            shard.remove(oldest);
        }
        while shard.bytes + size > self.max_bytes && shard.evict() {}
        shard.insert(key, stored, size);
        true
    }

    /// Forgets all variants of an address.
    #[inline]
    pub(super) fn purge(&self, key: &Key) -> usize {
        let mut shard = self.shard(key);
        shard.purges += 1;
        shard.remove_if(key, |_| true)
    }

    /// Forgets one variant, where nothing newer has taken its place.
    #[inline]
    pub(super) fn forget(&self, key: &Key, stored: &Arc<Stored>) {
        let mut shard = self.shard(key);
        let slots = &shard.slots;
        let is_it = |index: &&usize| {
            slots.get(**index).and_then(Option::as_ref).is_some_and(|slot| Arc::ptr_eq(&slot.stored, stored))
        };
        let found = shard.index.get(key).and_then(|variants| variants.iter().find(is_it)).copied();
        if let Some(index) = found {
            shard.remove(index);
        }
    }

    /// Forgets all that `is_meant`, wherever it is.
    #[inline]
    pub(super) fn purge_all(&self, is_meant: impl Fn(&Key, &Stored) -> bool) -> usize {
        let mut count = 0;
        for shard in &self.shards {
            let mut shard = lock(shard);
            shard.purges += 1;
            for index in 0..shard.slots.len() {
                let slot = shard.slots.get(index).and_then(Option::as_ref);
                if slot.is_some_and(|slot| is_meant(&slot.key, &slot.stored)) {
                    shard.remove(index);
                    count += 1;
                }
            }
        }
        count
    }

    #[inline]
    pub(super) fn hash(&self, key: &Key) -> u64 {
        self.seed.hash_one(key)
    }

    /// The part of the entries where `key` is.
    #[inline]
    pub(super) fn shard(&self, key: &Key) -> MutexGuard<'_, Shard> {
        let shard =
            usize::try_from(self.hash(key) % SHARDS as u64).ok().and_then(|index| self.shards.get(index));
        lock(shard.or(self.shards.first()).expect("there are eight"))
    }

    /// Entries, their bytes, and how many have made room.
    #[inline]
    pub(super) fn load(&self) -> (usize, usize, u64) {
        self.shards.iter().map(lock).fold((0, 0, 0), |(entries, bytes, evicted), shard| {
            let own = shard.slots.len() - shard.free.len();
            (entries + own, bytes + shard.bytes, evicted + shard.evicted)
        })
    }
}

impl Shard {
    /// How often something was purged so far.
    pub(super) fn purges(&self) -> u64 {
        self.purges
    }

    /// Notes that an address's answers are not kept.
    #[inline]
    pub(super) fn pass(&mut self, hash: u64, now: Instant) {
        if self.passes.len() >= MAX_PASSES {
            self.passes.retain(|_, until| *until > now);
        }
        if self.passes.len() < MAX_PASSES {
            self.passes.insert(hash, now + PASS);
        }
    }

    /// Whether the answers of an address were not kept of late.
    #[inline]
    pub(super) fn passes(&self, hash: u64, now: Instant) -> bool {
        self.passes.get(&hash).is_some_and(|until| *until > now)
    }

    #[inline]
    fn insert(&mut self, key: &Arc<Key>, stored: &Arc<Stored>, size: usize) {
        let slot = Slot { key: Arc::clone(key), stored: Arc::clone(stored), size, was_asked_for: false };
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                self.slots.push(None);
                self.slots.len() - 1
            }
        };
        if let Some(place) = self.slots.get_mut(index) {
            *place = Some(slot);
            self.bytes += size;
            self.index.entry(Arc::clone(key)).or_default().push(index);
        }
    }

    /// Makes room; `false` where nothing is left.
    #[inline]
    fn evict(&mut self) -> bool {
        // Twice around at most: at the second time nothing was asked for since the first.
        for _ in 0..2 * self.slots.len() {
            self.hand = if self.hand + 1 < self.slots.len() { self.hand + 1 } else { 0 };
            let Some(Some(slot)) = self.slots.get_mut(self.hand) else { continue };
            if !std::mem::take(&mut slot.was_asked_for) {
                self.remove(self.hand);
                self.evicted += 1;
                return true;
            }
        }
        false
    }

    #[inline]
    fn remove_if(&mut self, key: &Key, is_meant: impl Fn(&Stored) -> bool) -> usize {
        let variants = self.index.get(key).cloned().unwrap_or_default();
        let mut count = 0;
        for index in variants {
            let slot = self.slots.get(index).and_then(Option::as_ref);
            if slot.is_some_and(|slot| is_meant(&slot.stored)) {
                self.remove(index);
                count += 1;
            }
        }
        count
    }

    #[inline]
    fn remove(&mut self, index: usize) {
        let Some(slot) = self.slots.get_mut(index).and_then(Option::take) else { return };
        self.bytes -= slot.size;
        self.free.push(index);
        if let Some(variants) = self.index.get_mut(&slot.key) {
            variants.retain(|variant| *variant != index);
            if variants.is_empty() {
                self.index.remove(&slot.key);
            }
        }
    }
}

/// No call panics while it holds the lock, and what it left would be whole.
#[inline]
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
