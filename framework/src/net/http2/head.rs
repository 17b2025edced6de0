//! A request of HTTP/2 as one of ours (RFC 9113 §8.3).
//!
//! `h2` has decoded the header section, and reset the stream where it is malformed by RFC 9113 §8.2 and §8.3: pseudo-
//! fields that are missing, doubled or late, fields of a connection, names in upper case. What it gives is written down as
//! a head of HTTP/1.1 and read by the parser of those: so the same limits hold, the same grammar of targets and hosts, and
//! whoever is told of the request reads the same thing. No byte of it is ever taken for framing.

use h2::ext::Protocol;
use http::header::{CONNECTION, COOKIE, HOST, SEC_WEBSOCKET_KEY, TRANSFER_ENCODING};
use http::request::Parts;
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Method, Version};

use crate::h1::{Expect, Framing, HeadError, HeadLimits, HeadParser};
use crate::http::Request;
use crate::observe::{Http2Fault, ProtocolError};

/// A request whose head was read.
pub(super) struct Read {
    pub(super) request: Request,
    pub(super) asked: Asked,
}

/// What a head says beside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// How many bytes of body it announces.
    pub(super) len: Option<u64>,
    pub(super) expect: Expect,
    /// What it asks for besides an answer.
    pub(super) tunnel: Tunnel,
    /// Whether the resource is one of `https`.
    pub(super) is_https: bool,
}

/// The protocol that a CONNECT asks for (RFC 8441 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tunnel {
    /// Nothing of the kind.
    None,
    /// WebSocket: it reads as the GET that opens one over HTTP/1.1, so that the same routes and extractors answer it.
    WebSocket,
    /// One that is not spoken here.
    Unknown,
}

impl Tunnel {
    fn of(parts: &Parts) -> Self {
        match parts.extensions.get::<Protocol>().map(Protocol::as_str) {
            None => Self::None,
            Some("websocket") => Self::WebSocket,
            Some(_) => Self::Unknown,
        }
    }
}

/// The fields of HTTP/1.1 that a CONNECT for a WebSocket says by itself (RFC 8441 §5). The key is no client's: it
/// shows that a server of HTTP/1.1 has understood, and there is none on the way.
const UPGRADE: &[u8] =
    b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

/// What the request line of HTTP/1.1 ends with, and what ours says in its place: of the same length.
const WRITTEN: &[u8] = b"HTTP/1.1\r\n";
const SHOWN: &[u8] = b"HTTP/2.0\r\n";

/// Room for most heads; others grow.
const USUAL_LEN: usize = 512;

/// Makes a request of what `h2` has decoded.
///
/// # Errors
///
/// What is wrong with it; `head` holds it all the same, so that it can be told of.
pub(super) fn read(parts: &Parts, limits: &HeadLimits, head: &mut Vec<u8>) -> Result<Read, ProtocolError> {
    let (fault, line_len) = write(parts, head);
    let mut request = Request::empty();
    let parsed = HeadParser::default().parse(head, limits, request.head_mut());
    // The version stands at the line's end, and is as long.
    for bytes in [head, &mut request.head_mut().bytes] {
        let version = bytes.get_mut(line_len.saturating_sub(WRITTEN.len())..line_len);
        if let Some(version) = version.filter(|version| *version == WRITTEN) {
            version.copy_from_slice(SHOWN);
        }
    }
    // `None` cannot be: the empty line is there.
    let parsed = parsed?.ok_or(HeadError::HeadTooLarge)?;
    if let Some(fault) = fault {
        return Err(fault.into());
    }
    request.head_mut().version = Version::HTTP_2;
    request.head_mut().replace_host();
    let len = match parsed.framing {
        Framing::Sized(len) => Some(len),
        // Of HTTP/2 only the last frame tells.
        Framing::Empty | Framing::Chunked => None,
    };
    let (expect, tunnel) = (parsed.expect, Tunnel::of(parts));
    let is_https = parts.uri.scheme() == Some(&Scheme::HTTPS);
    Ok(Read { request, asked: Asked { len, expect, tunnel, is_https } })
}

/// Writes the head down; tells what of it no head of HTTP/1.1 would show, two hosts and what `h2` lets pass, and where its
/// first line ends.
fn write(parts: &Parts, head: &mut Vec<u8>) -> (Option<Http2Fault>, usize) {
    let Parts { method, uri, headers, .. } = parts;
    head.reserve(USUAL_LEN);
    let tunnel = Tunnel::of(parts);
    let authority = uri.authority().map(|authority| authority.as_str());
    let target = match (method, authority) {
        (&Method::CONNECT, Some(authority)) if tunnel == Tunnel::None => authority,
        _ => uri.path_and_query().map_or("/", |path| path.as_str()),
    };
    let method = if tunnel == Tunnel::None { method } else { &Method::GET };
    for part in [method.as_str().as_bytes(), b" ", target.as_bytes(), b" ", WRITTEN] {
        head.extend_from_slice(part);
    }
    let line_len = head.len();
    if let Some(authority) = authority {
        line(head, b"host", authority.as_bytes());
    }
    let fault = write_fields(headers, authority, head);
    if tunnel == Tunnel::WebSocket {
        head.extend_from_slice(UPGRADE);
    }
    head.extend_from_slice(b"\r\n");
    let is_possible = uri.scheme().is_none_or(is_possible);
    (if is_possible { fault } else { Some(Http2Fault::Head) }, line_len)
}

/// Whether a value has white space around it, as none may (RFC 9113 §8.2.1): a line of HTTP/1.1 would not show it.
fn is_padded(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    [bytes.first(), bytes.last()].into_iter().flatten().any(|byte| matches!(byte, b' ' | b'\t'))
}

/// Whether a scheme begins as one does (RFC 3986 §3.1), and is not empty.
fn is_possible(scheme: &Scheme) -> bool {
    scheme.as_str().starts_with(|first: char| first.is_ascii_alphabetic())
}

/// Writes the field lines; tells whether one names another host than the authority, in whose place it stands, or has white
/// space around its value.
fn write_fields(headers: &HeaderMap, authority: Option<&str>, head: &mut Vec<u8>) -> Option<Http2Fault> {
    let (mut conflict, mut padded, mut has_cookies) = (false, false, false);
    for (name, value) in headers {
        padded |= is_padded(value);
        match (name, authority) {
            (&HOST, Some(authority)) => {
                conflict |= !value.as_bytes().eq_ignore_ascii_case(authority.as_bytes());
            }
            // They come together.
            (&COOKIE, _) => has_cookies = true,
            // There are none of those.
            (&(TRANSFER_ENCODING | CONNECTION | SEC_WEBSOCKET_KEY), _) => {}
            _ => line(head, name.as_str().as_bytes(), value.as_bytes()),
        }
    }
    if has_cookies {
        write_cookies(headers, head);
    }
    if padded { Some(Http2Fault::Head) } else { conflict.then_some(Http2Fault::ConflictingHost) }
}

/// Cookies may come in lines of their own, which are one (RFC 9113 §8.2.3).
fn write_cookies(headers: &HeaderMap, head: &mut Vec<u8>) {
    let mut cookies = headers.get_all(COOKIE).iter().peekable();
    head.extend_from_slice(b"cookie: ");
    while let Some(cookie) = cookies.next() {
        head.extend_from_slice(cookie.as_bytes());
        head.extend_from_slice(if cookies.peek().is_some() { b"; " } else { b"\r\n" });
    }
}

fn line(head: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    for part in [name, b": ", value, b"\r\n"] {
        head.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Fields<'a> = &'a [(&'a str, &'a str)];

    fn read_uri(method: &str, uri: &str, fields: &[(&str, &str)]) -> Result<Read, ProtocolError> {
        let mut request = http::Request::builder().method(method).uri(uri).version(Version::HTTP_2);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        read(&parts, &HeadLimits { max_target: 40, max_head: 200, max_fields: 5 }, &mut Vec::new())
    }

    #[test]
    fn is_a_request_like_any_other() {
        let fields = [("cookie", "a=1"), ("x-one", "1"), ("cookie", "b=2"), ("content-length", "7")];
        let Read { request, asked: Asked { len, expect, .. } } =
            read_uri("PUT", "http://example.org/a?b=c", &fields).unwrap();
        assert_eq!((request.method(), request.target()), (&Method::PUT, "/a?b=c"));
        assert_eq!((request.path(), request.query()), ("/a", Some("b=c")));
        assert_eq!((request.version(), request.header("host")), (Version::HTTP_2, Some("example.org")));
        assert_eq!((request.header("cookie"), request.header("x-one")), (Some("a=1; b=2"), Some("1")));
        assert_eq!((len, expect), (Some(7), Expect::None));
        assert!(request.head().bytes.starts_with(b"PUT /a?b=c HTTP/2.0\r\nhost: example.org\r\n"));
    }

    #[test]
    fn names_its_fault() {
        let long = "/".repeat(41);
        let rows: [(&str, &str, Fields<'_>, &str); 12] = [
            ("GET", "http://a/", &[("host", "b")], "conflicting-host"),
            ("GET", "/", &[], "missing-host"),
            ("GET", "/", &[("host", "a"), ("host", "b")], "repeated-host"),
            ("GET", "/", &[("host", "a b")], "invalid-host"),
            ("GET", &long, &[("host", "a")], "target-too-long"),
            ("GET", "/%4", &[("host", "a")], "invalid-percent-encoding"),
            ("GET", "/", &[("host", "a"), ("x", &"y".repeat(200))], "head-too-large"),
            ("GET", "/", &[("host", "a"); 6], "repeated-host"),
            ("POST", "http://a/", &[("content-length", "+1")], "invalid-content-length"),
            ("GET", "http://a/", &[("x", " a")], "http2-malformed-head"),
            ("GET", "http://a/", &[("x", "a\t")], "http2-malformed-head"),
            ("GET", "http://a/", &[("cookie", "a=1 ")], "http2-malformed-head"),
        ];
        for (method, uri, fields, name) in rows {
            let fault = read_uri(method, uri, fields).map(|_| ()).unwrap_err();
            assert_eq!(fault.name(), name, "{method} {uri} {fields:?}");
        }
        assert!(read_uri("GET", "http://a/", &[("host", "A")]).is_ok());
    }
}
