//! [`Redis`]: the one place that replicas share. Behind the feature `redis`.
//!
//! A connection belongs to a worker, so that none waits for another's thread; it is made when it is first needed, and
//! anew once it has failed. `redis`'s own `ConnectionManager` is not used: it keeps a connection whose peer has gone
//! silent, and has callers wait while it tries again and again; here who asks has his answer, or none, in a set time.

mod outage;
mod script;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError, RedisResult, Value};
use tokio::runtime;
use tokio::sync::Mutex as Turn;

use crate::error::Error;

use outage::Outage;
pub(crate) use script::{Script, hex};

/// How long an answer may take unless set.
const TIMEOUT: Duration = Duration::from_millis(250);

/// A Redis (5 or later, or Valkey) that the replicas of a server share: for
/// [`RateLimit::shared`](crate::layers::RateLimit::shared) and, with the feature `sessions`, for `RedisStore`.
///
/// It is cheap to clone; the clones share their connections, one for each worker. Nothing connects before it is needed,
/// and what has failed connects anew: a server starts, and goes on, without its Redis. That it cannot be asked is
/// logged once, and once that it can again.
///
/// ```
/// use std::time::Duration;
///
/// use server::Redis;
///
/// let redis = Redis::open("redis://127.0.0.1:6379/0")?.prefix("shop:").timeout(Duration::from_millis(100));
/// # Ok::<(), server::Error>(())
/// ```
#[derive(Clone)]
pub struct Redis {
    client: Client,
    prefix: Arc<str>,
    timeout: Duration,
    shared: Arc<Shared>,
}

/// What clones have in common.
struct Shared {
    /// A connection for each runtime, of which there is one for each worker.
    lines: Mutex<HashMap<runtime::Id, Arc<Turn<Line>>>>,
    outage: Outage,
}

/// A place for a connection; who makes one holds it, and the others wait.
#[derive(Default)]
struct Line {
    connection: Option<MultiplexedConnection>,
    /// How many have been made: a failure of an old one says nothing of the next.
    made: u64,
}

/// A connection, and whether it was there before.
struct Taken {
    connection: MultiplexedConnection,
    line: Arc<Turn<Line>>,
    made: u64,
    is_new: bool,
}

impl Redis {
    /// Names a Redis by its URL: `redis://[user][:password@]host[:port][/database]`, or `redis+unix:///path`. It
    /// connects when something is asked.
    ///
    /// # Errors
    ///
    /// A URL that cannot be understood, and `rediss://`, as the connection is not encrypted.
    pub fn open(url: &str) -> Result<Self, Error> {
        let client =
            Client::open(url).map_err(|error| Error::message(format!("the URL of Redis: {error}")))?;
        let outage = Outage::of(client.get_connection_info().addr().to_string());
        let shared = Arc::new(Shared { lines: Mutex::default(), outage });
        Ok(Self { client, prefix: Arc::from("server:"), timeout: TIMEOUT, shared })
    }

    /// What all keys begin with, `server:` unless set: so that several applications can share a database.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = Arc::from(prefix);
        self
    }

    /// How long an answer may take, the making of a connection included; 250 ms unless set.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The key of something of this kind.
    pub(crate) fn key(&self, kind: &str, name: impl fmt::Display) -> String {
        format!("{}{kind}:{name}", self.prefix)
    }

    /// Asks one command, and reads the answer, which is `None` where it is no such.
    ///
    /// # Errors
    ///
    /// Where there is no answer in time, an error, or one of another kind.
    pub(crate) async fn ask<F: FromRedisValue, T>(
        &self,
        command: &Cmd,
        read: impl FnOnce(&F) -> Option<T> + Send,
    ) -> Result<T, Error> {
        self.in_time(self.send(command), read).await
    }

    /// Runs a script; Redis is told its text where it does not have it.
    ///
    /// # Errors
    ///
    /// As [`Redis::ask`].
    pub(crate) async fn run<F: FromRedisValue, T>(
        &self,
        script: &Script,
        keys: &[&str],
        arguments: &[&str],
        read: impl FnOnce(&F) -> Option<T> + Send,
    ) -> Result<T, Error> {
        let answer = async {
            match self.send(&script.by_digest(keys, arguments)).await {
                Err(error) if script::is_unknown(&error) => self.send(&script.in_full(keys, arguments)).await,
                answered => answered,
            }
        };
        self.in_time(answer, read).await
    }

    async fn in_time<F: FromRedisValue, T>(
        &self,
        answer: impl Future<Output = RedisResult<Value>> + Send,
        read: impl FnOnce(&F) -> Option<T> + Send,
    ) -> Result<T, Error> {
        let reason = match tokio::time::timeout(self.timeout, answer).await {
            Ok(Ok(value)) => match ::redis::from_redis_value(value).ok().as_ref().and_then(read) {
                Some(answer) => {
                    self.shared.outage.end();
                    return Ok(answer);
                }
                None => "it answers something else than was asked".to_owned(),
            },
            Ok(Err(error)) => error.to_string(),
            Err(_) => {
                // What has gone silent may be gone for good.
                self.hang_up();
                format!("no answer within {:?}", self.timeout)
            }
        };
        Err(self.shared.outage.begin(reason))
    }

    async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        let taken = self.connection().await?;
        match taken.send(command).await {
            // It was closed while nobody looked, as servers close what is idle.
            Err(error) if is_fatal(&error) && !taken.is_new => self.connection().await?.send(command).await,
            answered => answered,
        }
    }

    /// The connection of this runtime, which is made where there is none.
    async fn connection(&self) -> RedisResult<Taken> {
        let line = Arc::clone(self.lines().entry(runtime::Handle::current().id()).or_default());
        let mut place = line.lock().await;
        if let Some(connection) = place.connection.clone() {
            let made = place.made;
            drop(place);
            return Ok(Taken { connection, line, made, is_new: false });
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout));
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        place.connection = Some(connection.clone());
        place.made += 1;
        let made = place.made;
        drop(place);
        Ok(Taken { connection, line, made, is_new: true })
    }

    /// Has the next one make another connection, unless somebody is making one.
    fn hang_up(&self) {
        let line = self.lines().get(&runtime::Handle::current().id()).cloned();
        if let Some(line) = line
            && let Ok(mut place) = line.try_lock()
        {
            place.connection = None;
        }
    }

    fn lines(&self) -> std::sync::MutexGuard<'_, HashMap<runtime::Id, Arc<Turn<Line>>>> {
        self.shared.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Sends one command; a connection that fails is not used again.
    async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        let answered = self.connection.clone().send_packed_command(command).await;
        if answered.as_ref().is_err_and(is_fatal) {
            self.forget().await;
        }
        // An error of Redis's own is an answer of a connection that is as it should be.
        answered?.extract_error()
    }

    /// Has the next one make another, unless that has been done.
    async fn forget(&self) {
        let mut place = self.line.lock().await;
        if place.made == self.made {
            place.connection = None;
        }
    }
}

/// Whether a connection is of no more use.
fn is_fatal(error: &RedisError) -> bool {
    error.is_unrecoverable_error() || error.is_io_error()
}

/// Says where it is and nothing of passwords.
impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("address", &self.shared.outage.address())
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_no_password() {
        let redis = Redis::open("redis://ada:secret@127.0.0.1:7/2").unwrap();
        let text = format!("{redis:?}");
        assert!(text.contains("127.0.0.1:7") && !text.contains("secret"), "{text}");
    }

    #[test]
    fn a_url_that_cannot_be_used_is_refused() {
        for url in ["", "127.0.0.1", "http://127.0.0.1", "rediss://127.0.0.1"] {
            let error = Redis::open(url).unwrap_err();
            assert!(format!("{error:?}").contains("the URL of Redis"), "{url}: {error:?}");
        }
    }
}
