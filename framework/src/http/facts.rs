//! What is known of a request while it is answered, and after: for those who render its problem or tell of it.

use std::fmt;
use std::iter;
use std::net::SocketAddr;

use http::{Method, Version};
use memchr::memchr;

use super::{Accept, Request, RequestId};

/// What is known of a request whose answer is rendered or told of.
///
/// Of a request that could not be read to the end of its head it has what came before the fault: perhaps the method,
/// the target and some field lines, each well formed in itself; perhaps nothing but the id.
///
/// ```
/// use server::{Method, Request, RequestFacts};
///
/// let mut request = Request::new(Method::GET, "/users?page=2");
/// request.headers_mut().insert("accept", "text/html".parse()?);
///
/// let facts = RequestFacts::of(&request);
/// assert_eq!(facts.method(), Some(&Method::GET));
/// assert_eq!(facts.target(), Some("/users?page=2"));
/// assert_eq!(facts.header("accept"), Some("text/html"));
/// assert_eq!(facts.route(), None);
/// # Ok::<(), server::Error>(())
/// ```
pub struct RequestFacts {
    id: RequestId,
    client_addr: Option<SocketAddr>,
    route: Option<&'static str>,
    /// The elements of the head that were read, in its own form: it is taken apart when it is looked at.
    head: Vec<u8>,
    method: Option<Method>,
}

/// Where a request came from, and what it is called.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) id: RequestId,
    pub(crate) client_addr: Option<SocketAddr>,
    /// The pattern of the route that matched.
    pub(crate) route: Option<&'static str>,
}

impl RequestFacts {
    /// What is known of `request` as it is now; for tests of a renderer, say.
    #[inline]
    pub fn of(request: &Request) -> Self {
        let mut head =
            format!("{} {} {:?}\r\n", request.method(), request.target(), request.version()).into_bytes();
        for (name, value) in request.headers() {
            for part in [name.as_str().as_bytes(), b":", value.as_bytes(), b"\r\n"] {
                head.extend_from_slice(part);
            }
        }
        let (id, client_addr, route) = (request.id(), request.client_addr(), request.full_pattern());
        Self::new(Origin { id, client_addr, route }, &head)
    }

    /// Of `head` as it was received, or the part of it that holds whole elements.
    pub(crate) fn new(origin: Origin, head: &[u8]) -> Self {
        // An empty line may stand before it (RFC 9112 §2.2).
        let head = head.strip_prefix(b"\r\n").unwrap_or(head).to_vec();
        let method = element(&head).and_then(|(method, _)| Method::from_bytes(method).ok());
        Self { id: origin.id, client_addr: origin.client_addr, route: origin.route, head, method }
    }

    /// The request's id; one that could not be read has one as well.
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// The address of the client; `None` for transports without one.
    pub fn client_addr(&self) -> Option<SocketAddr> {
        self.client_addr
    }

    /// The method; `None` where the request broke off, or was malformed, before the method's end.
    pub fn method(&self) -> Option<&Method> {
        self.method.as_ref()
    }

    /// The request target as received; `None` where the request broke off, or was malformed, before the target's end.
    pub fn target(&self) -> Option<&str> {
        let (target, _) = element(self.after_method()?)?;
        std::str::from_utf8(target).ok()
    }

    /// The version; `None` where the request broke off, or was malformed, before the request line's end.
    pub fn version(&self) -> Option<Version> {
        let (_, rest) = element(self.after_method()?)?;
        match rest.get(..8)? {
            b"HTTP/1.0" => Some(Version::HTTP_10),
            b"HTTP/2.0" => Some(Version::HTTP_2),
            _ => Some(Version::HTTP_11),
        }
    }

    /// The value, as received, of the first field line called `name`, in any case; `None` where there is none or its
    /// value is not UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.values(name).next().and_then(|value| std::str::from_utf8(value).ok())
    }

    /// What the client takes for an answer; anything where it did not say.
    pub fn accept(&self) -> Accept {
        Accept::parse(self.values("accept"))
    }

    /// The pattern of the route that matched, with the prefixes of its scopes; `None` where none did.
    pub fn route(&self) -> Option<&'static str> {
        self.route
    }

    fn after_method(&self) -> Option<&[u8]> {
        element(&self.head).map(|(_, rest)| rest)
    }

    /// The values of the whole lines called `name`.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.fields()
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// The names and values of the whole lines.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest = memchr(b'\n', &self.head).and_then(|end| self.head.get(end + 1..)).unwrap_or_default();
        let lines = iter::from_fn(move || {
            // What does not end in a line feed is no whole line.
            let (line, behind) = rest.split_at_checked(memchr(b'\n', rest)? + 1)?;
            rest = behind;
            Some(line)
        });
        lines.filter_map(|line| {
            let line = line.strip_suffix(b"\r\n")?;
            let (name, value) = line.split_at_checked(memchr(b':', line)?)?;
            Some((name, value.get(1..)?.trim_ascii()))
        })
    }
}

impl fmt::Debug for RequestFacts {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestFacts")
            .field("id", &self.id)
            .field("client_addr", &self.client_addr)
            .field("method", &self.method())
            .field("target", &self.target())
            .field("route", &self.route)
            .finish_non_exhaustive()
    }
}

/// Takes what stands before the next space, which must be there: without it the element is not whole.
fn element(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|&byte| matches!(byte, b' ' | b'\r'))?;
    let (element, rest) = text.split_at_checked(end)?;
    Some((element, rest.strip_prefix(b" ")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn facts(head: &str) -> RequestFacts {
        let origin = Origin { id: RequestId::generate(), client_addr: None, route: None };
        RequestFacts::new(origin, head.as_bytes())
    }

    #[test]
    fn has_what_was_read_to_its_own_end() {
        let rows = [
            ("", None, None, None, None),
            ("GET ", Some("GET"), None, None, None),
            ("GET /a?b ", Some("GET"), Some("/a?b"), None, None),
            ("GET /a HTTP/1.0\r\n", Some("GET"), Some("/a"), Some(Version::HTTP_10), None),
            ("PUT * HTTP/1.1\r\nAccept: x\r\n", Some("PUT"), Some("*"), Some(Version::HTTP_11), Some("x")),
            (
                "\r\nA / HTTP/1.7\r\nb:c\r\naccept:\t y \r\n\r\n",
                Some("A"),
                Some("/"),
                Some(Version::HTTP_11),
                Some("y"),
            ),
        ];
        for (head, method, target, version, accept) in rows {
            let facts = facts(head);
            assert_eq!(facts.method().map(Method::as_str), method, "{head:?}");
            assert_eq!(facts.target(), target, "{head:?}");
            assert_eq!(facts.version(), version, "{head:?}");
            assert_eq!(facts.header("ACCEPT"), accept, "{head:?}");
        }
    }

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let facts = facts("GET / HTTP/1.1\r\nx-accept: 1\r\naccept-x: 2\r\nhost: accept:3\r\na: \r\n");
        assert_eq!((facts.header("accept"), facts.header("a")), (None, Some("")));
    }
}
