//! Notes, as many as there is room for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// What somebody wants to be kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Note {
    pub(crate) text: String,
}

/// There is no room for another one.
#[derive(server::HttpError, Debug)]
#[status(507)]
#[detail("there is no room for another note: {most} is the most")]
pub(crate) struct Full {
    #[member]
    most: usize,
}

/// All notes; clones share them.
#[derive(Clone)]
pub(crate) struct Notes {
    kept: Arc<Mutex<Vec<Note>>>,
    most: usize,
}

impl Notes {
    /// None yet, and room for `most`.
    pub(crate) fn with_room_for(most: usize) -> Self {
        Self { kept: Arc::default(), most }
    }

    pub(crate) fn add(&self, note: Note) -> Result<(), Full> {
        let mut kept = self.lock();
        if kept.len() >= self.most {
            return Err(Full { most: self.most });
        }
        kept.push(note);
        Ok(())
    }

    pub(crate) fn all(&self) -> Vec<Note> {
        self.lock().clone()
    }

    /// Removes all; gives how many there were.
    pub(crate) fn clear(&self) -> usize {
        std::mem::take(&mut *self.lock()).len()
    }

    pub(crate) fn have_room(&self) -> Result<(), Full> {
        if self.lock().len() < self.most { Ok(()) } else { Err(Full { most: self.most }) }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Note>> {
        // No step above leaves a list that is half changed.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
