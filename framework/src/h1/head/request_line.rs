//! `method SP request-target SP HTTP-version CRLF` (RFC 9112 §3), resumable between any two bytes.
//!
//! ```text
//! Method ─SP→ Target ─"/"────────────→ Path ─"?"→ Query ─SP→ Version ─CRLF→ header section
//!                    ├─"http://"→ Absolute ─"/"┘     ↑          ↑
//!                    │                ├─────"?"──────┘          │
//!                    │                └─────────SP──────────────┤
//!                    ├─"*", for OPTIONS → Asterisk ──────SP─────┤
//!                    └─CONNECT → Tunnel ─────────────────SP─────┘
//! ```

use http::{Method, Version};

use super::HeadLimits;
use crate::h1::HeadError;
use crate::h1::ascii::{AUTHORITY, TOKEN, skip};
use crate::h1::authority::{Authority, parse_authority};
use crate::h1::words::skip_target;
use crate::http::{RequestHead, Span};

/// Bytes of a method; the longest registered one has 17.
const MAX_METHOD: usize = 64;
/// `HTTP/1.1` and its CRLF.
const VERSION_LEN: usize = 10;

/// Where the reading of a request line stands.
///
/// Each part is a step that moves on to the next place, or stays where the input ends and notes how far it came.
#[derive(Debug, Default)]
pub(super) struct RequestLine {
    place: Place,
    /// How far the line was read; all before it is good.
    position: usize,
    /// Where the target begins.
    target: usize,
}

/// The part of the line that [`RequestLine::position`] lies in, with the offset at which that part began.
#[derive(Clone, Copy, Debug, Default)]
enum Place {
    #[default]
    Method,
    /// The target's first bytes, which tell its form.
    Target,
    /// The authority of an absolute-form.
    Absolute {
        start: usize,
    },
    /// The authority-form of CONNECT.
    Tunnel,
    /// The asterisk-form of OPTIONS; the space behind it.
    Asterisk,
    Path {
        start: usize,
    },
    Query {
        start: usize,
    },
    Version,
}

impl RequestLine {
    /// Reads on; gives the line's length once it is complete.
    #[inline]
    pub(super) fn parse(
        &mut self,
        input: &[u8],
        limits: &HeadLimits,
        head: &mut RequestHead,
    ) -> Result<Option<usize>, HeadError> {
        if let Place::Method = self.place {
            let rest = self.method(input, head)?;
            self.position = input.len() - rest.len();
        }
        if self.is_in_target() {
            // No byte beyond the limit is looked at but the space that ends the target.
            let bound = self.target.saturating_add(limits.max_target);
            let window = input.get(..=bound).unwrap_or(input);
            let rest = self.target(window, head)?;
            self.position = window.len() - rest.len();
            if self.is_in_target() && input.len() > bound {
                return Err(HeadError::TargetTooLong);
            }
        }
        if let Place::Version = self.place { self.version(input, head) } else { Ok(None) }
    }

    /// Whether nothing of the line was read.
    pub(super) fn is_at_start(&self) -> bool {
        self.position == 0
    }

    /// How far the line was read; what lies before is not looked at again.
    #[cfg(test)]
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// How many bytes hold whole elements: the method, the target; each with the space behind it.
    pub(super) fn good_len(&self) -> usize {
        match self.place {
            Place::Method => 0,
            Place::Target
            | Place::Absolute { .. }
            | Place::Tunnel
            | Place::Asterisk
            | Place::Path { .. }
            | Place::Query { .. } => self.target,
            Place::Version => self.position,
        }
    }

    /// Whether the line ended, so far, within its target.
    pub(super) fn is_in_target(&self) -> bool {
        !matches!(self.place, Place::Method | Place::Version)
    }

    /// Reads the method, and gives what is behind it.
    #[inline]
    fn method<'a>(&mut self, input: &'a [u8], head: &mut RequestHead) -> Result<&'a [u8], HeadError> {
        // The commonest one, and what an emptied head has.
        if let Some((b"GET ", behind)) = input.split_first_chunk() {
            self.place = Place::Target;
            self.target = 4;
            return Ok(behind);
        }
        let rest = skip(input.get(self.position..).unwrap_or_default(), TOKEN);
        let end = input.len() - rest.len();
        if end > MAX_METHOD {
            return Err(HeadError::MethodTooLong);
        }
        let behind = match rest {
            [b' ', behind @ ..] => behind,
            [b'\n', ..] => return Err(HeadError::BareLf),
            [found, ..] => return Err(HeadError::InvalidMethod(*found)),
            [] => return Ok(rest),
        };
        let name = input.get(..end).unwrap_or_default();
        head.method = Method::from_bytes(name).map_err(|_| HeadError::InvalidMethod(b' '))?;
        self.target = end + 1;
        self.place = Place::Target;
        Ok(behind)
    }

    /// Reads on in the target, which `input` holds no more than one byte beyond the longest of; gives what is left.
    #[inline]
    fn target<'a>(&mut self, input: &'a [u8], head: &mut RequestHead) -> Result<&'a [u8], HeadError> {
        let mut rest = input.get(self.position..).unwrap_or_default();
        if let Place::Target = self.place {
            rest = self.form(rest, &head.method)?;
        }
        match self.place {
            Place::Absolute { start } => rest = self.absolute(start, input, rest, head)?,
            Place::Tunnel => rest = self.tunnel(input, rest, head)?,
            Place::Asterisk => rest = self.asterisk(rest, head)?,
            Place::Method | Place::Target | Place::Path { .. } | Place::Query { .. } | Place::Version => {}
        }
        if let Place::Path { start } = self.place {
            rest = self.path(start, input, rest, head)?;
        }
        if let Place::Query { start } = self.place {
            rest = self.query(start, input, rest, head)?;
        }
        Ok(rest)
    }

    /// Tells the target's form by its first bytes.
    #[inline]
    fn form<'a>(&mut self, rest: &'a [u8], method: &Method) -> Result<&'a [u8], HeadError> {
        match rest {
            [b'/', behind @ ..] if *method != Method::CONNECT => {
                self.place = Place::Path { start: self.target };
                Ok(behind)
            }
            _ => self.other_form(rest, method),
        }
    }

    #[cold]
    fn other_form<'a>(&mut self, rest: &'a [u8], method: &Method) -> Result<&'a [u8], HeadError> {
        match rest {
            [] => {}
            _ if *method == Method::CONNECT => self.place = Place::Tunnel,
            [b'*', behind @ ..] if *method == Method::OPTIONS => {
                self.place = Place::Asterisk;
                return Ok(behind);
            }
            [b'h' | b'H', ..] => return self.scheme(rest),
            [b'*' | b'a'..=b'z' | b'A'..=b'Z', ..] => return Err(HeadError::UnexpectedTargetForm),
            [b'\n', ..] => return Err(HeadError::BareLf),
            [found, ..] => return Err(HeadError::InvalidTarget(*found)),
        }
        Ok(rest)
    }

    /// Takes `http://` or `https://`, in any case.
    fn scheme<'a>(&mut self, rest: &'a [u8]) -> Result<&'a [u8], HeadError> {
        for scheme in [b"http://".as_slice(), b"https://"] {
            let (start, behind) = rest.split_at_checked(scheme.len()).unwrap_or((rest, &[]));
            if scheme.get(..start.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(start)) {
                if start.len() < scheme.len() {
                    return Ok(rest);
                }
                self.place = Place::Absolute { start: self.target + start.len() };
                return Ok(behind);
            }
        }
        Err(HeadError::UnexpectedTargetForm)
    }

    #[cold]
    fn absolute<'a>(
        &mut self,
        start: usize,
        input: &'a [u8],
        rest: &'a [u8],
        head: &mut RequestHead,
    ) -> Result<&'a [u8], HeadError> {
        let rest = skip(rest, AUTHORITY);
        let end = input.len() - rest.len();
        let (next, behind) = match rest {
            [b'/', behind @ ..] => (Place::Path { start: end }, behind),
            [b'?', behind @ ..] => (Place::Query { start: end + 1 }, behind),
            [b' ', behind @ ..] => (Place::Version, behind),
            [found, ..] => return Err(target_fault(*found)),
            [] => return Ok(rest),
        };
        // An http URI with an empty host is invalid (RFC 9110 §4.2.1).
        match input.get(start..end).and_then(parse_authority) {
            Some(Authority { host_len: 1.., .. }) => {}
            Some(_) | None => return Err(HeadError::InvalidAuthority),
        }
        head.authority = Some(Span::new(start, end));
        head.target = Span::new(self.target, end);
        head.path = Span::new(end, end);
        self.place = next;
        Ok(behind)
    }

    /// `uri-host ":" port` (RFC 9112 §3.2.3): the port must be there.
    #[cold]
    fn tunnel<'a>(
        &mut self,
        input: &'a [u8],
        rest: &'a [u8],
        head: &mut RequestHead,
    ) -> Result<&'a [u8], HeadError> {
        let rest = skip(rest, AUTHORITY);
        let end = input.len() - rest.len();
        let behind = match rest {
            [b' ', behind @ ..] => behind,
            [found, ..] => return Err(target_fault(*found)),
            [] => return Ok(rest),
        };
        match input.get(self.target..end).and_then(parse_authority) {
            Some(Authority { host_len: 1.., port: Some(_) }) => {}
            Some(_) | None => return Err(HeadError::InvalidAuthority),
        }
        head.target = Span::new(self.target, end);
        head.authority = Some(head.target);
        self.place = Place::Version;
        Ok(behind)
    }

    #[cold]
    fn asterisk<'a>(&mut self, rest: &'a [u8], head: &mut RequestHead) -> Result<&'a [u8], HeadError> {
        match rest {
            [b' ', behind @ ..] => {
                head.target = Span::new(self.target, self.target + 1);
                head.path = head.target;
                self.place = Place::Version;
                Ok(behind)
            }
            [found, ..] => Err(target_fault(*found)),
            [] => Ok(rest),
        }
    }

    #[inline]
    fn path<'a>(
        &mut self,
        start: usize,
        input: &'a [u8],
        rest: &'a [u8],
        head: &mut RequestHead,
    ) -> Result<&'a [u8], HeadError> {
        let rest = skip_uri(rest)?;
        let end = input.len() - rest.len();
        let (next, behind) = match rest {
            [b' ', behind @ ..] => (Place::Version, behind),
            [b'?', behind @ ..] => (Place::Query { start: end + 1 }, behind),
            [] | [b'%', ..] => return Ok(rest),
            [found, ..] => return Err(target_fault(*found)),
        };
        head.path = Span::new(start, end);
        head.target = Span::new(self.target, end);
        self.place = next;
        Ok(behind)
    }

    fn query<'a>(
        &mut self,
        start: usize,
        input: &'a [u8],
        mut rest: &'a [u8],
        head: &mut RequestHead,
    ) -> Result<&'a [u8], HeadError> {
        loop {
            rest = skip_uri(rest)?;
            match rest {
                [b' ', behind @ ..] => {
                    let end = input.len() - rest.len();
                    head.query = Some(Span::new(start, end));
                    head.target = Span::new(self.target, end);
                    self.place = Place::Version;
                    return Ok(behind);
                }
                // A question mark is an ordinary character of a query.
                [b'?', behind @ ..] => rest = behind,
                [] | [b'%', ..] => return Ok(rest),
                [found, ..] => return Err(target_fault(*found)),
            }
        }
    }

    /// Reads the version and the line's end; at most ten bytes, so that looking at them again costs nothing.
    #[inline]
    fn version(&self, input: &[u8], head: &mut RequestHead) -> Result<Option<usize>, HeadError> {
        const HTTP_10: u64 = u64::from_le_bytes(*b"HTTP/1.0");
        const HTTP_11: u64 = u64::from_le_bytes(*b"HTTP/1.1");
        let rest = input.get(self.position..).unwrap_or_default();
        let usual = match rest.split_first_chunk::<8>() {
            Some((version, [b'\r', b'\n', ..])) => match u64::from_le_bytes(*version) {
                HTTP_11 => Some(Version::HTTP_11),
                HTTP_10 => Some(Version::HTTP_10),
                _ => None,
            },
            Some(_) | None => None,
        };
        head.version = match usual {
            Some(version) => version,
            None if later_version(rest)? => Version::HTTP_11,
            None => return Ok(None),
        };
        Ok(Some(self.position + VERSION_LEN))
    }
}

/// Checks that `rest` begins as a version does: `HTTP/` DIGIT `.` DIGIT CRLF (RFC 9112 §2.3).
///
/// Gives whether all of one is there, which is then a minor version served as the one we have (RFC 9110 §2.5).
#[cold]
fn later_version(rest: &[u8]) -> Result<bool, HeadError> {
    for (&found, expected) in rest.iter().zip(b"HTTP/0.0\r\n") {
        match (*expected, found) {
            (b'0', b'0'..=b'9') => {}
            (expected, found) if expected == found && expected != b'0' => {}
            (b'\r', b'\n') => return Err(HeadError::BareLf),
            (b'\n', _) => return Err(HeadError::BareCr),
            _ => return Err(HeadError::InvalidVersion(found)),
        }
    }
    match rest.first_chunk::<VERSION_LEN>() {
        None => Ok(false),
        Some([_, _, _, _, _, b'1', ..]) => Ok(true),
        Some(_) => Err(HeadError::UnsupportedVersion),
    }
}

/// `bytes` from the first one on that a path cannot hold.
///
/// That is `%` only where the input ends within it and its digits.
#[inline]
fn skip_uri(bytes: &[u8]) -> Result<&[u8], HeadError> {
    let rest = skip_target(bytes);
    if let [b'%', ..] = rest { skip_encoded(rest) } else { Ok(rest) }
}

/// The same, where a `%` comes first.
fn skip_encoded(bytes: &[u8]) -> Result<&[u8], HeadError> {
    let mut rest = bytes;
    loop {
        match rest {
            [b'%', high, low, behind @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = skip_target(behind);
            }
            [b'%'] => return Ok(rest),
            [b'%', high] if high.is_ascii_hexdigit() => return Ok(rest),
            [b'%', ..] => return Err(HeadError::InvalidPercentEncoding),
            _ => return Ok(rest),
        }
    }
}

/// The fault of a target that is followed by `found`.
#[cold]
fn target_fault(found: u8) -> HeadError {
    match found {
        b'\r' => HeadError::MissingVersion,
        b'\n' => HeadError::BareLf,
        found => HeadError::InvalidTarget(found),
    }
}
