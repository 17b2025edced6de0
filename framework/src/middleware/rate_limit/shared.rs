//! A limit that replicas count together: the buckets of all clients, in Redis.
//!
//! One script a request looks at all quotas and takes from them; it is Redis that knows the time, so that replicas
//! whose clocks differ count alike. While Redis cannot be asked, one request in [`PAUSE`] tries, and the others do not
//! wait for it.

use std::fmt;
use std::hash::Hasher;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use sha1::{Digest, Sha1};
use tokio::time::Instant;

use super::MAX_QUOTAS;
use super::quota::{Level, Quota};
use super::table::Levels;
use crate::error::Error;
use crate::http::Response;
use crate::redis::{Redis, Script, hex};
use crate::respond::Problem;

/// How long nobody asks a Redis that gave no answer.
const PAUSE: Duration = Duration::from_millis(500);
/// How many numbers the script gives of each quota.
const FIGURES: usize = 3;

/// What becomes of the requests of a shared [`RateLimit`](super::RateLimit) while its Redis cannot be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WithoutRedis {
    /// Each process counts alone, with the whole quota: a client may then have as many quotas as there are replicas.
    /// That is the default, since a limit that protects is not to be what takes a service down, and one that is gone
    /// protects nothing.
    #[default]
    CountAlone,
    /// All are let in, without a count (fail open).
    Admit,
    /// All are refused with 503 (fail closed): where it is the limit that keeps passwords from being guessed, say.
    Refuse,
}

/// How a request was counted.
pub(super) enum Counted {
    /// By Redis; the times are from now.
    Together(Levels),
    /// It is to be counted by this process.
    Alone,
    /// It passes.
    Not,
    Refused(Box<Response>),
}

/// The buckets in Redis.
pub(super) struct Shared {
    name: String,
    redis: Redis,
    script: Script,
    without_redis: WithoutRedis,
    /// Until when nobody asks.
    pause: Mutex<Option<Instant>>,
}

impl Shared {
    #[inline]
    pub(super) fn new(name: &str, redis: &Redis) -> Self {
        Self {
            name: name.to_owned(),
            redis: redis.clone(),
            script: Script::new(include_str!("shared.lua")),
            without_redis: WithoutRedis::default(),
            pause: Mutex::new(None),
        }
    }

    pub(super) fn set_without_redis(&mut self, then: WithoutRedis) {
        self.without_redis = then;
    }

    /// What makes a client's name in Redis.
    pub(super) fn hasher(&self) -> KeyHasher {
        KeyHasher(Sha1::new())
    }

    /// Takes a token from each of the buckets of `key`, or none where one of them has none.
    pub(super) async fn take(&self, key: &KeyHasher, quotas: &[Quota]) -> Counted {
        if self.is_pausing() {
            return self.without_redis();
        }
        match self.ask(key, quotas).await {
            Ok(levels) => {
                *self.pause.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Counted::Together(levels)
            }
            // It has been said.
            Err(_) => {
                let until = Instant::now() + PAUSE;
                *self.pause.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
                self.without_redis()
            }
        }
    }

    /// Whether nobody is to ask yet; of those who come when the pause is over, the first asks and the others do not.
    fn is_pausing(&self) -> bool {
        let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(until) = *pause else { return false };
        let now = Instant::now();
        let is_over = until <= now;
        if is_over {
            *pause = Some(now + PAUSE);
        }
        !is_over
    }

    async fn ask(&self, key: &KeyHasher, quotas: &[Quota]) -> Result<Levels, Error> {
        let key = self.redis.key("rate", format_args!("{}:{}", self.name, key.text()));
        let mut arguments = Vec::with_capacity(2 * quotas.len());
        for quota in quotas {
            arguments.push((quota.window().as_secs_f64() * 1e6 / quota.requests() as f64).to_string());
            arguments.push(quota.capacity().to_string());
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let figures = |figures: &Vec<u64>| levels(figures, quotas.len());
        self.redis.run(&self.script, &[&key], &arguments, figures).await
    }

    fn without_redis(&self) -> Counted {
        match self.without_redis {
            WithoutRedis::CountAlone => Counted::Alone,
            WithoutRedis::Admit => Counted::Not,
            WithoutRedis::Refuse => {
                let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE)
                    .detail("it cannot be told whether this request is within its limit");
                let problem = problem.header(RETRY_AFTER, HeaderValue::from_static("1"));
                Counted::Refused(Box::new(Response::problem(problem)))
            }
        }
    }
}

impl fmt::Debug for Shared {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("name", &self.name)
            .field("redis", &self.redis)
            .field("without_redis", &self.without_redis)
            .finish_non_exhaustive()
    }
}

/// Reads the script's answer; `None` where it is none.
fn levels(figures: &[u64], quotas: usize) -> Option<Levels> {
    if figures.len() != quotas * FIGURES {
        return None;
    }
    let mut levels = [Level { full_at: 0, remaining: 0, wait: 0 }; MAX_QUOTAS];
    for (level, figures) in levels.iter_mut().zip(figures.chunks_exact(FIGURES)) {
        let &[remaining, wait, full] = figures else { return None };
        *level = Level { full_at: full.checked_mul(1000)?, remaining, wait: wait.checked_mul(1000)? };
    }
    Some(levels)
}

/// A digest of what is hashed, the same in each replica, from which nobody reads or makes another's: a hash without a
/// secret would let a client look for a key that takes from somebody else's bucket.
pub(super) struct KeyHasher(Sha1);

impl KeyHasher {
    #[inline]
    fn text(&self) -> String {
        hex(&self.0.clone().finalize())
    }
}

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_none_is_told() {
        let rows: [(&[u64], bool); 6] = [
            (&[], false),
            (&[1, 2], false),
            (&[1, 2, 3], true),
            (&[1, 2, 3, 4], false),
            (&[1, 2, u64::MAX], false),
            (&[1, u64::MAX, 3], false),
        ];
        for (figures, is_answer) in rows {
            assert_eq!(levels(figures, 1).is_some(), is_answer, "{figures:?}");
        }
        let level = levels(&[7, 0, 3], 1).unwrap()[0];
        assert_eq!(level, Level { full_at: 3000, remaining: 7, wait: 0 });
    }
}
