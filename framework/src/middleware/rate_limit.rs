//! [`RateLimit`]: so many requests of each client in so much time, and 429 for the rest.
//!
//! Each answer tells how much is left, by the fields `RateLimit-Policy` and `RateLimit` of
//! draft-ietf-httpapi-ratelimit-headers-10, and a 429 has `Retry-After` and the problem type `quota-exceeded` of §5 there.
//!
//! Each process counts for itself, in memory of a fixed size that is set; what it forgets when it is full is told
//! at [`RateLimit::max_keys`]. With the feature `redis` replicas count together.

mod key;
mod quota;
#[cfg(feature = "redis")]
mod shared;
#[cfg(not(feature = "redis"))]
#[path = "rate_limit/not_shared.rs"]
mod shared;
mod table;

use std::fmt::{self, Write};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::marker::PhantomData;
use std::sync::OnceLock;

use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::time::Instant;

use super::{Kind, Middleware, Next};
use crate::http::{Request, Response};
use crate::respond::Problem;

pub use key::{ByExtractor, ByRequest, RateKey};
pub use quota::{Quota, QuotaError};
#[cfg(feature = "redis")]
pub use shared::WithoutRedis;

use key::Part;
use shared::{Counted, Shared};
use table::{Levels, Table};

/// The most quotas of one limit.
const MAX_QUOTAS: usize = 3;
/// How many keys are known unless set.
const MAX_KEYS: usize = 65_536;

const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const QUOTA_EXCEEDED: &str = "https://iana.org/assignments/http-problem-types#quota-exceeded";

/// Answers 429 to clients that send more than their quotas have, with `Retry-After`; and tells all others what is left.
///
/// As it counts it is a `static`: each place that names it shares the one limit. A request that is refused takes from no
/// quota. A CORS preflight passes and is not counted.
///
/// ```
/// use std::time::Duration;
///
/// use server::layers::{Quota, RateLimit};
/// use server::testing::Client;
/// use server::{get, routes};
///
/// static LIMIT: RateLimit = RateLimit::by_client(&[Quota::new("minute", 2, Duration::from_secs(60))]);
///
/// #[get("/", with = [LIMIT])]
/// async fn index() -> &'static str {
///     "hello"
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::new(routes![index]);
/// let response = client.get("/").await;
/// assert_eq!(response.header("ratelimit-policy"), Some("\"minute\";q=2;w=60"));
/// assert_eq!(response.header("ratelimit"), Some("\"minute\";r=1;t=30"));
/// client.get("/").await;
/// let response = client.get("/").await;
/// assert_eq!((response.status().as_u16(), response.header("retry-after")), (429, Some("30")));
/// # }
/// ```
pub struct RateLimit<K = ByRequest> {
    key: K,
    quotas: Quotas,
    max_keys: usize,
    memory: OnceLock<Memory>,
    /// Where replicas count together.
    shared: Option<Shared>,
}

/// From one quota to three.
#[derive(Clone, Copy)]
struct Quotas {
    /// The last one stands in the places that are left over.
    places: [Quota; MAX_QUOTAS],
    count: usize,
}

/// What a request has taken, as of a time.
struct Taken {
    levels: Levels,
    now: u64,
}

/// What is made with the first request.
struct Memory {
    table: Table,
    seed: RandomState,
    made: Instant,
    /// The value of `RateLimit-Policy`; names are checked, so that there is one.
    policy: Option<HeaderValue>,
}

impl RateLimit {
    /// Limits each client by its address: an IPv4 address, or the /64 of an IPv6 one. Clients without an address, at a
    /// Unix socket, are one.
    ///
    /// # Panics
    ///
    /// Where there are no quotas, or more than three; in a `static` that is a compile error.
    #[inline]
    pub const fn by_client(quotas: &[Quota]) -> Self {
        Self::of(ByRequest(Part::Client), quotas)
    }

    /// Limits by the value of a field, such as `x-api-key`; who sends none is limited by the client's address.
    ///
    /// Who may choose the value may have as many quotas as he likes: something inside must refuse what is no key.
    ///
    /// # Panics
    ///
    /// As [`RateLimit::by_client`] does.
    #[inline]
    pub const fn by_header(name: &'static str, quotas: &[Quota]) -> Self {
        Self::of(ByRequest(Part::Field(name)), quotas)
    }

    /// Limits by what `key` makes of a request; where that is `None`, by the client's address.
    ///
    /// # Panics
    ///
    /// As [`RateLimit::by_client`] does.
    #[inline]
    pub const fn by(
        key: &'static (dyn Fn(&Request) -> Option<String> + Send + Sync),
        quotas: &[Quota],
    ) -> Self {
        Self::of(ByRequest(Part::Function(key)), quotas)
    }
}

impl<T> RateLimit<ByExtractor<T>> {
    /// Limits by what the extractor `T` makes, a user say; what it refuses is answered with its rejection.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use server::layers::{ByExtractor, Quota, RateLimit};
    /// use server::{Bearer, Problem, extractor};
    ///
    /// #[derive(Hash)]
    /// struct User(u64);
    ///
    /// #[extractor]
    /// async fn user(token: Bearer) -> Result<User, Problem> {
    ///     if token.is("1815") { Ok(User(1)) } else { Err(Bearer::challenge("library")) }
    /// }
    ///
    /// static LIMIT: RateLimit<ByExtractor<User>> =
    ///     RateLimit::by_extractor(&[Quota::new("hour", 1000, Duration::from_secs(3600))]);
    /// # assert!(format!("{LIMIT:?}").contains("hour"));
    /// ```
    ///
    /// # Panics
    ///
    /// As [`RateLimit::by_client`] does.
    pub const fn by_extractor(quotas: &[Quota]) -> Self {
        Self::of(ByExtractor(PhantomData), quotas)
    }
}

impl<K> RateLimit<K> {
    #[inline]
    const fn of(key: K, quotas: &[Quota]) -> Self {
        Self { key, quotas: Quotas::new(quotas), max_keys: MAX_KEYS, memory: OnceLock::new(), shared: None }
    }

    /// How many keys are known at once, 65,536 unless set, at 32 bytes each; the memory is taken with the first request.
    ///
    /// Where there are more, the client with the fullest buckets of a few is forgotten, and begins anew: it is the one
    /// that had most left. Who has taken all stays known.
    #[must_use = "this is the limit with the bound"]
    pub const fn max_keys(mut self, keys: usize) -> Self {
        self.max_keys = keys;
        self
    }

    /// Lets the replicas of a server count together, in `redis`, under `name`: limits of one name share their buckets,
    /// those of different names do not.
    ///
    /// A request is one step of Redis, whatever the number of quotas, at its time, not ours. Where Redis does not answer
    /// within its timeout, or answers nonsense, each process counts alone until it does again; see
    /// [`RateLimit::without_redis`].
    ///
    /// As the URL is known when the program runs, the limit of a route is made then, too:
    ///
    /// ```
    /// use std::sync::LazyLock;
    /// use std::time::Duration;
    ///
    /// use server::layers::{Quota, RateLimit};
    /// use server::{Redis, get};
    ///
    /// static LIMIT: LazyLock<RateLimit> = LazyLock::new(|| {
    ///     let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1".to_owned());
    ///     let redis = Redis::open(&url).expect("REDIS_URL is a URL of Redis");
    ///     RateLimit::by_client(&[Quota::new("minute", 600, Duration::from_secs(60))]).shared("search", &redis)
    /// });
    ///
    /// #[get("/search", with = [LIMIT])]
    /// async fn search() -> &'static str {
    ///     "nothing found"
    /// }
    /// ```
    ///
    /// Keys end by themselves when their buckets are full again. They are digests, so that no API key lies in Redis.
    #[cfg(feature = "redis")]
    #[must_use = "this is the limit that is shared"]
    pub fn shared(mut self, name: &str, redis: &crate::Redis) -> Self {
        self.shared = Some(Shared::new(name, redis));
        self
    }

    /// What becomes of requests while Redis cannot be asked: [`WithoutRedis::CountAlone`] unless set. It follows
    /// [`RateLimit::shared`], and says nothing without.
    #[cfg(feature = "redis")]
    #[must_use = "this is the limit with what it does without Redis"]
    pub fn without_redis(mut self, then: WithoutRedis) -> Self {
        if let Some(shared) = &mut self.shared {
            shared.set_without_redis(then);
        }
        self
    }

    fn memory(&self) -> &Memory {
        self.memory.get_or_init(|| Memory {
            table: Table::new(self.max_keys),
            seed: RandomState::new(),
            made: Instant::now(),
            policy: self.quotas.policy(),
        })
    }

    /// Takes from the quotas of `key`, in the memory of this process.
    fn take_alone(&self, key: u64) -> Taken {
        let memory = self.memory();
        let now = u64::try_from(memory.made.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Taken { levels: memory.table.take(key, self.quotas.get(), now), now }
    }

    /// The two fields.
    fn tell(&self, response: &mut Response, taken: &Taken) {
        let mut state = Vec::with_capacity(64);
        let mut digits = itoa::Buffer::new();
        for (index, (quota, level)) in self.quotas.get().iter().zip(&taken.levels).enumerate() {
            let reset = whole_seconds(level.full_at.saturating_sub(taken.now));
            state.extend_from_slice(if index > 0 { b", \"" } else { b"\"" });
            state.extend_from_slice(quota.name().as_bytes());
            for (name, number) in [(&b"\";r="[..], level.remaining), (b";t=", reset)] {
                state.extend_from_slice(name);
                state.extend_from_slice(digits.format(number).as_bytes());
            }
        }
        if let (Some(policy), Ok(state)) = (&self.memory().policy, HeaderValue::try_from(state)) {
            response.append_header(RATELIMIT_POLICY, policy.clone());
            response.append_header(RATELIMIT, state);
        }
    }

    /// 429, where a quota has nothing left.
    fn refuse(&self, levels: &Levels) -> Option<Response> {
        let violated = || self.quotas.get().iter().zip(levels).filter(|(_, level)| level.wait > 0);
        let wait = whole_seconds(violated().map(|(_, level)| level.wait).max()?);
        let names: Vec<_> = violated().map(|(quota, _)| quota.name()).collect();
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS)
            .kind(QUOTA_EXCEEDED)
            .detail(format!("nothing is left of the quota {}; ask again in {wait} s", names.join(", ")))
            .with("violated-policies", names)
            .header(RETRY_AFTER, HeaderValue::from(wait));
        Some(Response::problem(problem))
    }

    /// What becomes of a request that has taken, or found nothing to take.
    async fn answer(&self, taken: Taken, request: Request, next: Next<'_>) -> Response {
        let mut response = match self.refuse(&taken.levels) {
            Some(refused) => refused,
            None => next.run(request).await,
        };
        self.tell(&mut response, &taken);
        response
    }
}

impl<S: Sync, K: RateKey<S>> Middleware<S> for RateLimit<K> {
    const KIND: Kind = Kind::RateLimit;

    async fn call(&self, mut request: Request, state: &S, next: Next<'_>) -> Response {
        if request.is_preflight() {
            return next.run(request).await;
        }
        let seed = &self.memory().seed;
        let Some(shared) = &self.shared else {
            let taken = match self.key.feed(&mut request, state, seed.build_hasher()).await {
                Ok(hasher) => self.take_alone(hasher.finish()),
                Err(refused) => return *refused,
            };
            return self.answer(taken, request, next).await;
        };
        let key = match self.key.feed(&mut request, state, shared.hasher()).await {
            Ok(hasher) => hasher,
            Err(refused) => return *refused,
        };
        match shared.take(&key, self.quotas.get()).await {
            Counted::Together(levels) => self.answer(Taken { levels, now: 0 }, request, next).await,
            // Hashed with the seed, so that nobody can aim at another's place in the table.
            Counted::Alone => self.answer(self.take_alone(seed.hash_one(key.finish())), request, next).await,
            Counted::Not => next.run(request).await,
            Counted::Refused(refused) => *refused,
        }
    }
}

impl Quotas {
    #[inline]
    const fn new(quotas: &[Quota]) -> Self {
        match *quotas {
            [first] => Self { places: [first; MAX_QUOTAS], count: 1 },
            [first, second] => Self { places: [first, second, second], count: 2 },
            [first, second, third] => Self { places: [first, second, third], count: 3 },
            _ => panic!("a rate limit has from one quota to three"),
        }
    }

    /// What is told of them with each answer.
    #[inline]
    fn policy(&self) -> Option<HeaderValue> {
        let mut policy = String::new();
        for quota in self.get() {
            let comma = if policy.is_empty() { "" } else { ", " };
            let (requests, window) = (quota.requests(), quota.window().as_secs().max(1));
            let _ = write!(policy, "{comma}\"{}\";q={requests};w={window}", quota.name());
        }
        HeaderValue::try_from(policy).ok()
    }

    fn get(&self) -> &[Quota] {
        self.places.get(..self.count).unwrap_or(&self.places)
    }
}

impl<K: fmt::Debug> fmt::Debug for RateLimit<K> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("key", &self.key)
            .field("quotas", &self.quotas.get())
            .field("max_keys", &self.max_keys)
            .field("shared", &self.shared)
            .finish_non_exhaustive()
    }
}

/// Seconds, counted up: who waits for so long finds a token.
fn whole_seconds(nanos: u64) -> u64 {
    nanos.div_ceil(1_000_000_000)
}

#[cfg(test)]
mod tests;
