//! [`Asked`]: what a cache looks at in a request.

use std::sync::Arc;

use http::Method;
use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE};
use tokio::time::Instant;

use super::directives::Wanted;
use crate::http::Request;

/// What is asked for: scheme, host, in lower case, and the path with its query (RFC 9111 §2). All that is kept is of GET.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) is_secure: bool,
    pub(super) host: Box<str>,
    pub(super) target: Box<str>,
}

impl Key {
    #[inline]
    pub(super) fn of(request: &Request) -> Self {
        let host = request.host().unwrap_or_default().to_ascii_lowercase();
        let target = match request.query() {
            Some(query) => format!("{}?{query}", request.path()),
            None => request.path().to_owned(),
        };
        Self { is_secure: request.is_secure(), host: host.into(), target: target.into() }
    }

    /// What a field such as `Location` names, where that is of the same host: a path.
    #[inline]
    pub(super) fn beside(&self, reference: &str) -> Option<Self> {
        let is_path = reference.starts_with('/') && !reference.starts_with("//");
        let target = reference.split('#').next().filter(|_| is_path)?;
        Some(Self { is_secure: self.is_secure, host: self.host.clone(), target: target.into() })
    }

    pub(super) fn len(&self) -> usize {
        self.host.len() + self.target.len()
    }
}

/// A request that may be answered with what is kept.
pub(super) struct Asked {
    pub(super) key: Arc<Key>,
    pub(super) wanted: Wanted,
    /// What was received after this moment is an answer to this request as well.
    pub(super) arrived: Instant,
    /// Whether what answers it may be kept, HEAD's has no content.
    pub(super) is_get: bool,
    pub(super) is_authorized: bool,
    /// The pattern and the tag of its route, to purge by.
    pub(super) route: (Option<&'static str>, Option<&'static str>),
}

/// Why a request is none of the cache's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passes {
    /// Another method than GET and HEAD.
    Method,
    /// It has content, which is no part of the key, or conditions that are the origin's to evaluate.
    Bypass,
}

impl Asked {
    /// Looks at a request; `heeds` says whether clients are asked what they take.
    #[inline]
    pub(super) fn of(request: &mut Request, heeds: bool) -> Result<Self, Passes> {
        let is_get = *request.method() == Method::GET;
        if !is_get && *request.method() != Method::HEAD {
            return Err(Passes::Method);
        }
        let is_origins = request.header_values("if-match").next().is_some()
            || request.header_values("if-unmodified-since").next().is_some();
        if is_origins || !request.body_mut().is_empty() {
            return Err(Passes::Bypass);
        }
        let wanted = Wanted::parse(request.header_values("cache-control"));
        Ok(Self {
            key: Arc::new(Key::of(request)),
            // What must not be kept is not, whoever is heeded.
            wanted: if heeds { wanted } else { Wanted { no_store: wanted.no_store, ..Wanted::default() } },
            arrived: Instant::now(),
            is_get,
            is_authorized: request.header_values("authorization").next().is_some(),
            route: (request.full_pattern(), request.matched_route().and_then(|route| route.policy.tag)),
        })
    }
}

impl Asked {
    /// Whether another's answer will do, which came before it was asked about, and may be kept.
    pub(super) fn may_wait(&self) -> bool {
        self.is_get && !self.wanted.no_cache && !self.wanted.no_store
    }
}

/// Takes from a request what would make of its answer one for this client alone: conditions and ranges are evaluated on
/// what the cache answers, where the answer leaves the server.
#[inline]
pub(super) fn ask_for_all(request: &mut Request) {
    let fields = request.headers_mut();
    for name in [IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, IF_RANGE, RANGE] {
        fields.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_beside_it_is_of_its_host() {
        let key = Key { is_secure: true, host: "a.example".into(), target: "/a".into() };
        let rows = [
            ("/b?c#d", Some("/b?c")),
            ("//b.example/c", None),
            ("https://a.example/c", None),
            ("b", None),
            ("", None),
        ];
        for (reference, expected) in rows {
            let beside = key.beside(reference);
            assert_eq!(beside.as_ref().map(|key| &*key.target), expected, "{reference}");
            assert!(beside.is_none_or(|key| *key.host == *"a.example"));
        }
    }
}
