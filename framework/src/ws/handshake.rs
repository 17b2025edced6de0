//! The opening handshake, as a server sees it (RFC 6455 §4.2): what makes a request one, and the key's answer.

use std::error::Error;
use std::fmt;

use http::header::{
    ALLOW, CONNECTION, CONTENT_LENGTH, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderName, HeaderValue, Method, StatusCode, Version};
use sha1::{Digest, Sha1};

use super::extensions::{self, Offer};
use crate::extract::base64;
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};

/// What the key is joined with, so that only who means WebSocket can answer (RFC 6455 §1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Bytes of a key, once decoded.
const KEY_LEN: usize = 16;

/// What an opening handshake asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Handshake {
    /// The value of `Sec-WebSocket-Accept`.
    pub(super) accept: String,
    /// The subprotocols that the client offers, in its order.
    pub(super) protocols: Vec<String>,
    /// The extensions that it offers.
    pub(super) extensions: Vec<Offer>,
}

impl Handshake {
    /// Reads a request (RFC 6455 §4.2.1).
    pub(super) fn read(request: &Request) -> Result<Self, UpgradeRejection> {
        let refuse = |fault| Err(UpgradeRejection { fault });
        if *request.method() != Method::GET {
            return refuse(Fault::Method(request.method().clone()));
        }
        // One of HTTP/2 reads as if it were one of HTTP/1.1 (RFC 8441).
        if !matches!(request.version(), Version::HTTP_11 | Version::HTTP_2) {
            return refuse(Fault::Version);
        }
        if !has_element(request, &UPGRADE, b"websocket") {
            return refuse(Fault::NoUpgrade);
        }
        if !has_element(request, &CONNECTION, b"upgrade") {
            return refuse(Fault::NoConnection);
        }
        if only(request, &SEC_WEBSOCKET_VERSION) != Some("13") {
            return refuse(Fault::WebSocketVersion);
        }
        let Some(key) = only(request, &SEC_WEBSOCKET_KEY).filter(|key| is_key(key)) else {
            return refuse(Fault::Key);
        };
        let has_length =
            request.header_values(CONTENT_LENGTH.as_str()).any(|len| len.iter().any(|&b| b != b'0'));
        if has_length || request.header(TRANSFER_ENCODING).is_some() {
            return refuse(Fault::Body);
        }
        let Some(protocols) = protocols(request) else { return refuse(Fault::Protocols) };
        let offered = request.header_values(SEC_WEBSOCKET_EXTENSIONS.as_str());
        let Some(extensions) = extensions::parse(offered) else { return refuse(Fault::Extensions) };
        Ok(Self { accept: accept(key), protocols, extensions })
    }
}

/// Whether one element of a field's lists is `token`, in any case.
fn has_element(request: &Request, name: &HeaderName, token: &[u8]) -> bool {
    request
        .header_values(name.as_str())
        .flat_map(|value| value.split(|&byte| byte == b','))
        .any(|element| element.trim_ascii().eq_ignore_ascii_case(token))
}

/// The value of a field that stands there once.
fn only<'a>(request: &'a Request, name: &'a HeaderName) -> Option<&'a str> {
    let mut values = request.header_values(name.as_str());
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    std::str::from_utf8(value).ok()
}

fn is_key(key: &str) -> bool {
    base64::decode(key).is_some_and(|bytes| bytes.len() == KEY_LEN)
}

/// The subprotocols offered (RFC 6455 §4.1, 10): tokens, each once; `None` where they are something else.
///
/// Empty elements are passed over, as in any list (RFC 9110 §5.6.1.2); a value without another element is none.
fn protocols(request: &Request) -> Option<Vec<String>> {
    let mut protocols = Vec::new();
    for value in request.header_values(SEC_WEBSOCKET_PROTOCOL.as_str()) {
        let before = protocols.len();
        let elements =
            std::str::from_utf8(value).ok()?.split(',').map(|element| element.trim_matches([' ', '\t']));
        for protocol in elements.filter(|element| !element.is_empty()) {
            if !is_token(protocol) || protocols.iter().any(|seen| seen == protocol) {
                return None;
            }
            protocols.push(protocol.to_owned());
        }
        if protocols.len() == before {
            return None;
        }
    }
    Some(protocols)
}

/// Whether `text` is a token (RFC 9110 §5.6.2).
pub(super) const fn is_token(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {}
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`'
            | b'|' | b'~' => {}
            _ => return false,
        }
        rest = more;
    }
    !text.is_empty()
}

/// The value of `Sec-WebSocket-Accept` for a key (RFC 6455 §4.2.2, 5.4).
fn accept(key: &str) -> String {
    let mut hash = Sha1::new();
    hash.update(key);
    hash.update(GUID);
    base64::encode(&hash.finalize())
}

/// Why a request does not open a WebSocket.
///
/// | what is wrong | status |
/// |---|---|
/// | another method than GET | 405 with `Allow: GET` |
/// | no `Upgrade: websocket` | 426 with `Upgrade: websocket` |
/// | `Sec-WebSocket-Version` is not 13 | 426 with `Sec-WebSocket-Version: 13` |
/// | HTTP/1.0, no `Connection: upgrade`, no key of 16 bytes, a body, a malformed list of subprotocols or extensions | 400 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeRejection {
    fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    Method(Method),
    Version,
    NoUpgrade,
    NoConnection,
    WebSocketVersion,
    Key,
    Body,
    Protocols,
    Extensions,
}

impl UpgradeRejection {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self.fault {
            Fault::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Fault::NoUpgrade | Fault::WebSocketVersion => StatusCode::UPGRADE_REQUIRED,
            Fault::Version
            | Fault::NoConnection
            | Fault::Key
            | Fault::Body
            | Fault::Protocols
            | Fault::Extensions => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for UpgradeRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Fault::Method(method) => write!(f, "a WebSocket is opened with GET, found {method}"),
            Fault::Version => f.write_str("a WebSocket is opened over HTTP/1.1, found HTTP/1.0"),
            Fault::NoUpgrade => f.write_str("only a WebSocket is here: expected `upgrade: websocket`"),
            Fault::NoConnection => f.write_str("header `connection`: expected `upgrade` to be named"),
            Fault::WebSocketVersion => f.write_str("header `sec-websocket-version`: expected 13"),
            Fault::Key => f.write_str("header `sec-websocket-key`: expected 16 bytes in base64, once"),
            Fault::Body => f.write_str("a WebSocket is opened without a body"),
            Fault::Protocols => {
                f.write_str("header `sec-websocket-protocol`: expected tokens between commas, each once")
            }
            Fault::Extensions => {
                f.write_str("header `sec-websocket-extensions`: expected a list such as `a; b=1, c`")
            }
        }
    }
}

impl Error for UpgradeRejection {}

impl IntoResponse for UpgradeRejection {
    fn into_response(self) -> Response {
        let problem = Problem::new(self.status()).detail(self.to_string());
        let websocket = HeaderValue::from_static("websocket");
        let problem = match self.fault {
            Fault::Method(_) => problem.header(ALLOW, HeaderValue::from_static("GET")),
            Fault::NoUpgrade => problem.header(UPGRADE, websocket),
            Fault::WebSocketVersion => {
                let version = HeaderValue::from_static("13");
                problem.header(UPGRADE, websocket).header(SEC_WEBSOCKET_VERSION, version)
            }
            Fault::Version
            | Fault::NoConnection
            | Fault::Key
            | Fault::Body
            | Fault::Protocols
            | Fault::Extensions => problem,
        };
        problem.into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields to set, to leave out where the value is empty, or to add where the name begins with `+`.
    type Changes = &'static [(&'static str, &'static str)];

    fn request(changes: Changes) -> Request {
        let mut request = Request::new(Method::GET, "/");
        let fields = [
            ("upgrade", "websocket"),
            ("connection", "Upgrade"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-version", "13"),
        ];
        for (name, value) in fields {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        for &(name, value) in changes {
            let headers = request.headers_mut();
            match name.strip_prefix('+') {
                Some(name) => {
                    headers.append(name, HeaderValue::from_static(value));
                }
                None => {
                    headers.remove(name);
                }
            }
            if !name.starts_with('+') && !value.is_empty() {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        request
    }

    #[test]
    fn answers_the_key_of_the_rfc() {
        let handshake = Handshake::read(&request(&[])).unwrap();
        assert_eq!(handshake.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert!(handshake.protocols.is_empty());
    }

    #[test]
    fn takes_what_says_the_same() {
        let rows: &[Changes] = &[
            &[("upgrade", "WebSocket")],
            &[("upgrade", "h2c, websocket")],
            &[("connection", "keep-alive, Upgrade")],
            &[("connection", "keep-alive"), ("+connection", "upgrade")],
            &[("content-length", "0")],
        ];
        for changes in rows {
            assert!(Handshake::read(&request(changes)).is_ok(), "{changes:?}");
        }
        let offered = request(&[("sec-websocket-protocol", ",a,, b,"), ("+sec-websocket-protocol", "c")]);
        assert_eq!(Handshake::read(&offered).unwrap().protocols, ["a", "b", "c"]);
    }

    #[test]
    fn refuses_each_fault_with_its_own_sentence() {
        let rows: &[(Changes, u16, &str)] = &[
            (&[("upgrade", "")], 426, "expected `upgrade: websocket`"),
            (&[("upgrade", "h2c")], 426, "expected `upgrade: websocket`"),
            (&[("upgrade", "websocket2")], 426, "expected `upgrade: websocket`"),
            (&[("connection", "")], 400, "`connection`"),
            (&[("connection", "keep-alive")], 400, "`connection`"),
            (&[("sec-websocket-version", "")], 426, "expected 13"),
            (&[("sec-websocket-version", "8")], 426, "expected 13"),
            (&[("sec-websocket-version", "13, 8")], 426, "expected 13"),
            (&[("+sec-websocket-version", "13")], 426, "expected 13"),
            (&[("sec-websocket-key", "")], 400, "16 bytes"),
            (&[("sec-websocket-key", "dGhlIHNhbXBsZSBub25j")], 400, "16 bytes"),
            (&[("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ")], 400, "16 bytes"),
            (&[("sec-websocket-key", "!GhlIHNhbXBsZSBub25jZQ==")], 400, "16 bytes"),
            (&[("+sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")], 400, "once"),
            (&[("content-length", "1")], 400, "without a body"),
            (&[("transfer-encoding", "chunked")], 400, "without a body"),
            (&[("sec-websocket-protocol", "a b")], 400, "tokens"),
            (&[("sec-websocket-protocol", " , ")], 400, "tokens"),
            (&[("sec-websocket-protocol", "a"), ("+sec-websocket-protocol", ",")], 400, "tokens"),
            (&[("sec-websocket-protocol", "a,a")], 400, "tokens"),
            (&[("sec-websocket-extensions", "a b")], 400, "`sec-websocket-extensions`"),
            (&[("sec-websocket-extensions", "a"), ("+sec-websocket-extensions", "")], 400, "a list"),
        ];
        for (changes, status, sentence) in rows {
            let refused = Handshake::read(&request(changes)).unwrap_err();
            assert_eq!(refused.status(), *status, "{changes:?}");
            assert!(refused.to_string().contains(sentence), "{changes:?}: {refused}");
        }
        let refused = Handshake::read(&Request::new(Method::HEAD, "/")).unwrap_err();
        assert_eq!(
            (refused.status().as_u16(), refused.to_string().as_str()),
            (405, "a WebSocket is opened with GET, found HEAD")
        );
    }
}
