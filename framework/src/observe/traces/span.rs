//! An exchange as a span of OTLP: `Span` of `opentelemetry/proto/trace/v1/trace.proto`, and the attributes of the semantic
//! conventions for servers of HTTP, version 1.23 and later.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use http::{Method, Version};

use super::protobuf::{
    Value, push_attribute, push_bytes, push_fixed32, push_fixed64, push_message, push_number,
};
use crate::http::TraceContext;
use crate::observe::{Ended, Exchange, Mask};

/// The field of `ScopeSpans` that spans are.
const SPANS: u32 = 2;

/// The field of `Span` that attributes are.
const ATTRIBUTES: u32 = 9;

/// `SPAN_KIND_SERVER`.
const SERVER: u64 = 2;

/// `STATUS_CODE_ERROR`.
const ERROR: u64 = 2;

/// It is known whether the parent is remote, and it is: `SpanFlags`.
const REMOTE_PARENT: u32 = 0x300;

/// It is known that there is no remote parent.
const NO_REMOTE_PARENT: u32 = 0x100;

/// What stands for methods that are not known, so that none can make names without end.
const OTHER: &str = "_OTHER";

/// Adds the span of an exchange that ended at `end`.
pub(super) fn push(
    out: &mut Vec<u8>,
    exchange: &Exchange,
    context: &TraceContext,
    mask: &Mask,
    end: SystemTime,
) {
    let end_nanos = end.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let start_nanos = end_nanos.saturating_sub(exchange.duration().as_nanos());
    let [start, end] = [start_nanos, end_nanos].map(|nanos| u64::try_from(nanos).unwrap_or(u64::MAX));
    let (trace_id, span_id, parent_id) = context.bits();
    push_message(out, SPANS, |out| {
        push_bytes(out, 1, &trace_id.to_be_bytes());
        push_bytes(out, 2, &span_id.to_be_bytes());
        if let Some(state) = context.tracestate() {
            push_bytes(out, 3, state.as_bytes());
        }
        if let Some(parent) = parent_id {
            push_bytes(out, 4, &parent.to_be_bytes());
        }
        push_bytes(out, 5, name(exchange).as_bytes());
        push_number(out, 6, SERVER);
        push_fixed64(out, 7, start);
        push_fixed64(out, 8, end);
        push_attributes(out, exchange, mask);
        if fault(exchange).is_some() {
            push_message(out, 15, |out| push_number(out, 3, ERROR));
        }
        let remote = if parent_id.is_some() { REMOTE_PARENT } else { NO_REMOTE_PARENT };
        push_fixed32(out, 16, remote | u32::from(context.is_sampled()));
    });
}

/// `{method} {route}`: of few values, whatever clients ask for.
fn name(exchange: &Exchange) -> Cow<'static, str> {
    let request = exchange.request();
    let method = request.method().and_then(known).unwrap_or("HTTP");
    match request.route() {
        Some(route) => Cow::Owned(format!("{method} {route}")),
        None => Cow::Borrowed(method),
    }
}

/// The method, where it is one of RFC 9110 §9.3 or RFC 5789.
fn known(method: &Method) -> Option<&'static str> {
    const KNOWN: [&str; 9] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE"];
    KNOWN.into_iter().find(|known| *known == method.as_str())
}

/// What went wrong on the server's side, in a word.
fn fault(exchange: &Exchange) -> Option<Cow<'static, str>> {
    match exchange.ended() {
        ended @ (Ended::BrokenOff | Ended::Cut) => Some(Cow::Borrowed(ended.name())),
        _ => exchange
            .status()
            .filter(|status| status.is_server_error())
            .map(|status| Cow::Owned(status.as_u16().to_string())),
    }
}

fn push_attributes(out: &mut Vec<u8>, exchange: &Exchange, mask: &Mask) {
    let request = exchange.request();
    let mut text = |key: &str, text: &str| push_attribute(out, ATTRIBUTES, key, Value::Text(text));
    if let Some(method) = request.method() {
        text("http.request.method", known(method).unwrap_or(OTHER));
        if known(method).is_none() {
            text("http.request.method_original", method.as_str());
        }
    }
    if let Some(target) = request.target() {
        let masked = mask.apply(target.as_bytes());
        let masked = String::from_utf8_lossy(&masked);
        let (path, query) = path_and_query(&masked);
        text("url.path", path);
        if let Some(query) = query {
            text("url.query", query);
        }
    }
    if let Some(route) = request.route() {
        text("http.route", route);
    }
    if let Some(version) = request.version() {
        text("network.protocol.version", version_name(version));
    }
    if let Some(agent) = request.header("user-agent") {
        text("user_agent.original", agent);
    }
    if let Some(addr) = request.client_addr() {
        text("client.address", &addr.ip().to_canonical().to_string());
    }
    if let Some(fault) = fault(exchange) {
        text("error.type", &fault);
    }
    text("fingerpost.request_id", &request.id().to_string());
    text("fingerpost.ended", exchange.ended().name());
    let mut number = |key: &str, number: u64| push_attribute(out, ATTRIBUTES, key, Value::Number(number));
    if let Some(status) = exchange.status() {
        number("http.response.status_code", u64::from(status.as_u16()));
    }
    if let Some(addr) = request.client_addr()
        && addr.port() != 0
    {
        number("client.port", u64::from(addr.port()));
    }
    number("http.request.size", exchange.bytes_in());
    number("http.response.size", exchange.bytes_out());
}

/// The path, and the query without its question mark, of a target in whichever form.
fn path_and_query(target: &str) -> (&str, Option<&str>) {
    let behind_authority = match target.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?']) => {
            rest.find(['/', '?']).and_then(|start| rest.get(start..)).unwrap_or_default()
        }
        Some(_) | None => target,
    };
    match behind_authority.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (behind_authority, None),
    }
}

fn version_name(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        _ => "1.1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_targets_apart() {
        let rows = [
            ("/", ("/", None)),
            ("/a?b=c?d", ("/a", Some("b=c?d"))),
            ("/a?u=http://b/", ("/a", Some("u=http://b/"))),
            ("/http://a/b", ("/http://a/b", None)),
            ("http://a/b?c", ("/b", Some("c"))),
            ("http://a?c", ("", Some("c"))),
            ("*", ("*", None)),
            ("a:443", ("a:443", None)),
        ];
        for (target, parts) in rows {
            assert_eq!(path_and_query(target), parts, "{target}");
        }
    }

    #[test]
    fn no_client_makes_names_of_its_own() {
        assert_eq!(known(&Method::PATCH), Some("PATCH"));
        assert_eq!(known(&Method::from_bytes(b"BREW").unwrap()), None);
        assert_eq!(known(&Method::from_bytes(b"get").unwrap()), None);
    }
}
