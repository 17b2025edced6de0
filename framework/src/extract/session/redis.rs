//! [`RedisStore`]: sessions that the replicas of a server share. Behind the features `sessions` and `redis`.

use std::fmt;
use std::time::Duration;

use ::redis::cmd;

use super::SessionStore;
use super::store::check_len;
use crate::error::Error;
use crate::redis::{Redis, Script};

/// Takes what is under the first key away, and puts the text under the second, where there was something.
const RENEW: &str = "if redis.call('DEL', KEYS[1]) == 0 then return 0 end \
     redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) return 1";

/// The longest that a session lasts there, in milliseconds; Redis refuses what passes 64 bits.
const MAX_LASTING: u64 = 10 * 365 * 24 * 60 * 60 * 1000;

/// Keeps sessions in a [`Redis`]: for all replicas of a server, and beyond their ends.
///
/// Each is a key that ends by itself; a new id takes the place of the old one in one step. A session has 64 KiB at most.
/// Where Redis cannot be asked, what needs a session is answered with 500, and the log says why once.
///
/// ```
/// use server::{Redis, RedisStore, Sessions};
///
/// let redis = Redis::open("redis://127.0.0.1")?.prefix("shop:");
/// let sessions = Sessions::new(RedisStore::new(&redis)).secure();
/// # Ok::<(), server::Error>(())
/// ```
pub struct RedisStore {
    redis: Redis,
    renew: Script,
}

impl RedisStore {
    /// Sessions in this Redis, under keys that begin with its prefix and `session:`.
    pub fn new(redis: &Redis) -> Self {
        Self { redis: redis.clone(), renew: Script::new(RENEW) }
    }

    fn key(&self, id: &str) -> String {
        self.redis.key("session", id)
    }

    /// Sets the key of `id` if it is there (`XX`), or is not (`NX`); says whether it did.
    async fn set(&self, id: &str, text: &str, lasting: Duration, when: &str) -> Result<bool, Error> {
        check_len(text)?;
        let mut command = cmd("SET");
        command.arg(self.key(id)).arg(text).arg(when).arg("PX").arg(milliseconds(lasting));
        self.redis.ask(&command, |answer: &Option<String>| Some(answer.is_some())).await
    }
}

impl SessionStore for RedisStore {
    async fn load(&self, id: &str) -> Result<Option<String>, Error> {
        let mut command = cmd("GET");
        command.arg(self.key(id));
        self.redis.ask(&command, |answer: &Option<String>| Some(answer.clone())).await
    }

    async fn create(&self, id: &str, text: String, lasting: Duration) -> Result<(), Error> {
        if self.set(id, &text, lasting, "NX").await? {
            return Ok(());
        }
        Err(Error::message("there is a session of this id already"))
    }

    async fn update(&self, id: &str, text: String, lasting: Duration) -> Result<bool, Error> {
        self.set(id, &text, lasting, "XX").await
    }

    async fn renew(&self, old: &str, new: &str, text: String, lasting: Duration) -> Result<bool, Error> {
        check_len(&text)?;
        let (old, new, lasting) = (self.key(old), self.key(new), milliseconds(lasting).to_string());
        let read = |answer: &u8| match answer {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        };
        self.redis.run(&self.renew, &[&old, &new], &[&text, &lasting], read).await
    }

    async fn remove(&self, id: &str) -> Result<(), Error> {
        let mut command = cmd("DEL");
        command.arg(self.key(id));
        self.redis.ask(&command, |_: &u64| Some(())).await
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("redis", &self.redis).finish_non_exhaustive()
    }
}

/// What Redis counts in; one at least, as it knows no key without time.
fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).clamp(1, MAX_LASTING)
}
