//! [`Stored`]: an answer that is kept, how long it is fresh (RFC 9111 §4.2), and what may be kept at all (§3).

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    AGE, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, DATE,
    ETAG, EXPIRES, LAST_MODIFIED, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SET_COOKIE, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::Instant;

use super::asked::{Asked, Key};
use super::directives::{Allowed, parse_seconds};
use crate::h1::format_date;
use crate::http::{Body, ETag, Request, Response, parse_date};

/// What an entry takes beside its content and its fields, roughly.
const OVERHEAD: usize = 512;

/// What speaks of one connection, or of one exchange (RFC 9111 §3.1).
const OF_CONNECTION: [HeaderName; 11] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("proxy-authentication-info"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    // The engine writes it.
    CONTENT_LENGTH,
];

/// An answer to a GET.
#[derive(Debug)]
pub(super) struct Stored {
    status: StatusCode,
    fields: HeaderMap,
    body: Bytes,
    /// The fields of the request that it was chosen by, as that had them.
    vary: Vec<(HeaderName, Vec<u8>)>,
    terms: Terms,
    /// How old it was when it came.
    age: Duration,
    received: Instant,
    pub(super) route: Option<&'static str>,
    pub(super) tag: Option<&'static str>,
}

/// What an answer lets a shared cache do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    fresh_for: Duration,
    /// `no-cache`: it is asked about before each use.
    is_asked_about: bool,
    /// A client may have it when it is out of date, where it says so.
    may_be_stale: bool,
    stale_while_revalidate: Duration,
    stale_if_error: Duration,
    /// Requests with credentials may be answered with it (RFC 9111 §3.5).
    is_for_all: bool,
}

/// An answer, what was sent to have it, and when.
#[derive(Clone, Copy)]
pub(super) struct Made<'a> {
    /// The fields as the client sent them: variants are told apart by these.
    pub(super) sent: &'a HeaderMap,
    pub(super) response: &'a Response,
    pub(super) started: Instant,
}

/// What a request may have of an answer that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It is the answer.
    Now,
    /// It is, and somebody should ask for the next one.
    Meanwhile,
    /// It is asked about first.
    Ask,
    /// It is not for this one.
    Not,
}

impl Terms {
    /// What `response`, an answer to `asked`, allows; `None` where it is not to be kept.
    #[inline]
    pub(super) fn of(asked: &Asked, response: &Response) -> Option<Self> {
        let fields = response.headers();
        if !is_storable(response.status()) || response.problem_ref().is_some() || asked.wanted.no_store {
            return None;
        }
        let others = [SET_COOKIE, CONTENT_RANGE];
        if others.iter().any(|name| fields.contains_key(name)) || names(fields, VARY).any(|name| name == "*")
        {
            return None;
        }
        Self::of_fields(fields, asked.is_authorized)
    }

    #[inline]
    fn of_fields(fields: &HeaderMap, is_authorized: bool) -> Option<Self> {
        let allowed = Allowed::parse(fields.get_all(CACHE_CONTROL).iter().map(HeaderValue::as_bytes));
        // Each status that is kept here is understood, which is what `must-understand` asks in `no-store`'s place.
        if allowed.private || (allowed.no_store && !allowed.must_understand) {
            return None;
        }
        let is_for_all = allowed.public || allowed.s_maxage.is_some() || allowed.must_revalidate;
        if is_authorized && !is_for_all {
            return None;
        }
        let has_validator = fields.contains_key(ETAG) || fields.contains_key(LAST_MODIFIED);
        let said = allowed.s_maxage.or(allowed.max_age).or_else(|| until_expires(fields));
        // Nothing is guessed: what says no time is not kept.
        let fresh_for = said.or(allowed.no_cache.then_some(Duration::ZERO))?;
        // What is said beside `s-maxage` of the time after it (RFC 5861) holds; without it `s-maxage` forbids that time
        // (RFC 9111 §5.2.2.10), whatever a client would take.
        let is_forbidden = allowed.must_revalidate || allowed.proxy_revalidate || allowed.no_cache;
        let beyond = |time: Option<Duration>| time.filter(|_| !is_forbidden).unwrap_or_default();
        let stale_while_revalidate = beyond(allowed.stale_while_revalidate);
        let stale_if_error = beyond(allowed.stale_if_error);
        let may_be_stale = !is_forbidden && allowed.s_maxage.is_none();
        let is_of_use = !fresh_for.is_zero() && !allowed.no_cache
            || has_validator
            || !(stale_while_revalidate + stale_if_error).is_zero();
        is_of_use.then_some(Self {
            fresh_for,
            is_asked_about: allowed.no_cache,
            may_be_stale,
            stale_while_revalidate,
            stale_if_error,
            is_for_all,
        })
    }
}

impl Stored {
    /// An answer to `asked`, which was begun at `started` and has all of its content.
    #[inline]
    pub(super) fn new(made: Made<'_>, terms: Terms, body: Bytes) -> Self {
        let Made { sent, response, started } = made;
        let mut fields = response.headers().clone();
        if let Some(content_type) = response.content_type() {
            fields.insert(CONTENT_TYPE, content_type.clone());
        }
        let vary = names(&fields, VARY)
            .filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok())
            .map(|name| (name.clone(), combined(sent.get_all(&name).iter().map(HeaderValue::as_bytes))))
            .collect();
        let (age, received) = begin(&mut fields, started);
        Self { status: response.status(), fields, body, vary, terms, age, received, route: None, tag: None }
    }

    /// The same with its content.
    #[inline]
    pub(super) fn with_body(&self, body: Bytes) -> Self {
        let (fields, vary) = (self.fields.clone(), self.vary.clone());
        Self { body, fields, vary, ..*self }
    }

    /// The same content with what a 304 says of it (RFC 9111 §4.3.4); `None` where that is of another content, or says
    /// that it is not to be kept any more.
    #[inline]
    pub(super) fn freshened(&self, asked: &Asked, made: Made<'_>) -> Option<Self> {
        let new = made.response.headers();
        let tag = |fields: &HeaderMap| fields.get(ETAG).and_then(|tag| ETag::parse(tag.as_bytes()));
        if let Some(said) = tag(new)
            && tag(&self.fields).is_none_or(|own| !own.is_same_meaning(&said))
        {
            return None;
        }
        let mut fields = self.fields.clone();
        fields.remove(AGE);
        for name in new.keys() {
            // What speaks of the content is of the content that is here (RFC 9111 §3.2).
            if [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE].contains(name) {
                continue;
            }
            fields.remove(name);
            for value in new.get_all(name) {
                fields.append(name, value.clone());
            }
        }
        if new.contains_key(SET_COOKIE) || asked.wanted.no_store {
            return None;
        }
        let terms = Terms::of_fields(&fields, asked.is_authorized)?;
        let (age, received) = begin(&mut fields, made.started);
        let (vary, body) = (self.vary.clone(), self.body.clone());
        let (status, route, tag) = (self.status, self.route, self.tag);
        Some(Self { status, fields, body, vary, terms, age, received, route, tag })
    }

    /// Whether it is of the variant that `request` would be given (RFC 9111 §4.1).
    #[inline]
    pub(super) fn is_for(&self, request: &Request) -> bool {
        self.vary.iter().all(|(name, value)| combined(request.header_values(name.as_str())) == *value)
    }

    /// Whether the other is of the same variant.
    #[inline]
    pub(super) fn is_same_variant(&self, other: &Self) -> bool {
        self.vary == other.vary
    }

    /// What `asked` may have of it.
    #[inline]
    pub(super) fn usable(&self, asked: &Asked, now: Instant) -> Use {
        let (terms, wanted) = (&self.terms, &asked.wanted);
        if asked.is_authorized && !terms.is_for_all {
            return Use::Not;
        }
        // It came while this one waited for it: it is the answer to both (RFC 9111 §4).
        if self.received > asked.arrived {
            return Use::Now;
        }
        if terms.is_asked_about || wanted.no_cache {
            return Use::Ask;
        }
        let age = self.age(now);
        if wanted.max_age.is_some_and(|most| age > most) {
            return Use::Ask;
        }
        let Some(left) = terms.fresh_for.checked_sub(age).filter(|left| !left.is_zero()) else {
            let over = age.saturating_sub(terms.fresh_for);
            return match () {
                () if wanted.min_fresh.is_some() => Use::Ask,
                () if over < terms.stale_while_revalidate => Use::Meanwhile,
                () if terms.may_be_stale && wanted.max_stale.is_some_and(|most| over <= most) => Use::Now,
                () => Use::Ask,
            };
        };
        if wanted.min_fresh.is_some_and(|least| left < least) { Use::Ask } else { Use::Now }
    }

    /// Whether it may be given where its successor could not be made.
    #[inline]
    pub(super) fn is_for_errors(&self, now: Instant) -> bool {
        let over = self.age(now).saturating_sub(self.terms.fresh_for);
        over < self.terms.stale_if_error
    }

    /// Lets a request ask whether it is still right (RFC 9111 §4.3.1).
    #[inline]
    pub(super) fn ask(&self, fields: &mut HeaderMap) {
        for (validator, condition) in
            [(ETAG, http::header::IF_NONE_MATCH), (LAST_MODIFIED, http::header::IF_MODIFIED_SINCE)]
        {
            if let Some(value) = self.fields.get(validator) {
                fields.insert(condition, value.clone());
            }
        }
    }

    /// The answer, with its age.
    #[inline]
    pub(super) fn response(&self, now: Instant) -> Response {
        let mut response = Response::new(self.status);
        for (name, value) in &self.fields {
            response.append_header(name.clone(), value.clone());
        }
        response.set_header(AGE, HeaderValue::from(self.age(now).as_secs()));
        response.body(Body::from(self.body.clone()))
    }

    /// The seconds for which it is fresh; less than 0 where it is no more.
    #[inline]
    pub(super) fn ttl(&self, now: Instant) -> i64 {
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        seconds(self.terms.fresh_for) - seconds(self.age(now))
    }

    /// Its share of the memory.
    #[inline]
    pub(super) fn size(&self, key: &Key) -> usize {
        let fields: usize =
            self.fields.iter().map(|(name, value)| name.as_str().len() + value.len() + 64).sum();
        let vary: usize = self.vary.iter().map(|(name, value)| name.as_str().len() + value.len() + 64).sum();
        OVERHEAD + key.len() + fields + vary + self.body.len()
    }

    #[inline]
    fn age(&self, now: Instant) -> Duration {
        self.age.saturating_add(now.saturating_duration_since(self.received))
    }
}

/// Takes out what is not kept and notes the date; gives the age that it came with, and now (RFC 9111 §4.2.3). The time
/// that it took to make counts.
#[inline]
fn begin(fields: &mut HeaderMap, started: Instant) -> (Duration, Instant) {
    let named: Vec<_> =
        names(fields, CONNECTION).filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok()).collect();
    for name in OF_CONNECTION.iter().chain(&named) {
        fields.remove(name);
    }
    let age = fields.remove(AGE).and_then(|age| parse_seconds(age.to_str().ok()).map(|age| age.as_secs()));
    if !fields.contains_key(DATE)
        && let Ok(date) = HeaderValue::from_bytes(&format_date(SystemTime::now()))
    {
        fields.insert(DATE, date);
    }
    let apparent = date(fields, DATE).and_then(|date| SystemTime::now().duration_since(date).ok());
    let corrected = Duration::from_secs(age.unwrap_or_default()).saturating_add(started.elapsed());
    // Of a date of this second, the part of it that has passed is no age.
    let apparent = apparent.unwrap_or_default().as_secs();
    (corrected.max(Duration::from_secs(apparent.saturating_sub(1))), Instant::now())
}

/// How long after its date an answer says that it expires; no time at all where that cannot be read (RFC 9111 §5.3).
#[inline]
fn until_expires(fields: &HeaderMap) -> Option<Duration> {
    let mut values = fields.get_all(EXPIRES).iter();
    values.next()?;
    let date_of = date(fields, DATE).unwrap_or_else(SystemTime::now);
    let is_one = values.next().is_none();
    let expires = date(fields, EXPIRES).filter(|_| is_one);
    Some(expires.and_then(|expires| expires.duration_since(date_of).ok()).unwrap_or_default())
}

#[inline]
fn date(fields: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    parse_date(fields.get(name)?.to_str().ok()?)
}

/// The names that a field lists, in lower case.
#[inline]
fn names(fields: &HeaderMap, name: HeaderName) -> impl Iterator<Item = String> {
    let lines = fields.get_all(name).iter().filter_map(|line| line.to_str().ok());
    let names = lines.flat_map(|line| line.split(',')).map(|name| name.trim().to_ascii_lowercase());
    names.filter(|name| !name.is_empty()).collect::<Vec<_>>().into_iter()
}

/// A field's lines as one, without the spaces that mean nothing; nothing where there is none.
#[inline]
fn combined<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut combined = Vec::new();
    for element in lines.flat_map(|line| line.split(|&byte| byte == b',')) {
        combined.push(b',');
        combined.extend_from_slice(element.trim_ascii());
    }
    combined
}

/// The statuses that are understood, and whose answers are whole.
fn is_storable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200 | 203 | 204 | 300 | 301 | 302 | 307 | 308 | 404 | 405 | 410 | 414 | 501)
}
