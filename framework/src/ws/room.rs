//! [`Room`]: one message to many WebSockets, encoded once.
//!
//! A room knows its members by what they share with their connections, and appends to what each is to be sent. All
//! members get the messages of a room in one order. What is sent to a member that reads too slowly is held to the bound of
//! any WebSocket: from there on it is left out, or waited for.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use serde_core::Serialize;

use super::encoded::Encoded;
use super::rooms::Home;
use super::shared::{Posted, Shared};
use super::socket::{Message, WebSocket};

/// What becomes of a message to a member with 64 KiB unread before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlowReaders {
    /// It is left out for this member, and counted: the others have it at once. For what is soon out of date.
    Miss,
    /// Who sends waits, and with that all members of the room: as long as the client takes, which `write_min_rate` bounds.
    /// For what nobody may miss.
    Wait,
}

/// Sends each message to all WebSockets that have joined.
///
/// A member leaves when its [`Membership`] is dropped, and when its WebSocket is closed or lost. The server's drain closes
/// members as it does any WebSocket: what was sent to the room before reaches them first.
///
/// [`Rooms`](crate::Rooms) are rooms by name. One alone is a value of the application's state:
///
/// ```
/// use server::{Response, Room, SlowReaders, State, WebSocketUpgrade, get, post};
///
/// #[derive(server::State, Clone)]
/// struct App {
///     news: Room,
/// }
///
/// #[get("/news")]
/// async fn news(upgrade: WebSocketUpgrade, room: State<Room>) -> Response {
///     upgrade.on_upgrade(async move |mut socket| {
///         let _member = room.join(&socket);
///         // Until it is closed.
///         while socket.recv().await.is_some() {}
///         Ok(())
///     })
/// }
///
/// #[post("/news")]
/// async fn publish(room: State<Room>, text: String) -> String {
///     let delivery = room.send(text).await;
///     format!("{} have it, {} miss it\n", delivery.sent, delivery.missed)
/// }
///
/// # fn app() -> App {
/// App { news: Room::new(SlowReaders::Miss) }
/// # }
/// ```
#[derive(Clone)]
pub struct Room(Arc<Inner>);

struct Inner {
    slow_readers: SlowReaders,
    members: Mutex<Members>,
    /// Held by who sends and waits, so that the order is one for all.
    turn: tokio::sync::Mutex<()>,
    /// Where it is a room by name.
    home: Option<Home>,
}

#[derive(Default)]
struct Members {
    next_id: u64,
    by_id: BTreeMap<u64, Member>,
}

#[derive(Clone)]
struct Member {
    /// Ends with the WebSocket, whatever becomes of the membership.
    shared: Weak<Shared>,
    missed: Arc<AtomicU64>,
}

/// What became of a message to a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// How many members it is on its way to.
    pub sent: usize,
    /// For how many there was no room: only with [`SlowReaders::Miss`].
    pub missed: usize,
}

impl Room {
    /// An empty room.
    pub fn new(slow_readers: SlowReaders) -> Self {
        Self::at(slow_readers, None)
    }

    pub(super) fn at(slow_readers: SlowReaders, home: Option<Home>) -> Self {
        let turn = tokio::sync::Mutex::new(());
        Self(Arc::new(Inner { slow_readers, members: Mutex::default(), turn, home }))
    }

    /// Has a WebSocket get what is sent to the room from now on. One that joins twice gets it twice.
    pub fn join(&self, socket: &WebSocket) -> Membership {
        let missed = Arc::new(AtomicU64::new(0));
        let member = Member { shared: Arc::downgrade(socket.shared()), missed: Arc::clone(&missed) };
        let mut members = self.lock();
        let id = members.next_id;
        members.next_id += 1;
        members.by_id.insert(id, member);
        drop(members);
        Membership { room: self.clone(), id, missed }
    }

    /// Sends a message to all members.
    ///
    /// # Cancel safety
    ///
    /// With [`SlowReaders::Wait`], some members have the message and others never get it where the future is dropped.
    pub async fn send(&self, message: impl Into<Message>) -> Delivery {
        self.deliver(message.into(), None).await
    }

    /// The same for a value, as JSON in text.
    ///
    /// # Errors
    ///
    /// Where it cannot be written as JSON.
    pub async fn send_json<T: Serialize + ?Sized>(&self, value: &T) -> crate::Result<Delivery> {
        let text = serde_json::to_string(value)?;
        Ok(self.send(text).await)
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        let mut members = self.lock();
        members.by_id.retain(|_, member| member.shared.upgrade().is_some_and(|shared| !shared.is_over()));
        members.by_id.len()
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    async fn deliver(&self, message: Message, except: Option<u64>) -> Delivery {
        let mut encoded = Encoded::new(message);
        match self.0.slow_readers {
            SlowReaders::Miss => self.post(&mut encoded, except),
            SlowReaders::Wait => self.wait(&mut encoded, except).await,
        }
    }

    fn post(&self, encoded: &mut Encoded, except: Option<u64>) -> Delivery {
        let mut delivery = Delivery::default();
        self.lock().by_id.retain(|id, member| {
            if Some(*id) == except {
                return true;
            }
            match member.shared.upgrade().map(|shared| shared.post(encoded)) {
                Some(Ok(Posted::Sent)) => delivery.sent += 1,
                Some(Ok(Posted::NoRoom)) => {
                    delivery.missed += 1;
                    member.missed.fetch_add(1, Ordering::Relaxed);
                }
                Some(Err(_)) | None => return false,
            }
            true
        });
        delivery
    }

    async fn wait(&self, encoded: &mut Encoded, except: Option<u64>) -> Delivery {
        let _turn = self.0.turn.lock().await;
        let members: Vec<_> = self.lock().by_id.iter().map(|(id, member)| (*id, member.clone())).collect();
        let mut delivery = Delivery::default();
        for (id, member) in members.into_iter().filter(|(id, _)| Some(*id) != except) {
            // Held as long as it is waited for: a WebSocket that is lost meanwhile says so.
            let sent = match member.shared.upgrade() {
                Some(shared) => poll_fn(|context| shared.poll_post(encoded, context)).await.is_ok(),
                None => false,
            };
            if sent {
                delivery.sent += 1;
            } else {
                self.lock().by_id.remove(&id);
            }
        }
        delivery
    }

    fn leave(&self, id: u64) -> bool {
        let mut members = self.lock();
        members.by_id.remove(&id);
        members.by_id.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Members> {
        self.0.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A WebSocket's place in a [`Room`], which it leaves when this is dropped.
#[derive(Debug)]
pub struct Membership {
    room: Room,
    id: u64,
    missed: Arc<AtomicU64>,
}

impl Membership {
    /// The room.
    pub fn room(&self) -> &Room {
        &self.room
    }

    /// As [`Room::send`], to all members but this one.
    pub async fn send_to_others(&self, message: impl Into<Message>) -> Delivery {
        self.room.deliver(message.into(), Some(self.id)).await
    }

    /// How many messages were left out for this member since the last call, because its client read too slowly: so that it
    /// can be told to look elsewhere for what it misses.
    pub fn take_missed(&self) -> u64 {
        self.missed.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        match &self.room.0.home {
            Some(home) => home.leave(|| self.room.leave(self.id)),
            None => {
                self.room.leave(self.id);
            }
        }
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = self.lock().by_id.len();
        f.debug_struct("Room").field("slow_readers", &self.0.slow_readers).field("members", &members).finish()
    }
}
