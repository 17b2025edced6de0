//! [`SharedCache`]: answers that are kept and given again, as RFC 9111 says it of caches that many clients share.
//!
//! It keeps what its answer allows it to: nothing is guessed, so that a handler which says nothing is asked each
//! time. What is kept is told apart by scheme, host, path and query, and by the fields of the request that `Vary`
//! names. Conditions and ranges of clients are evaluated on what it gives, where answers leave the server.
//!
//! It lies in the memory of one process, and never takes more than it is told. It is no proxy: what it asks is the rest of
//! the chain.

mod asked;
mod counts;
mod directives;
mod fill;
mod flight;
mod status;
mod stored;
mod table;
mod tee;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_LOCATION, LOCATION};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::{Kind, Middleware, Next};
use crate::http::{Request, Response};
use crate::respond::Problem;

pub use counts::CacheCounts;

use asked::{Asked, Key, Passes};
use counts::Counters;
use fill::Fill;
use flight::{Landing, Lead, Role};
use status::{Beside, Done, Why, tell};
use stored::{Stored, Use};
use table::{Found, SHARDS, Table};

/// How many bytes are kept unless set.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// The most bytes of one answer unless set.
const MAX_OBJECT: usize = 1024 * 1024;
/// How many answers are renewed beside requests at a time; more are renewed by those who ask.
const MAX_BACKGROUND: usize = 64;
/// How long that may take.
const BACKGROUND_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a request waits for another's answer that then is not its own, before it asks by itself.
const MAX_ROUNDS: usize = 3;

/// Keeps answers, and gives them to all who ask for the same, as long as they say (RFC 9111).
///
/// A handler says it with [`Cache`](crate::Cache), or with the fields `Cache-Control` and `Expires`. One that says nothing
/// is asked each time; so is one that sets a cookie, or reports a problem. Many who ask at the same time for what is
/// not there wait for one answer.
///
/// As it keeps things it is a `static`: each place that names it shares it, and the application purges it by that name.
///
/// ```
/// use std::time::Duration;
///
/// use server::layers::SharedCache;
/// use server::testing::Client;
/// use server::{Cache, get, post, routes};
///
/// static CACHE: SharedCache = SharedCache::new().max_bytes(256 * 1024 * 1024);
///
/// #[get("/news", with = [CACHE], tag = "news")]
/// async fn news() -> (Cache, &'static str) {
///     (Cache::public(Duration::from_secs(60)).stale_while_revalidate(Duration::from_secs(600)), "all is well")
/// }
///
/// #[post("/news")]
/// async fn publish() -> &'static str {
///     CACHE.purge_tag("news");
///     "published"
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::new(routes![news, publish]);
/// let first = client.get("/news").await;
/// assert_eq!(first.header("cache-status"), Some("fingerpost; fwd=uri-miss; fwd-status=200; stored"));
/// let second = client.get("/news").await;
/// assert_eq!((second.text(), second.header("age")), ("all is well", Some("0")));
/// assert_eq!(second.header("cache-status"), Some("fingerpost; hit; ttl=60"));
/// client.post("/news").await;
/// assert_eq!(CACHE.counts().entries, 0);
/// # }
/// ```
pub struct SharedCache {
    max_bytes: usize,
    max_object: usize,
    name: &'static str,
    heeds_clients: bool,
    store: OnceLock<Arc<Store>>,
}

/// What is made with the first request.
struct Store {
    table: Arc<Table>,
    counters: Counters,
    max_object: usize,
    name: &'static str,
    background: Arc<Semaphore>,
}

impl SharedCache {
    /// Keeps 64 MiB, and of one answer a mebibyte.
    #[inline]
    pub const fn new() -> Self {
        Self {
            max_bytes: MAX_BYTES,
            max_object: MAX_OBJECT,
            name: "fingerpost",
            heeds_clients: true,
            store: OnceLock::new(),
        }
    }

    /// How many bytes it keeps at most, fields and what it takes to find an answer included.
    ///
    /// Where there is no room, what nobody has asked for of late is dropped.
    #[must_use = "this is the cache with the bound"]
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The most bytes of one answer; no more than an eighth of all, whatever is set. Larger ones are passed on.
    #[must_use = "this is the cache with the bound"]
    pub const fn max_object(mut self, bytes: usize) -> Self {
        self.max_object = bytes;
        self
    }

    /// What it is called in `Cache-Status`, a token; `fingerpost` unless set.
    ///
    /// # Panics
    ///
    /// Where it is not made of letters, digits, `-`, `_` and `.`, beginning with a letter; in a `static` that is a compile
    /// error.
    #[must_use = "this is the cache with the name"]
    #[inline]
    pub const fn named(mut self, name: &'static str) -> Self {
        let mut rest = name.as_bytes();
        assert!(matches!(rest, [b'a'..=b'z' | b'A'..=b'Z', ..]), "the name of a cache begins with a letter");
        while let [byte, others @ ..] = rest {
            assert!(
                matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.'),
                "the name of a cache is made of letters, digits, `-`, `_` and `.`"
            );
            rest = others;
        }
        self.name = name;
        self
    }

    /// Does not look at what clients say they take (`no-cache`, `max-age`, `min-fresh`, `max-stale`, `only-if-cached`),
    /// which a cache need not (RFC 9111 §5.2.1): nobody then makes the handler run by a reload. `no-store` holds.
    #[must_use = "this is the cache that ignores clients"]
    pub const fn ignore_clients(mut self) -> Self {
        self.heeds_clients = false;
        self
    }

    /// Forgets what is kept for a target, `/news?page=2` say, of all hosts; gives how many answers that were.
    ///
    /// An answer that is being made meanwhile is not kept.
    #[inline]
    pub fn purge(&self, target: &str) -> usize {
        self.purge_where(|key, _| *key.target == *target)
    }

    /// Forgets what the route of this pattern answered, with the prefixes of its scopes: `/users/:id`.
    #[inline]
    pub fn purge_route(&self, pattern: &str) -> usize {
        self.purge_where(|_, stored| stored.route == Some(pattern))
    }

    /// Forgets what routes with `tag = "…"` answered.
    #[inline]
    pub fn purge_tag(&self, tag: &str) -> usize {
        self.purge_where(|_, stored| stored.tag == Some(tag))
    }

    /// Forgets everything.
    #[inline]
    pub fn clear(&self) -> usize {
        self.purge_where(|_, _| true)
    }

    /// What it has done so far, and what it holds.
    #[inline]
    pub fn counts(&self) -> CacheCounts {
        let Some(store) = self.store.get() else { return CacheCounts::default() };
        let (entries, bytes, evicted) = store.table.load();
        let counters = &store.counters;
        CacheCounts {
            hits: counters.hits.read(),
            stale: counters.stale.read(),
            collapsed: counters.collapsed.read(),
            forwarded: counters.forwarded.read(),
            revalidated: counters.revalidated.read(),
            stored: counters.stored.read(),
            evicted,
            entries,
            bytes,
        }
    }

    #[inline]
    fn purge_where(&self, is_meant: impl Fn(&Key, &Stored) -> bool) -> usize {
        self.store.get().map_or(0, |store| store.table.purge_all(is_meant))
    }

    #[inline]
    fn store(&self) -> &Arc<Store> {
        self.store.get_or_init(|| {
            Arc::new(Store {
                table: Arc::new(Table::new(self.max_bytes)),
                counters: Counters::default(),
                max_object: self.max_object.min(self.max_bytes / SHARDS),
                name: self.name,
                background: Arc::new(Semaphore::new(MAX_BACKGROUND)),
            })
        })
    }
}

impl<S: Sync> Middleware<S> for SharedCache {
    const KIND: Kind = Kind::SharedCache;

    async fn call(&self, mut request: Request, _: &S, next: Next<'_>) -> Response {
        let store = self.store();
        match Asked::of(&mut request, self.heeds_clients) {
            Ok(asked) => store.answer(asked, request, next).await,
            Err(passes) => store.pass(passes, request, next).await,
        }
    }
}

impl Store {
    /// Answers with what is kept, or has the handler answer and keeps that.
    async fn answer(self: &Arc<Self>, asked: Asked, request: Request, next: Next<'_>) -> Response {
        let (mut rounds, mut is_collapsed) = (0, false);
        loop {
            let now = Instant::now();
            let (stale, why) = match self.table.find(&asked, &request, now) {
                Found::Usable(stored, Use::Now) => return self.hit(&stored, now, is_collapsed),
                Found::Usable(stored, Use::Meanwhile) => {
                    return self.meanwhile(stored, asked, request, next).await;
                }
                Found::Usable(stored, Use::Ask) => (Some(stored), Why::Stale),
                Found::Usable(_, Use::Not) => (None, Why::Bypass),
                Found::NoVariant => (None, Why::VaryMiss),
                Found::Nothing => (None, Why::UriMiss),
            };
            if asked.wanted.only_if_cached {
                return self.refuse();
            }
            let why = if asked.wanted.no_cache { Why::Request } else { why };
            let role = if asked.may_wait() { Lead::join(&self.table, &asked.key) } else { Role::Apart };
            let lead = match role {
                Role::Lead(lead) => Some(lead),
                Role::Follow(flight) if rounds < MAX_ROUNDS => {
                    (rounds, is_collapsed) = (rounds + 1, true);
                    match flight.landed().await {
                        Landing::Look => continue,
                        Landing::Apart => None,
                    }
                }
                Role::Follow(_) | Role::Apart => None,
            };
            return Fill::new(self, asked, stale, lead, why).run(request, next).await;
        }
    }

    /// Answers with what is out of date, and has the first who asks make the next answer beside that.
    async fn meanwhile(
        self: &Arc<Self>,
        stored: Arc<Stored>,
        asked: Asked,
        request: Request,
        next: Next<'_>,
    ) -> Response {
        if asked.is_get
            && let Role::Lead(lead) = Lead::join(&self.table, &asked.key)
        {
            let fill = Fill::new(self, asked, Some(Arc::clone(&stored)), Some(lead), Why::Stale);
            if let Some(fill) = fill.beside(&request, &next) {
                return fill.run(request, next).await;
            }
        }
        self.hit(&stored, Instant::now(), false)
    }

    /// Lets a request pass; one that changed something has what is kept of its target forgotten (RFC 9111 §4.4).
    async fn pass(&self, passes: Passes, request: Request, next: Next<'_>) -> Response {
        let changes = (!request.method().is_safe()).then(|| Key::of(&request));
        let mut response = next.run(request).await;
        if let Some(key) = changes
            && (response.status().is_success() || response.status().is_redirection())
        {
            self.table.purge(&key);
            for name in [LOCATION, CONTENT_LOCATION] {
                let named = response.headers().get(name).and_then(|value| value.to_str().ok());
                if let Some(beside) = named.and_then(|reference| key.beside(reference)) {
                    self.table.purge(&beside);
                }
            }
        }
        let why = match passes {
            Passes::Method => Why::Method,
            Passes::Bypass => Why::Bypass,
        };
        let done = Done::Forwarded { why, status: response.status(), is_stored: false };
        tell(&mut response, self.name, done, Beside::default());
        response
    }

    #[inline]
    fn hit(&self, stored: &Stored, now: Instant, is_collapsed: bool) -> Response {
        let ttl = stored.ttl(now);
        self.counters.hits.add();
        if ttl <= 0 {
            self.counters.stale.add();
        }
        if is_collapsed {
            self.counters.collapsed.add();
        }
        let mut response = stored.response(now);
        tell(&mut response, self.name, Done::Hit, Beside { ttl: Some(ttl), is_collapsed });
        response
    }

    /// 504 (RFC 9111 §5.2.1.7).
    #[inline]
    fn refuse(&self) -> Response {
        let problem = Problem::new(StatusCode::GATEWAY_TIMEOUT).detail("nothing of this is kept");
        let mut response = Response::problem(problem);
        tell(&mut response, self.name, Done::Refused, Beside::default());
        response
    }

    /// Keeps an answer, unless something was purged since it was begun; says whether it did.
    #[inline]
    fn keep(&self, key: &Arc<Key>, stored: &Arc<Stored>, purges: u64) -> bool {
        let is_kept = self.table.keep(key, stored, purges);
        if is_kept {
            self.counters.stored.add();
        }
        is_kept
    }
}

impl Default for SharedCache {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SharedCache {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedCache")
            .field("name", &self.name)
            .field("max_bytes", &self.max_bytes)
            .field("max_object", &self.max_object)
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
