//! [`Fill`]: a request on its way to the handler, and its answer on its way into the cache.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

use super::asked::{Asked, ask_for_all};
use super::flight::Lead;
use super::status::{Beside, Done, Why, tell};
use super::stored::{Made, Stored, Terms};
use super::tee::Tee;
use super::{BACKGROUND_TIMEOUT, Store};
use crate::error::Error;
use crate::http::{Body, Request, Response};
use crate::middleware::Next;
use crate::respond::IntoResponse;

/// What is known when a request goes on.
pub(super) struct Fill {
    store: Arc<Store>,
    asked: Asked,
    /// What is kept and cannot be used as it is.
    stale: Option<Arc<Stored>>,
    /// Where others wait for the answer.
    lead: Option<Lead>,
    /// How often something had been purged when it began.
    purges: u64,
    why: Why,
}

/// What becomes of an answer.
enum Kept {
    Whole(Response),
    /// It is kept when it has been sent.
    Later(Response),
    /// It is for others as well, and was purged while it was made.
    Purged(Response),
    Not(Response),
}

impl Fill {
    #[inline]
    pub(super) fn new(
        store: &Arc<Store>,
        asked: Asked,
        stale: Option<Arc<Stored>>,
        lead: Option<Lead>,
        why: Why,
    ) -> Self {
        let purges = store.table.shard(&asked.key).purges();
        Self { store: Arc::clone(store), asked, stale, lead, purges, why }
    }

    /// Has the handler answer, and keeps that where it may be.
    pub(super) async fn run(mut self, mut request: Request, next: Next<'_>) -> Response {
        self.store.counters.forwarded.add();
        if !self.asked.is_get {
            // Its answer has no content to keep.
            let response = next.run(request).await;
            return self.told(response, false);
        }
        let sent = request.headers().clone();
        let again = self.stale.is_some().then(|| (next.again(), request.without_body()));
        ask_for_all(&mut request);
        if let Some(stale) = &self.stale {
            stale.ask(request.headers_mut());
        }
        let started = Instant::now();
        let mut response = next.run(request).await;
        if let (Some(stale), Some((next, mut request))) = (self.stale.take(), again) {
            if response.status() == StatusCode::NOT_MODIFIED {
                let made = Made { sent: &sent, response: &response, started };
                if let Some(freshened) = stale.freshened(&self.asked, made) {
                    return self.freshened(Arc::new(freshened));
                }
                // It is of something else than what is kept: that is of no more use.
                self.store.table.forget(&self.asked.key, &stale);
                ask_for_all(&mut request);
                response = next.run(request).await;
            }
            if is_failure(response.status()) && stale.is_for_errors(Instant::now()) {
                return self.stale_on_error(&stale, response.status());
            }
            self.stale = Some(stale);
        }
        match self.keep(response, &sent, started).await {
            Kept::Whole(response) => self.told(response, true),
            Kept::Later(response) => {
                if let Some(lead) = self.lead.take() {
                    lead.later();
                }
                self.told(response, true)
            }
            // Those who wait look again, and one of them makes another.
            Kept::Purged(response) => self.told(response, false),
            Kept::Not(response) => {
                // What was kept is not what the handler says now, and that is for one alone.
                if let Some(stale) = self.stale.take().filter(|_| !is_failure(response.status())) {
                    self.store.table.forget(&self.asked.key, &stale);
                }
                // With credentials it says nothing of what others are answered.
                if let Some(lead) = self.lead.take() {
                    if self.asked.is_authorized { lead.later() } else { lead.apart() }
                }
                self.told(response, false)
            }
        }
    }

    /// Does so beside the request, which has what is kept meanwhile; gives itself back where that cannot be.
    #[inline]
    pub(super) fn beside(self, request: &Request, next: &Next<'_>) -> Option<Self> {
        let permit = Arc::clone(&self.store.background).try_acquire_owned();
        let (Ok(permit), true) = (permit, next.is_detachable()) else { return Some(self) };
        let request = request.without_body();
        let run = next.detach(Box::new(move |next| {
            Box::pin(async move {
                let answer = tokio::time::timeout(BACKGROUND_TIMEOUT, self.run(request, next)).await;
                drop(permit);
                if let Ok(mut response) = answer {
                    // What is kept when it has been sent is sent to nobody.
                    while let Some(Ok(_)) = response.body_mut().chunk().await {}
                }
            })
        }));
        if let Some(run) = run {
            tokio::spawn(run);
        }
        None
    }

    /// Keeps an answer, where it may be kept, and is not too large.
    async fn keep(&self, mut response: Response, sent: &HeaderMap, started: Instant) -> Kept {
        let Some(terms) = Terms::of(&self.asked, &response) else { return Kept::Not(response) };
        let limit = self.store.max_object;
        let keep = |response: &Response, body: Bytes| {
            let mut stored = Stored::new(Made { sent, response, started }, terms, body);
            (stored.route, stored.tag) = self.asked.route;
            Arc::new(stored)
        };
        match response.body_mut().len() {
            Some(len) if len <= limit as u64 => match response.take_body().collect(limit as u64).await {
                Ok(body) => {
                    // In memory of its own: a part of something large would hold all of that.
                    let stored = keep(&response, Bytes::copy_from_slice(&body));
                    let is_stored = self.store.keep(&self.asked.key, &stored, self.purges);
                    let response = response.body(Body::from(body));
                    if is_stored { Kept::Whole(response) } else { Kept::Purged(response) }
                }
                Err(error) => Kept::Not(Error::from(error).into_response()),
            },
            Some(_) => Kept::Not(response),
            None => {
                let stored = keep(&response, Bytes::new());
                let (store, key, purges) =
                    (Arc::clone(&self.store), Arc::clone(&self.asked.key), self.purges);
                let body = Tee::body(response.take_body(), limit, move |body: Bytes| {
                    store.keep(&key, &Arc::new(stored.with_body(body)), purges);
                });
                Kept::Later(response.body(body))
            }
        }
    }

    /// The handler says that what is kept is still right.
    #[inline]
    fn freshened(self, freshened: Arc<Stored>) -> Response {
        self.store.counters.revalidated.add();
        let is_stored = self.store.keep(&self.asked.key, &freshened, self.purges);
        let now = Instant::now();
        let mut response = freshened.response(now);
        let done = Done::Forwarded { why: self.why, status: StatusCode::NOT_MODIFIED, is_stored };
        tell(
            &mut response,
            self.store.name,
            done,
            Beside { ttl: Some(freshened.ttl(now)), ..Beside::default() },
        );
        response
    }

    #[inline]
    fn stale_on_error(self, stale: &Stored, status: StatusCode) -> Response {
        let now = Instant::now();
        let mut response = stale.response(now);
        let beside = Beside { ttl: Some(stale.ttl(now)), ..Beside::default() };
        tell(&mut response, self.store.name, Done::StaleOnError(status), beside);
        response
    }

    #[inline]
    fn told(&self, mut response: Response, is_stored: bool) -> Response {
        let done = Done::Forwarded { why: self.why, status: response.status(), is_stored };
        tell(&mut response, self.store.name, done, Beside::default());
        response
    }
}

/// What is taken for an error that something out of date may stand in for (RFC 5861 §4).
#[inline]
fn is_failure(status: StatusCode) -> bool {
    matches!(status.as_u16(), 500 | 502 | 503 | 504)
}
