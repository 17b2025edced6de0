//! A store of one's own for sessions.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use server::SessionStore;

// ANCHOR: store
/// Sessions in a map; in a database the map is a table, and each method one statement.
#[derive(Default)]
pub(crate) struct MapStore(Mutex<HashMap<String, Kept>>);

/// A session, as JSON, and when it ends.
struct Kept(String, Instant);

impl SessionStore for MapStore {
    async fn load(&self, id: &str) -> server::Result<Option<String>> {
        Ok(self.lock().get(id).map(|kept| kept.0.clone()))
    }

    async fn create(&self, id: &str, text: String, lasting: Duration) -> server::Result {
        self.lock().insert(id.to_owned(), Kept(text, Instant::now() + lasting));
        Ok(())
    }

    async fn update(&self, id: &str, text: String, lasting: Duration) -> server::Result<bool> {
        let mut map = self.lock();
        let Some(kept) = map.get_mut(id) else { return Ok(false) };
        *kept = Kept(text, Instant::now() + lasting);
        Ok(true)
    }

    async fn renew(&self, old: &str, new: &str, text: String, lasting: Duration) -> server::Result<bool> {
        let mut map = self.lock();
        let was_there = map.remove(old).is_some();
        if was_there {
            map.insert(new.to_owned(), Kept(text, Instant::now() + lasting));
        }
        Ok(was_there)
    }

    async fn remove(&self, id: &str) -> server::Result {
        self.lock().remove(id);
        Ok(())
    }
}

impl MapStore {
    /// All that has not ended.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.retain(|_, kept| Instant::now() < kept.1);
        map
    }
}
// ANCHOR_END: store
