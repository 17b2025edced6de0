//! A request: its head as received, its body, and what the engine learned of it.
//!
//! Nothing is parsed before it is asked for: [`Request::header`] scans the field lines, [`Request::headers`] builds
//! the map on first use, [`Request::uri`] is made when called.

mod content_facts;
mod field_values;
mod notes;

use std::borrow::Cow;
use std::fmt;
use std::mem;
use std::net::SocketAddr;
use std::str::Utf8Error;
use std::sync::OnceLock;

use http::header::HOST;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Uri, Version};

pub use self::field_values::FieldValues;
use self::field_values::Source;
use super::apart::Apart;
use super::{Body, RequestHead, RequestId, Security, Shutdown, pool};
use crate::observe::Counters;
#[cfg(feature = "otel")]
use crate::observe::Sampling;
use crate::routing::{Captures, Pattern, RouteInfo};

/// A request on its way to a handler.
///
/// ```
/// use server::{Request, get};
///
/// #[get("/agent")]
/// async fn agent(request: Request) -> String {
///     request.header("user-agent").unwrap_or("unknown").to_owned()
/// }
/// ```
pub struct Request {
    /// `None` only while the request is dropped.
    parts: Apart<Option<Box<Parts>>>,
}

/// What a request owns; kept in a box that the worker uses again.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) head: RequestHead,
    body: Body,
    /// The field lines as a map, once somebody asked for it; from then on it, not the lines, is the truth.
    headers: OnceLock<HeaderMap>,
    extensions: Option<Extensions>,
    captures: Captures,
    route: Option<&'static RouteInfo>,
    /// The matched pattern with the prefixes of the scopes around it.
    full_pattern: Option<&'static str>,
    client_addr: Option<SocketAddr>,
    security: Security,
    /// Whether the client came over TLS.
    is_secure: bool,
    /// The host that the client asked for, where a trusted proxy says it.
    forwarded_host: Option<Box<str>>,
    id: Option<RequestId>,
    body_limit: u64,
    /// Kept when the storage is used again: it is the same server's, and no core needs to count references to it.
    counters: Option<Counters>,
    /// The end of the server; kept for the same reason.
    shutdown: Option<Shutdown>,
    /// Which traces the server exports, where it exports any.
    #[cfg(feature = "otel")]
    sampling: Option<Sampling>,
}

impl Request {
    /// Makes a request for `target` in origin-form, without fields and body: for tests and for middleware that asks
    /// the rest of the chain something of its own.
    ///
    /// # Panics
    ///
    /// When `target` holds a byte that no origin-form target can hold.
    #[inline]
    pub fn new(method: Method, target: &str) -> Self {
        let valid =
            target.starts_with('/') && target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        assert!(valid, "expected an origin-form target such as \"/a?b\", found {target:?}");
        let mut request = Self::empty();
        request.parts_mut().id = Some(RequestId::generate());
        request.parts_mut().counters = None;
        request.parts_mut().shutdown = None;
        #[cfg(feature = "otel")]
        request.set_sampling(None);
        let head = &mut request.parts_mut().head;
        let path_len = target.find('?').unwrap_or(target.len());
        head.method = method;
        head.bytes.extend_from_slice(target.as_bytes());
        head.target = super::Span::new(0, target.len());
        head.path = super::Span::new(0, path_len);
        head.query = (path_len < target.len()).then(|| super::Span::new(path_len + 1, target.len()));
        request
    }

    /// Takes storage from the worker's pool; the connection fills in head, body and the rest.
    pub(crate) fn empty() -> Self {
        let mut parts = pool::take();
        parts.body_limit = u64::MAX;
        Self { parts: Apart::new(Some(parts)) }
    }

    /// Leaves an empty request behind and returns this one.
    pub(crate) fn take(&mut self) -> Self {
        mem::replace(self, Self::empty())
    }

    /// The same request without its body, for another who is to answer it.
    #[inline]
    pub(crate) fn without_body(&self) -> Self {
        let mut copy = Self::empty();
        let (own, parts) = (self.parts(), copy.parts_mut());
        parts.head = own.head.clone();
        parts.headers = own.headers.clone();
        parts.extensions = own.extensions.clone();
        parts.captures = own.captures;
        (parts.route, parts.full_pattern) = (own.route, own.full_pattern);
        (parts.client_addr, parts.id, parts.body_limit) = (own.client_addr, own.id.clone(), own.body_limit);
        (parts.is_secure, parts.forwarded_host) = (own.is_secure, own.forwarded_host.clone());
        (parts.counters, parts.shutdown) = (own.counters.clone(), own.shutdown.clone());
        #[cfg(feature = "otel")]
        {
            parts.sampling = own.sampling;
        }
        copy
    }

    /// The method, as received: methods are case-sensitive (RFC 9110 §9.1).
    pub fn method(&self) -> &Method {
        &self.parts().head.method
    }

    /// HTTP/1.0, HTTP/1.1 or HTTP/2.
    pub fn version(&self) -> Version {
        self.parts().head.version
    }

    /// The request target as received, in whichever form it came (RFC 9112 §3.2).
    pub fn target(&self) -> &str {
        let head = &self.parts().head;
        head.text(head.target)
    }

    /// The target's path, undecoded; `/` where an absolute-form has none, `*` for the asterisk-form.
    pub fn path(&self) -> &str {
        self.parts().head.path_text()
    }

    /// What follows the target's first `?`, undecoded; `None` where there is no `?`.
    pub fn query(&self) -> Option<&str> {
        let head = &self.parts().head;
        head.query.map(|span| head.text(span))
    }

    /// The target as a [`Uri`]; built on each call.
    ///
    /// What the `http` crate cannot hold is changed: a backtick in the path becomes `%60`, and a host with
    /// percent-encoded bytes, or with more than eight colons in brackets, is left out, so that `/` is left of CONNECT's.
    /// Of a target of more than 65,534 bytes the query is left out, or all but `/`.
    #[inline]
    pub fn uri(&self) -> Uri {
        self.parts().head.uri()
    }

    /// The value of the first field line called `name`, in any case; `None` where there is none or its value is not
    /// UTF-8. Scans the lines; builds no map.
    ///
    /// Where the target itself names a host, as `http://example.com/` does, that is the value of `host`, whatever the
    /// line says (RFC 9112 §3.2.2).
    pub fn header(&self, name: impl AsRef<str>) -> Option<&str> {
        let (parts, name) = (self.parts(), name.as_ref());
        let value = match parts.headers.get() {
            Some(map) => map.get(name)?.as_bytes(),
            None => parts.head.fields().find(|(line, _)| line.eq_ignore_ascii_case(name.as_bytes()))?.1,
        };
        std::str::from_utf8(value).ok()
    }

    /// The values of all field lines called `name`, in any case, in the order received.
    #[inline]
    pub fn header_values<'a>(&'a self, name: &'a str) -> FieldValues<'a> {
        let parts = self.parts();
        match parts.headers.get() {
            Some(map) => FieldValues(Source::Map(map.get_all(name).iter())),
            None => FieldValues(Source::Lines { head: &parts.head, next: 0, name }),
        }
    }

    /// Whether any field line's name begins with `If-`.
    #[inline]
    pub(crate) fn is_conditional(&self) -> bool {
        let parts = self.parts();
        let is_if = |name: &[u8]| name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(b"if-"));
        match parts.headers.get() {
            Some(map) => map.keys().any(|name| is_if(name.as_str().as_bytes())),
            None => parts.head.fields().any(|(name, _)| is_if(name)),
        }
    }

    /// The field lines as a map, built on first use.
    pub fn headers(&self) -> &HeaderMap {
        let parts = self.parts();
        parts.headers.get_or_init(|| header_map(&parts.head))
    }

    /// The map to change: what is changed here is what later readers, [`Request::header`] among them, see.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        self.headers();
        self.parts_mut().headers.get_mut().expect("built the line before")
    }

    /// The body, to read from where it is.
    pub fn body_mut(&mut self) -> &mut Body {
        &mut self.parts_mut().body
    }

    /// Takes the body and leaves an empty one.
    pub fn take_body(&mut self) -> Body {
        mem::take(&mut self.parts_mut().body)
    }

    /// Puts another body in, as a middleware does that decodes it.
    pub fn set_body(&mut self, body: Body) {
        self.parts_mut().body = body;
    }

    /// The most bytes of body that this request may have: the route's `body_limit`, or the server's `max_body`.
    pub fn body_limit(&self) -> u64 {
        self.parts().body_limit
    }

    /// The parameter `name` of the matched pattern, percent-decoded.
    ///
    /// `None` where the pattern has no such parameter, or where its text is not UTF-8 once decoded.
    #[inline]
    pub fn param(&self, name: &str) -> Option<Cow<'_, str>> {
        let index = self.param_names().position(|param| param == name)?;
        decode_param(self.raw_param(index)?).ok()
    }

    /// The names of the matched pattern's parameters, in order.
    pub(crate) fn param_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.matched_pattern().into_iter().flat_map(|pattern| pattern.param_names())
    }

    /// Which of the matched route's patterns matched.
    pub(crate) fn matched_pattern(&self) -> Option<&'static Pattern> {
        let parts = self.parts();
        parts.route.and_then(|route| route.patterns.get(parts.captures.pattern()))
    }

    /// The text of the pattern's parameter at `index`, undecoded.
    #[inline]
    pub(crate) fn raw_param(&self, index: usize) -> Option<&str> {
        let parts = self.parts();
        let (start, end) = parts.captures.get(index)?;
        std::str::from_utf8(parts.head.path().get(start..end)?).ok()
    }

    /// The route that the table matched; `None` in middleware of a server whose table has none for this request.
    pub fn matched_route(&self) -> Option<&'static RouteInfo> {
        self.parts().route
    }

    /// The address of the client: the peer's, or what a trusted proxy says. Its port is 0 where the proxy does not say it.
    ///
    /// `None` for transports without one, such as Unix sockets that no trusted proxy is at.
    pub fn client_addr(&self) -> Option<SocketAddr> {
        self.parts().client_addr
    }

    /// Whether the client came over TLS: to this server, or to the trusted proxy that says so.
    pub fn is_secure(&self) -> bool {
        self.parts().is_secure
    }

    /// The host that the client asked for, with its port where it named one: what a trusted proxy says, or `host`.
    ///
    /// Clients can ask for any; see [`SiteOrigin`](crate::SiteOrigin).
    pub fn host(&self) -> Option<&str> {
        match &self.parts().forwarded_host {
            Some(host) => Some(host),
            None => self.header(HOST),
        }
    }

    /// `https` where the client [came over TLS](Self::is_secure), or else `http`.
    pub fn scheme(&self) -> &'static str {
        if self.is_secure() { "https" } else { "http" }
    }

    /// The id of this request.
    pub fn id(&self) -> RequestId {
        self.parts().id.clone().unwrap_or_else(RequestId::generate)
    }

    /// What bridges to other libraries attached to this request.
    pub fn extensions(&self) -> Option<&Extensions> {
        self.parts().extensions.as_ref()
    }

    /// The same, to add to.
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        self.parts_mut().extensions.get_or_insert_default()
    }

    fn parts(&self) -> &Parts {
        self.parts.as_ref().expect("only drop takes the parts")
    }

    fn parts_mut(&mut self) -> &mut Parts {
        self.parts.as_mut().expect("only drop takes the parts")
    }
}

impl Drop for Request {
    // Where it is inlined, nothing is left to be dropped behind it.
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(parts) = self.parts.take() {
            pool::give(parts);
        }
    }
}

impl fmt::Debug for Request {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", self.method())
            .field("target", &self.target())
            .field("version", &self.version())
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

impl Parts {
    /// Empties everything but for the counters; the head keeps its capacity.
    pub(super) fn clear(&mut self) {
        self.head.clear();
        // Looked at first: most have none of these, and to drop what is not there costs as well.
        self.body.clear();
        if self.headers.get().is_some() {
            self.headers = OnceLock::new();
        }
        if self.extensions.is_some() {
            self.extensions = None;
        }
        self.captures.clear();
        self.route = None;
        self.full_pattern = None;
        self.client_addr = None;
        self.security.clear();
        self.is_secure = false;
        if self.forwarded_host.is_some() {
            self.forwarded_host = None;
        }
        self.id = None;
    }
}

/// Undoes the percent-encoding of a parameter's text, which few have.
///
/// # Errors
///
/// Where the decoded text is not UTF-8.
pub(crate) fn decode_param(raw: &str) -> Result<Cow<'_, str>, Utf8Error> {
    if raw.as_bytes().contains(&b'%') {
        return percent_encoding::percent_decode_str(raw).decode_utf8();
    }
    Ok(Cow::Borrowed(raw))
}

/// Builds the map; the parser has admitted only what `http` admits, so that no line is left out.
fn header_map(head: &RequestHead) -> HeaderMap {
    let mut map = HeaderMap::with_capacity(head.fields.len());
    for (name, value) in head.fields() {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            map.append(name, value);
        }
    }
    map
}
