//! [`MemoryStore`]: sessions in the memory of one process, as many as it is told.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::SessionStore;
use super::store::check_len;
use crate::error::Error;

/// The longest that a session lasts here; a clock cannot tell of times without end.
const MAX_LASTING: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Keeps sessions in memory: for one process, and until that ends.
///
/// It never has more than the sessions it was made for, each of 64 KiB at most. Where it is full, the one that would end
/// first makes room, so that a server stays up whose visitors are many.
///
/// ```
/// use server::{MemoryStore, SessionStore};
/// use std::time::Duration;
///
/// # #[server::main]
/// # async fn main() -> server::Result {
/// let store = MemoryStore::new(2);
/// for id in ["a", "b", "c"] {
///     store.create(id, "{}".to_owned(), Duration::from_secs(60)).await?;
/// }
/// assert_eq!(store.len(), 2);
/// assert_eq!(store.load("a").await?, None);
/// # Ok(())
/// # }
/// ```
pub struct MemoryStore {
    kept: Mutex<Kept>,
    capacity: usize,
}

#[derive(Default)]
struct Kept {
    sessions: HashMap<String, (Instant, String)>,
    /// The same in the order in which they end.
    ends: BTreeSet<(Instant, String)>,
}

impl MemoryStore {
    /// Room for `capacity` sessions, one at least.
    pub fn new(capacity: usize) -> Self {
        Self { kept: Mutex::default(), capacity: capacity.max(1) }
    }

    /// How many there are; those whose time is over may be among them until there is need of room.
    pub fn len(&self) -> usize {
        self.kept().sessions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// No call panics while it holds the lock, and what it left would be whole.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn has(&self, id: &str) -> bool {
        self.sessions.get(id).is_some_and(|(end, _)| *end > Instant::now())
    }

    fn put(&mut self, id: &str, text: String, lasting: Duration, capacity: usize) {
        let now = Instant::now();
        let end = now + lasting.min(MAX_LASTING);
        self.remove(id);
        self.make_room(now, capacity);
        self.sessions.insert(id.to_owned(), (end, text));
        self.ends.insert((end, id.to_owned()));
    }

    fn remove(&mut self, id: &str) {
        if let Some((end, _)) = self.sessions.remove(id) {
            self.ends.remove(&(end, id.to_owned()));
        }
    }

    /// Makes room for one: all whose time is over, and where that is not enough, the one that ends first.
    fn make_room(&mut self, now: Instant, capacity: usize) {
        while let Some((end, _)) = self.ends.first()
            && (*end <= now || self.sessions.len() >= capacity)
            && let Some((_, id)) = self.ends.pop_first()
        {
            self.sessions.remove(&id);
        }
    }
}

impl SessionStore for MemoryStore {
    async fn load(&self, id: &str) -> Result<Option<String>, Error> {
        let kept = self.kept();
        let session = kept.sessions.get(id).filter(|(end, _)| *end > Instant::now());
        Ok(session.map(|(_, text)| text.clone()))
    }

    async fn create(&self, id: &str, text: String, lasting: Duration) -> Result<(), Error> {
        check_len(&text)?;
        self.kept().put(id, text, lasting, self.capacity);
        Ok(())
    }

    async fn update(&self, id: &str, text: String, lasting: Duration) -> Result<bool, Error> {
        check_len(&text)?;
        let mut kept = self.kept();
        let is_there = kept.has(id);
        if is_there {
            kept.put(id, text, lasting, self.capacity);
        }
        Ok(is_there)
    }

    async fn renew(&self, old: &str, new: &str, text: String, lasting: Duration) -> Result<bool, Error> {
        check_len(&text)?;
        let mut kept = self.kept();
        let is_there = kept.has(old);
        if is_there {
            kept.remove(old);
            kept.put(new, text, lasting, self.capacity);
        }
        Ok(is_there)
    }

    async fn remove(&self, id: &str) -> Result<(), Error> {
        self.kept().remove(id);
        Ok(())
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("len", &self.len()).field("capacity", &self.capacity).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::MAX_BYTES;
    use super::*;

    async fn save(store: &MemoryStore, id: &str, seconds: u64) {
        store.create(id, format!("{id:?}"), Duration::from_secs(seconds)).await.unwrap();
    }

    async fn found(store: &MemoryStore) -> String {
        let mut found = String::new();
        for id in ["a", "b", "c", "d"] {
            found += if store.load(id).await.unwrap().is_some() { id } else { "" };
        }
        found
    }

    #[tokio::test(start_paused = true)]
    async fn the_one_that_ends_first_makes_room() {
        let store = MemoryStore::new(2);
        save(&store, "a", 30).await;
        save(&store, "b", 10).await;
        save(&store, "c", 20).await;
        assert_eq!(found(&store).await, "ac");
        save(&store, "c", 40).await;
        save(&store, "d", 50).await;
        assert_eq!(found(&store).await, "cd");
        assert_eq!((store.len(), store.kept().ends.len()), (2, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_over_is_dropped() {
        let store = MemoryStore::new(9);
        save(&store, "a", 1).await;
        save(&store, "b", 2).await;
        save(&store, "c", 9).await;
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!((found(&store).await.as_str(), store.len()), ("c", 3));
        save(&store, "d", u64::MAX).await;
        assert_eq!((found(&store).await.as_str(), store.len()), ("cd", 2));
        store.remove("c").await.unwrap();
        store.remove("never there").await.unwrap();
        assert_eq!((found(&store).await.as_str(), store.kept().ends.len()), ("d", 1));
    }

    #[tokio::test]
    async fn one_that_is_too_large_is_refused() {
        let store = MemoryStore::new(1);
        store.create("a", "x".repeat(MAX_BYTES), Duration::from_secs(1)).await.unwrap();
        store.create("b", "x".repeat(MAX_BYTES + 1), Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(found(&store).await, "a");
    }
}
