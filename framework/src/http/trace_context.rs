//! Trace context: `traceparent` and `tracestate` (W3C Trace Context, <https://www.w3.org/TR/trace-context-1/>).
//!
//! ```text
//! traceparent = "00-" 32HEXDIGLC "-" 16HEXDIGLC "-" 2HEXDIGLC
//! ```
//!
//! Of a later version that is what stands in front, and a hyphen behind it where there is more; `ff` is none
//! (§3.2.2). Identifiers of only zeros are none, nor are several lines. Without a parent there is no state (§3.3.1).

use std::fmt;

#[cfg(feature = "otel")]
use super::RequestFacts;
use super::{Request, RequestId};
#[cfg(feature = "otel")]
use crate::observe::Sampling;

/// The length of a parent in version 00.
const PARENT_LEN: usize = 55;

/// The most bytes of state that are sent on; §3.3.1.5 asks for 512 at least.
const MOST_STATE: usize = 512;

/// The most members of a state; §3.3.1.1.
const MOST_MEMBERS: usize = 32;

/// The place of a request in a trace: what it was sent by, and what the requests that it causes are to be told.
///
/// It is an argument of handlers and middleware. Whoever asks another service sends [`TraceContext::fields`] along.
///
/// ```
/// use server::testing::Client;
/// use server::{Server, TraceContext, get, routes};
///
/// #[get("/order")]
/// async fn order(trace: TraceContext) -> String {
///     // What a client would be given as fields of its request.
///     trace.fields().map(|(name, value)| format!("{name}: {value}\n")).collect()
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::from(Server::new(routes![order]));
/// let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let response = client.get("/order").header("traceparent", parent).await;
/// let sent_on = response.text();
/// assert!(sent_on.starts_with("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-"));
/// assert!(!sent_on.contains("00f067aa0ba902b7"), "this request is the parent of those that it causes");
/// # }
/// ```
///
/// A request without a good `traceparent` begins a trace, which is called what the request is called, without hyphens; it
/// is not marked as sampled, as nobody is known who records it, unless `Server::traces` exports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    span_id: u64,
    parent_id: Option<u64>,
    flags: u8,
    state: Option<Box<str>>,
}

/// Set where whoever sent the request may have recorded it (§3.2.2.5.1).
const SAMPLED: u8 = 1;

impl TraceContext {
    /// Of a request as it came.
    pub(crate) fn of(request: &Request) -> Self {
        let mut parents = request.header_values("traceparent");
        let (first, second) = (parents.next(), parents.next());
        let parent = first.filter(|_| second.is_none());
        let context = Self::of_parent(parent, &request.id()).in_state(request.header_values("tracestate"));
        #[cfg(feature = "otel")]
        if let Some(sampling) = request.sampling() {
            return context.sampled_by(sampling);
        }
        context
    }

    /// Of a request whose facts alone are left.
    #[cfg(feature = "otel")]
    pub(crate) fn of_facts(facts: &RequestFacts) -> Self {
        let mut parents = facts.values("traceparent");
        let (first, second) = (parents.next(), parents.next());
        let parent = first.filter(|_| second.is_none());
        Self::of_parent(parent, facts.id()).in_state(facts.values("tracestate"))
    }

    /// With these lines of state, where there is a parent.
    fn in_state<'a>(self, lines: impl Iterator<Item = &'a [u8]>) -> Self {
        let state = self.parent_id.and_then(|_| state(lines));
        Self { state, ..self }
    }

    /// The same where this server chooses what is recorded.
    #[cfg(feature = "otel")]
    pub(crate) fn sampled_by(self, sampling: Sampling) -> Self {
        let parent = self.parent_id.map(|_| self.is_sampled());
        let flags = if sampling.admits(self.trace_id, parent) { SAMPLED } else { 0 };
        Self { flags, ..self }
    }

    /// The trace, this part of it, and its parent.
    #[cfg(feature = "otel")]
    pub(crate) fn bits(&self) -> (u128, u64, Option<u64>) {
        (self.trace_id, self.span_id, self.parent_id)
    }

    /// Of a request by this name with this `traceparent`, without the state.
    pub(crate) fn of_parent(parent: Option<&[u8]>, id: &RequestId) -> Self {
        let span_id = id.to_span_bits();
        match parent.and_then(Parent::parse) {
            Some(Parent { trace_id, parent_id, flags }) => {
                Self { trace_id, span_id, parent_id: Some(parent_id), flags, state: None }
            }
            None => Self { trace_id: id.to_trace_bits(), span_id, parent_id: None, flags: 0, state: None },
        }
    }

    /// The trace, in 32 hexadecimal digits.
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// This request as a part of the trace, in 16 hexadecimal digits.
    pub fn span_id(&self) -> String {
        format!("{:016x}", self.span_id)
    }

    /// The part of the trace that sent this request; `None` where the trace begins here.
    pub fn parent_id(&self) -> Option<String> {
        self.parent_id.map(|parent| format!("{parent:016x}"))
    }

    /// Whether whoever sent the request may have recorded it.
    pub fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// The `traceparent` for requests that this one causes.
    pub fn traceparent(&self) -> String {
        format!("00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, self.flags & SAMPLED)
    }

    /// The `tracestate` for requests that this one causes, as it was received; `None` where there was none, or a
    /// malformed one.
    pub fn tracestate(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The fields for requests that this one causes: `traceparent`, and `tracestate` where there is one.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, String)> {
        let state = self.state.as_deref().map(|state| ("tracestate", state.to_owned()));
        std::iter::once(("traceparent", self.traceparent())).chain(state)
    }

    /// [`TraceContext::trace_id`] without an allocation.
    pub(crate) fn trace_id_text(&self) -> [u8; 32] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut shift = 128;
        std::array::from_fn(|_| {
            shift -= 4;
            let nibble = (self.trace_id >> shift) as usize & 0xf;
            DIGITS.get(nibble).copied().unwrap_or(b'0')
        })
    }
}

/// Written as the `traceparent` to send on.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.traceparent())
    }
}

/// What a `traceparent` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parent {
    trace_id: u128,
    parent_id: u64,
    flags: u8,
}

impl Parent {
    fn parse(value: &[u8]) -> Option<Self> {
        let (parent, rest) = value.split_at_checked(PARENT_LEN)?;
        let mut parts = parent.split(|&byte| byte == b'-');
        let mut part = |len: usize| parts.next().filter(|part| part.len() == len).and_then(hex);
        let (version, trace_id, parent_id, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
        let fits = match version {
            0 => rest.is_empty(),
            0xff => false,
            _ => rest.is_empty() || rest.starts_with(b"-"),
        };
        let (parent_id, flags) = (u64::try_from(parent_id).ok()?, u8::try_from(flags).ok()?);
        (fits && trace_id != 0 && parent_id != 0).then_some(Self { trace_id, parent_id, flags })
    }
}

/// The number that lower-case hexadecimal digits write.
fn hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number: u128, &byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(digit))
    })
}

/// The lines of state as one, where all of them together are well-formed and not too long.
fn state<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<Box<str>> {
    let mut state = String::new();
    let mut keys: Vec<&[u8]> = Vec::new();
    for member in lines.flat_map(|line| line.split(|&byte| byte == b',')) {
        let member = trim(member);
        if member.is_empty() {
            continue;
        }
        let equals = member.iter().position(|&byte| byte == b'=')?;
        let (key, value) = member.split_at_checked(equals)?;
        let value = value.get(1..)?;
        if !is_key(key) || !is_value(value) || keys.contains(&key) || keys.len() == MOST_MEMBERS {
            return None;
        }
        keys.push(key);
        if !state.is_empty() {
            state.push(',');
        }
        state.push_str(std::str::from_utf8(member).ok()?);
        if state.len() > MOST_STATE {
            return None;
        }
    }
    (!state.is_empty()).then(|| state.into())
}

/// Without the optional white space around it (RFC 9110 §5.6.3).
fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// `lcalpha 0*255( lcalpha / DIGIT / "_" / "-"/ "*" / "/" )`, or `tenant@system` of 241 and 14 (§3.3.1.3.1).
fn is_key(key: &[u8]) -> bool {
    let is_part = |part: &[u8], most: usize, may_begin_with_digit: bool| {
        let begins = |byte: u8| byte.is_ascii_lowercase() || may_begin_with_digit && byte.is_ascii_digit();
        let goes_on = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'*' | b'/')
        };
        part.len() <= most
            && part
                .split_first()
                .is_some_and(|(&first, rest)| begins(first) && rest.iter().all(|&byte| goes_on(byte)))
    };
    let mut parts = key.split(|&byte| byte == b'@');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(key), None, _) => is_part(key, 256, false),
        (Some(tenant), Some(system), None) => is_part(tenant, 241, true) && is_part(system, 14, false),
        _ => false,
    }
}

/// Up to 256 printable ASCII characters but `,` and `=`, and no space at the end (§3.3.1.3.2).
fn is_value(value: &[u8]) -> bool {
    let is_allowed = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b',' | b'=');
    (1..=256).contains(&value.len()) && value.iter().all(|&byte| is_allowed(byte)) && !value.ends_with(b" ")
}

#[cfg(test)]
mod tests {
    use http::Method;
    use proptest::prelude::*;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";

    #[test]
    fn reads_what_the_grammar_admits_and_nothing_else() {
        let good = format!("00-{TRACE}-{PARENT}-01");
        let rows = [
            (good.clone(), Some(1)),
            (format!("00-{TRACE}-{PARENT}-00"), Some(0)),
            (format!("00-{TRACE}-{PARENT}-ff"), Some(0xff)),
            (format!("{good}-x"), None),
            (format!("{good}-"), None),
            (format!("{good} "), None),
            (format!(" {good}"), None),
            (format!("01-{TRACE}-{PARENT}-01"), Some(1)),
            (format!("01-{TRACE}-{PARENT}-01-more"), Some(1)),
            (format!("01-{TRACE}-{PARENT}-01-"), Some(1)),
            (format!("01-{TRACE}-{PARENT}-01more"), None),
            (format!("ff-{TRACE}-{PARENT}-01"), None),
            (format!("0-{TRACE}-{PARENT}-01"), None),
            (format!("0g-{TRACE}-{PARENT}-01"), None),
            (format!("00-{}-{PARENT}-01", TRACE.to_uppercase()), None),
            (format!("00-{}-{PARENT}-01", "0".repeat(32)), None),
            (format!("00-{TRACE}-{}-01", "0".repeat(16)), None),
            (format!("00-{TRACE}x-{PARENT}-1"), None),
            (format!("00_{TRACE}_{PARENT}_01"), None),
            (format!("00-{TRACE}-{PARENT}-1"), None),
            (format!("00-{TRACE}-{PARENT}-0+"), None),
            (String::new(), None),
        ];
        for (value, flags) in rows {
            let parent = Parent::parse(value.as_bytes());
            assert_eq!(parent.map(|parent| parent.flags), flags, "{value:?}");
            if let Some(Parent { trace_id, parent_id, .. }) = parent {
                assert_eq!(format!("{trace_id:032x}-{parent_id:016x}"), format!("{TRACE}-{PARENT}"));
            }
        }
    }

    #[track_caller]
    fn context(fields: &[(&str, &str)]) -> TraceContext {
        let mut request = Request::new(Method::GET, "/");
        for (name, value) in fields {
            let name = http::HeaderName::try_from(*name).unwrap();
            request.headers_mut().append(name, value.parse().unwrap());
        }
        TraceContext::of(&request)
    }

    #[test]
    fn sends_on_the_trace_under_a_parent_of_its_own() {
        let parent = format!("00-{TRACE}-{PARENT}-03");
        let context =
            context(&[("traceparent", &parent), ("tracestate", "a=1, b=2"), ("tracestate", "c@d=3")]);
        assert_eq!((context.trace_id().as_str(), context.parent_id().as_deref()), (TRACE, Some(PARENT)));
        assert!(context.is_sampled());
        assert_eq!(context.to_string(), format!("00-{TRACE}-{}-01", context.span_id()));
        assert_ne!(context.span_id(), PARENT);
        assert_eq!(context.tracestate(), Some("a=1,b=2,c@d=3"));
        assert_eq!(context.trace_id_text(), *TRACE.as_bytes());
        let names: Vec<_> = context.fields().map(|(name, _)| name).collect();
        assert_eq!(names, ["traceparent", "tracestate"]);
    }

    #[test]
    fn begins_a_trace_where_there_is_no_good_parent_and_drops_the_state() {
        let good = format!("00-{TRACE}-{PARENT}-01");
        let rows: [&[(&str, &str)]; 4] = [
            &[],
            &[("tracestate", "a=1")],
            &[("traceparent", "00-x"), ("tracestate", "a=1")],
            &[("traceparent", &good), ("traceparent", &good), ("tracestate", "a=1")],
        ];
        for fields in rows {
            let mut request = Request::new(Method::GET, "/");
            for (name, value) in fields {
                let name = http::HeaderName::try_from(*name).unwrap();
                request.headers_mut().append(name, value.parse().unwrap());
            }
            let context = TraceContext::of(&request);
            assert_eq!(context.trace_id(), request.id().to_string().replace('-', ""), "{fields:?}");
            assert_eq!((context.parent_id(), context.is_sampled()), (None, false));
            assert_eq!(context.tracestate(), None);
            assert_eq!(context, TraceContext::of(&request), "the same whenever it is asked for");
        }
    }

    #[test]
    fn a_malformed_state_is_dropped_and_the_parent_kept() {
        let parent = format!("00-{TRACE}-{PARENT}-01");
        let long = format!("a={}", "x".repeat(257));
        let many: Vec<_> = (0..33).map(|index| format!("k{index}=v")).collect();
        let many = many.join(",");
        let large = format!("a={0},b={0},c={0}", "x".repeat(200));
        for state in
            ["a", "=1", "A=1", "1=2", "a=", "a=1,a=2", "a=1=2", "a@b@c=1", "é=1", &long, &many, &large]
        {
            let Ok(_) = http::HeaderValue::from_bytes(state.as_bytes()) else { continue };
            let mut request = Request::new(Method::GET, "/");
            request.headers_mut().insert("traceparent", parent.parse().unwrap());
            let value = http::HeaderValue::from_bytes(state.as_bytes()).unwrap();
            request.headers_mut().insert("tracestate", value);
            let context = TraceContext::of(&request);
            assert_eq!((context.tracestate(), context.trace_id().as_str()), (None, TRACE), "{state}");
        }
        for state in ["1a@b=x y", "a=1,,b=2", " a=1 , b=2 "] {
            let context = context(&[("traceparent", &parent), ("tracestate", state)]);
            assert!(context.tracestate().is_some(), "{state}");
        }
    }

    proptest! {
        #[test]
        fn what_is_sent_on_is_read_back(value in "[0-9a-f-]{50,60}", state in "[a-c@=, 1]{0,20}") {
            let mut request = Request::new(Method::GET, "/");
            request.headers_mut().insert("traceparent", value.parse().unwrap());
            request.headers_mut().insert("tracestate", state.parse().unwrap());
            let context = TraceContext::of(&request);
            let parent = Parent::parse(context.traceparent().as_bytes()).unwrap();
            prop_assert_eq!(parent.trace_id, context.trace_id);
            prop_assert_eq!(parent.parent_id, context.span_id);
        }
    }
}
