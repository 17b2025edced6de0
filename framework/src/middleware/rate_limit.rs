//! [`RateLimit`]: so many requests of each client in so much time, and 429 for the rest.
//!
//! Each answer tells how much is left, by the fields `RateLimit-Policy` and `RateLimit` of
//! draft-ietf-httpapi-ratelimit-headers-10, and a 429 has `Retry-After` and the problem type `quota-exceeded` of §5 there.
//!
//! Each process counts for itself. The memory is of a fixed size that is set; what it forgets when it is full is told
//! at [`RateLimit::max_keys`].

mod key;
mod quota;
mod table;

use std::fmt::{self, Write};
use std::hash::RandomState;
use std::marker::PhantomData;
use std::sync::OnceLock;

use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::time::Instant;

use super::{Kind, Middleware, Next};
use crate::http::{Request, Response};
use crate::respond::Problem;

pub use key::{ByExtractor, ByRequest, RateKey};
pub use quota::Quota;

use key::Part;
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
    quotas: &'static [Quota],
    max_keys: usize,
    memory: OnceLock<Memory>,
}

/// What is made with the first request.
struct Memory {
    table: Table,
    seed: RandomState,
    made: Instant,
}

impl RateLimit {
    /// Limits each client by its address: an IPv4 address, or the /64 of an IPv6 one. Clients without an address, at a
    /// Unix socket, are one.
    ///
    /// # Panics
    ///
    /// Where there are no quotas, or more than three; in a `static` that is a compile error.
    pub const fn by_client(quotas: &'static [Quota]) -> Self {
        Self::of(ByRequest(Part::Client), quotas)
    }

    /// Limits by the value of a field, such as `x-api-key`; who sends none is limited by the client's address.
    ///
    /// Who may choose the value may have as many quotas as he likes: something inside must refuse what is no key.
    ///
    /// # Panics
    ///
    /// As [`RateLimit::by_client`] does.
    pub const fn by_header(name: &'static str, quotas: &'static [Quota]) -> Self {
        Self::of(ByRequest(Part::Field(name)), quotas)
    }

    /// Limits by what `key` makes of a request; where that is `None`, by the client's address.
    ///
    /// # Panics
    ///
    /// As [`RateLimit::by_client`] does.
    pub const fn by(
        key: &'static (dyn Fn(&Request) -> Option<String> + Send + Sync),
        quotas: &'static [Quota],
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
    pub const fn by_extractor(quotas: &'static [Quota]) -> Self {
        Self::of(ByExtractor(PhantomData), quotas)
    }
}

impl<K> RateLimit<K> {
    const fn of(key: K, quotas: &'static [Quota]) -> Self {
        assert!(!quotas.is_empty() && quotas.len() <= MAX_QUOTAS, "a rate limit has from one quota to three");
        Self { key, quotas, max_keys: MAX_KEYS, memory: OnceLock::new() }
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

    fn memory(&self) -> &Memory {
        self.memory.get_or_init(|| Memory {
            table: Table::new(self.max_keys),
            seed: RandomState::new(),
            made: Instant::now(),
        })
    }

    /// The two fields.
    fn tell(&self, response: &mut Response, levels: &Levels) {
        let (mut policy, mut state) = (String::new(), String::new());
        for (index, (quota, level)) in self.quotas.iter().zip(levels).enumerate() {
            let (name, comma) = (quota.name(), if index > 0 { ", " } else { "" });
            let window = quota.window().as_secs().max(1);
            let _ = write!(policy, "{comma}\"{name}\";q={};w={window}", quota.requests());
            let reset = whole_seconds(level.full_at.saturating_sub(self.now()));
            let _ = write!(state, "{comma}\"{name}\";r={};t={reset}", level.remaining);
        }
        for (name, value) in [(RATELIMIT_POLICY, policy), (RATELIMIT, state)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.append_header(name, value);
            }
        }
    }

    /// Nanoseconds since the memory was made.
    fn now(&self) -> u64 {
        u64::try_from(self.memory().made.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// 429, where a quota has nothing left.
    fn refuse(&self, levels: &Levels) -> Option<Response> {
        let violated = || self.quotas.iter().zip(levels).filter(|(_, level)| level.wait > 0);
        let wait = whole_seconds(violated().map(|(_, level)| level.wait).max()?);
        let names: Vec<_> = violated().map(|(quota, _)| quota.name()).collect();
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS)
            .kind(QUOTA_EXCEEDED)
            .detail(format!("nothing is left of the quota {}; ask again in {wait} s", names.join(", ")))
            .with("violated-policies", names)
            .header(RETRY_AFTER, HeaderValue::from(wait));
        Some(Response::problem(problem))
    }
}

impl<S: Sync, K: RateKey<S>> Middleware<S> for RateLimit<K> {
    const KIND: Kind = Kind::RateLimit;

    async fn call(&self, mut request: Request, state: &S, next: Next<'_>) -> Response {
        if request.is_preflight() {
            return next.run(request).await;
        }
        let memory = self.memory();
        let key = match self.key.hash(&mut request, state, &memory.seed).await {
            Ok(key) => key,
            Err(refused) => return *refused,
        };
        let levels = memory.table.take(key, self.quotas, self.now());
        let mut response = match self.refuse(&levels) {
            Some(refused) => refused,
            None => next.run(request).await,
        };
        self.tell(&mut response, &levels);
        response
    }
}

impl<K: fmt::Debug> fmt::Debug for RateLimit<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("key", &self.key)
            .field("quotas", &self.quotas)
            .field("max_keys", &self.max_keys)
            .finish_non_exhaustive()
    }
}

/// Seconds, counted up: who waits for so long finds a token.
fn whole_seconds(nanos: u64) -> u64 {
    nanos.div_ceil(1_000_000_000)
}

#[cfg(test)]
mod tests;
