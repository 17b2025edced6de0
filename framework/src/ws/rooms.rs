//! [`Rooms`]: rooms by name, each there as long as it has members.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::room::{Membership, Room, SlowReaders};
use super::socket::WebSocket;

/// Rooms by name: one is made when the first member joins, and gone when the last has left.
///
/// ```
/// use server::{Response, Rooms, SlowReaders, State, WebSocketUpgrade, get};
///
/// #[derive(server::State, Clone)]
/// struct App {
///     rooms: Rooms,
/// }
///
/// #[get("/rooms/:name")]
/// async fn enter(name: String, upgrade: WebSocketUpgrade, rooms: State<Rooms>) -> Response {
///     upgrade.on_upgrade(async move |mut socket| {
///         let member = rooms.join(name, &socket);
///         while let Some(message) = socket.recv().await {
///             member.room().send(message).await;
///             let missed = member.take_missed();
///             if missed > 0 {
///                 socket.send(format!("you missed {missed} messages")).await?;
///             }
///         }
///         Ok(())
///     })
/// }
///
/// # fn app() -> App {
/// App { rooms: Rooms::new(SlowReaders::Miss) }
/// # }
/// ```
#[derive(Clone)]
pub struct Rooms {
    slow_readers: SlowReaders,
    by_name: Arc<Names>,
}

/// Locked before any room's members.
#[derive(Default)]
struct Names(Mutex<HashMap<String, Room>>);

impl Names {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Room>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rooms {
    /// No rooms yet.
    pub fn new(slow_readers: SlowReaders) -> Self {
        Self { slow_readers, by_name: Arc::default() }
    }

    /// Has a WebSocket join the room of this name, which is made where there is none.
    pub fn join(&self, name: impl Into<String>, socket: &WebSocket) -> Membership {
        let name = name.into();
        let mut by_name = self.by_name.lock();
        let room = by_name.entry(name).or_insert_with_key(|name| {
            let home = Home { by_name: Arc::downgrade(&self.by_name), name: name.clone() };
            Room::at(self.slow_readers, Some(home))
        });
        // Under the lock: else the last member could leave in between, and the room be gone.
        room.join(socket)
    }

    /// The room of this name, where anybody is in it.
    pub fn get(&self, name: &str) -> Option<Room> {
        self.by_name.lock().get(name).cloned()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_name.lock().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Where a room is known by its name.
pub(super) struct Home {
    by_name: Weak<Names>,
    name: String,
}

impl Home {
    /// Runs `leave`, which tells whether the room is empty then; forgets the room if so.
    pub(super) fn leave(&self, leave: impl FnOnce() -> bool) {
        let Some(names) = self.by_name.upgrade() else {
            leave();
            return;
        };
        let mut by_name = names.lock();
        // Dropped behind the lock.
        let _empty = if leave() { by_name.remove(&self.name) } else { None };
        drop(by_name);
    }
}

impl fmt::Debug for Rooms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { slow_readers, .. } = self;
        f.debug_struct("Rooms").field("slow_readers", slow_readers).field("rooms", &self.len()).finish()
    }
}
