//! What the routes serve: things, kept in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize)]
pub struct Thing {
    pub id: u64,
    pub name: String,
}

#[derive(Deserialize)]
pub struct NewThing {
    pub name: String,
}

#[derive(Clone, Default)]
pub struct Things(Arc<Mutex<HashMap<u64, Thing>>>);

impl Things {
    pub fn all(&self) -> Vec<Thing> {
        self.0.lock().unwrap().values().cloned().collect()
    }

    pub fn find(&self, id: u64) -> Option<Thing> {
        self.0.lock().unwrap().get(&id).cloned()
    }

    pub fn put(&self, id: u64, new: NewThing) -> Thing {
        let thing = Thing { id, name: new.name };
        self.0.lock().unwrap().insert(id, thing.clone());
        thing
    }

    pub fn remove(&self, id: u64) -> bool {
        self.0.lock().unwrap().remove(&id).is_some()
    }
}
