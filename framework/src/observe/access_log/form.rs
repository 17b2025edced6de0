//! What a line of the access log looks like.

use std::fmt::{Arguments, Debug, Display, Write};
use std::iter;
use std::net::{IpAddr, SocketAddr};

use http::StatusCode;

use super::escape::{push_apache, push_json, push_readable};
use super::mask::Mask;
use super::moment::Moment;
use crate::http::TraceContext;
use crate::observe::client_text::ClientText;
use crate::observe::{Ended, Exchange};

/// How the lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// An object of JSON.
    Json,
    /// Apache's combined format.
    Combined,
    /// For people.
    Readable { coloured: bool },
}

impl Form {
    /// Adds the line of an exchange, with its line feed.
    pub(super) fn push(self, line: &mut Vec<u8>, exchange: &Exchange, mask: &Mask) {
        let fields = Fields::of(exchange, mask);
        match self {
            Self::Json => fields.push_json(line),
            Self::Combined => fields.push_combined(line),
            Self::Readable { coloured } => fields.push_readable(line, coloured),
        }
        line.push(b'\n');
    }

    /// Adds a line that says that `dropped` others are missing.
    pub(super) fn push_dropped(self, line: &mut Vec<u8>, moment: &Moment, dropped: u64) {
        match self {
            Self::Json => {
                push_all(line, &[b"{\"time\":\"", moment.rfc_3339(), b"\",\"dropped\":"]);
                push_number(line, dropped);
                line.push(b'}');
            }
            // Apache writes a request line that it has not as "-", and so those who read it know what this is not.
            Self::Combined => {
                push_all(line, &[b"- - - [", moment.apache(), b"] \"-\" - - \"-\" \""]);
                push_number(line, dropped);
                line.extend_from_slice(b" lines dropped\"");
            }
            Self::Readable { .. } => {
                push_all(line, &[moment.time_of_day(), b" "]);
                push_number(line, dropped);
                line.extend_from_slice(b" lines dropped");
            }
        }
        line.push(b'\n');
    }
}

/// What of an exchange stands in its line.
struct Fields<'a> {
    exchange: &'a Exchange,
    moment: Moment,
    mask: &'a Mask,
    user_agent: Option<&'a [u8]>,
    referer: Option<&'a [u8]>,
    trace: TraceContext,
}

impl<'a> Fields<'a> {
    /// Looks at the head once.
    fn of(exchange: &'a Exchange, mask: &'a Mask) -> Self {
        let request = exchange.request();
        let (mut user_agent, mut referer, mut trace) = (None, None, None);
        let mut traces = 0;
        for (name, value) in request.fields() {
            // By length first: most fields are none of these.
            match name.len() {
                10 if name.eq_ignore_ascii_case(b"user-agent") => _ = user_agent.get_or_insert(value),
                7 if name.eq_ignore_ascii_case(b"referer") => _ = referer.get_or_insert(value),
                11 if name.eq_ignore_ascii_case(b"traceparent") => {
                    traces += 1;
                    trace = Some(value);
                }
                _ => {}
            }
        }
        let trace = TraceContext::of_parent(trace.filter(|_| traces == 1), request.id());
        let moment = Moment::of(exchange.ended_millis);
        Self { exchange, moment, mask, user_agent, referer, trace }
    }

    fn push_json(&self, line: &mut Vec<u8>) {
        let (exchange, request) = (self.exchange, self.exchange.request());
        push_all(line, &[b"{\"time\":\"", self.moment.rfc_3339(), b"\",\"request_id\":\""]);
        // No id has a byte that would have to be escaped.
        request.id().push(line);
        push_all(line, &[b"\",\"trace_id\":\"", &self.trace.trace_id_text(), b"\""]);
        if let Some(client) = request.client_addr() {
            line.extend_from_slice(b",\"client\":\"");
            push_client(line, client);
            line.push(b'"');
        }
        if let Some(method) = request.method() {
            push_all(line, &[b",\"method\":\"", method.as_str().as_bytes(), b"\""]);
        }
        if let Some(target) = request.target() {
            line.extend_from_slice(b",\"request_target\":");
            push_json(line, &self.mask.apply(target.as_bytes()));
        }
        if let Some(route) = request.route() {
            line.extend_from_slice(b",\"route\":");
            push_json(line, route.as_bytes());
        }
        if let Some(status) = exchange.status() {
            push_all(line, &[b",\"status\":", status.as_str().as_bytes()]);
        }
        for (name, number) in [
            (&b",\"bytes_in\":"[..], exchange.bytes_in()),
            (b",\"bytes_out\":", exchange.bytes_out()),
            (b",\"duration_us\":", exchange.duration_micros()),
        ] {
            line.extend_from_slice(name);
            push_number(line, number);
        }
        if let Some(agent) = self.user_agent {
            line.extend_from_slice(b",\"user_agent\":");
            push_json(line, agent);
        }
        push_all(line, &[b",\"ended\":\"", exchange.ended().name().as_bytes(), b"\"}"]);
    }

    /// `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`; `%b` counts the head as well.
    fn push_combined(&self, line: &mut Vec<u8>) {
        let (exchange, request) = (self.exchange, self.exchange.request());
        match request.client_addr() {
            Some(client) => push_display(line, client.ip()),
            None => line.push(b'-'),
        }
        push_all(line, &[b" - - [", self.moment.apache(), b"] \""]);
        match (request.method(), request.target()) {
            (Some(method), Some(target)) => {
                push_all(line, &[method.as_str().as_bytes(), b" "]);
                push_apache(line, &self.mask.apply(target.as_bytes()));
                if let Some(version) = request.version() {
                    line.push(b' ');
                    push_debug(line, version);
                }
            }
            (None | Some(_), _) => line.push(b'-'),
        }
        line.extend_from_slice(b"\" ");
        match exchange.status() {
            Some(status) => line.extend_from_slice(status.as_str().as_bytes()),
            None => line.push(b'-'),
        }
        line.push(b' ');
        push_number(line, exchange.bytes_out());
        for (value, is_reference) in [(self.referer, true), (self.user_agent, false)] {
            line.extend_from_slice(b" \"");
            match value {
                Some(value) if is_reference => push_apache(line, &self.mask.apply(value)),
                Some(value) => push_apache(line, value),
                None => line.push(b'-'),
            }
            line.push(b'"');
        }
    }

    fn push_readable(&self, line: &mut Vec<u8>, coloured: bool) {
        let (exchange, request) = (self.exchange, self.exchange.request());
        let status = exchange.status();
        let status = status.as_ref().map_or("---", StatusCode::as_str);
        let (begin, end) = if coloured { (colour(status), &b"\x1b[0m"[..]) } else { (&b""[..], &b""[..]) };
        push_all(line, &[self.moment.time_of_day(), b" ", begin, status.as_bytes(), end, b" "]);
        let method = request.method().map_or("-", |method| method.as_str());
        line.extend_from_slice(method.as_bytes());
        line.extend(iter::repeat_n(b' ', 6_usize.saturating_sub(method.len()) + 1));
        match request.target() {
            Some(target) => push_readable(line, &self.mask.apply(target.as_bytes())),
            None => line.push(b'-'),
        }
        line.push(b' ');
        push_display(line, format_args!("{:.1?}", exchange.duration()));
        if exchange.ended() != Ended::Done {
            push_all(line, &[b" ", exchange.ended().name().as_bytes()]);
        }
        if let Some(client) = request.client_addr() {
            line.push(b' ');
            push_client(line, client);
        }
        line.push(b' ');
        request.id().push(line);
    }
}

/// What switches on the colour of a status.
fn colour(status: &str) -> &'static [u8] {
    match status.as_bytes().first() {
        Some(b'1' | b'2') => b"\x1b[32m",
        Some(b'3') => b"\x1b[36m",
        Some(b'4') => b"\x1b[33m",
        _ => b"\x1b[31m",
    }
}

#[inline(never)]
fn push_all(line: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        line.extend_from_slice(part);
    }
}

#[inline(never)]
fn push_number(line: &mut Vec<u8>, number: u64) {
    line.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Adds a client's address as [`ClientText`] shows it; most are of four numbers, which need no `fmt`.
fn push_client(line: &mut Vec<u8>, client: SocketAddr) {
    let IpAddr::V4(ip) = client.ip() else { return push_display(line, ClientText(client)) };
    for (index, octet) in ip.octets().into_iter().enumerate() {
        if index > 0 {
            line.push(b'.');
        }
        push_number(line, octet.into());
    }
    if client.port() != 0 {
        line.push(b':');
        push_number(line, client.port().into());
    }
}

fn push_display(line: &mut Vec<u8>, value: impl Display) {
    push_arguments(line, format_args!("{value}"));
}

fn push_debug(line: &mut Vec<u8>, value: impl Debug) {
    push_arguments(line, format_args!("{value:?}"));
}

fn push_arguments(line: &mut Vec<u8>, arguments: Arguments<'_>) {
    // A `Vec` takes everything.
    let _ = WriteTo(line).write_fmt(arguments);
}

/// Lets `fmt` write to bytes.
struct WriteTo<'a>(&'a mut Vec<u8>);

impl Write for WriteTo<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_written_as_it_is_shown() {
        for addr in ["203.0.113.7:51034", "203.0.113.7:0", "[2001:db8::7]:51034", "[2001:db8::7]:0"] {
            let client: SocketAddr = addr.parse().unwrap();
            let mut line = Vec::new();
            push_client(&mut line, client);
            assert_eq!(String::from_utf8(line).unwrap(), ClientText(client).to_string());
        }
    }
}
