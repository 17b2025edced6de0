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
use crate::h1::ascii::{AUTHORITY, TARGET, TOKEN, run_len};
use crate::h1::authority::{Authority, parse_authority};
use crate::http::{RequestHead, Span};

/// Bytes of a method; the longest registered one has 17.
const MAX_METHOD: usize = 64;
/// `HTTP/1.1` and its CRLF.
const VERSION_LEN: usize = 10;

/// Where the reading of a request line stands.
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

/// What a step came to.
enum Step {
    /// Go on at this place, this many bytes from the line's start.
    To(Place, usize),
    /// The input ends here; all before is good.
    Pause(usize),
}

impl RequestLine {
    /// Reads on; gives the line's length once it is complete.
    pub(super) fn parse(
        &mut self,
        input: &[u8],
        limits: &HeadLimits,
        head: &mut RequestHead,
    ) -> Result<Option<usize>, HeadError> {
        loop {
            let step = match self.place {
                Place::Method => self.method(input, head)?,
                Place::Version => return self.version(input, head),
                Place::Target
                | Place::Absolute { .. }
                | Place::Tunnel
                | Place::Asterisk
                | Place::Path { .. }
                | Place::Query { .. } => self.target(input, limits, head)?,
            };
            match step {
                Step::To(place, position) => (self.place, self.position) = (place, position),
                Step::Pause(position) => {
                    self.position = position;
                    return Ok(None);
                }
            }
        }
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

    fn method(&mut self, input: &[u8], head: &mut RequestHead) -> Result<Step, HeadError> {
        let end = self.position + run_len(input.get(self.position..).unwrap_or_default(), TOKEN);
        if end > MAX_METHOD {
            return Err(HeadError::MethodTooLong);
        }
        match input.get(end) {
            Some(b' ') => {
                let method = input.get(..end).unwrap_or_default();
                head.method = Method::from_bytes(method).map_err(|_| HeadError::InvalidMethod(b' '))?;
                self.target = end + 1;
                Ok(Step::To(Place::Target, end + 1))
            }
            Some(b'\n') => Err(HeadError::BareLf),
            Some(found) => Err(HeadError::InvalidMethod(*found)),
            None => Ok(Step::Pause(end)),
        }
    }

    /// Takes one step in the target, of which no byte beyond the limit is looked at but the space that ends it.
    fn target(&self, input: &[u8], limits: &HeadLimits, head: &mut RequestHead) -> Result<Step, HeadError> {
        let bound = self.target.saturating_add(limits.max_target);
        let window = input.get(..=bound).unwrap_or(input);
        let rest = window.get(self.position..).unwrap_or_default();
        let step = match self.place {
            Place::Absolute { start } => self.absolute(start, window, head)?,
            Place::Tunnel => self.tunnel(window, head)?,
            Place::Asterisk => self.asterisk(rest, head)?,
            Place::Path { start } => self.path(start, window, head)?,
            Place::Query { start } => self.query(start, window, head)?,
            Place::Target | Place::Method | Place::Version => self.form(rest, &head.method)?,
        };
        match step {
            Step::Pause(_) if input.len() > bound => Err(HeadError::TargetTooLong),
            Step::Pause(_) | Step::To(..) => Ok(step),
        }
    }

    /// Tells the target's form by its first bytes.
    fn form(&self, rest: &[u8], method: &Method) -> Result<Step, HeadError> {
        match rest.first() {
            None => return Ok(Step::Pause(self.position)),
            Some(_) if *method == Method::CONNECT => return Ok(Step::To(Place::Tunnel, self.position)),
            Some(b'/') => return Ok(Step::To(Place::Path { start: self.position }, self.position + 1)),
            Some(b'*') if *method == Method::OPTIONS => {
                return Ok(Step::To(Place::Asterisk, self.position + 1));
            }
            Some(b'h' | b'H') => {}
            Some(b'*' | b'a'..=b'z' | b'A'..=b'Z') => return Err(HeadError::UnexpectedTargetForm),
            Some(b'\n') => return Err(HeadError::BareLf),
            Some(found) => return Err(HeadError::InvalidTarget(*found)),
        }
        for scheme in [b"http://".as_slice(), b"https://"] {
            let len = scheme.len().min(rest.len());
            if scheme.get(..len).zip(rest.get(..len)).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b)) {
                let start = self.position + len;
                let whole = len == scheme.len();
                return Ok(if whole {
                    Step::To(Place::Absolute { start }, start)
                } else {
                    Step::Pause(self.position)
                });
            }
        }
        Err(HeadError::UnexpectedTargetForm)
    }

    fn absolute(&self, start: usize, input: &[u8], head: &mut RequestHead) -> Result<Step, HeadError> {
        let end = self.position + run_len(input.get(self.position..).unwrap_or_default(), AUTHORITY);
        let next = match input.get(end) {
            Some(b'/') => Step::To(Place::Path { start: end }, end + 1),
            Some(b'?') => Step::To(Place::Query { start: end + 1 }, end + 1),
            Some(b' ') => Step::To(Place::Version, end + 1),
            Some(found) => return Err(target_fault(*found)),
            None => return Ok(Step::Pause(end)),
        };
        // An http URI with an empty host is invalid (RFC 9110 §4.2.1).
        match input.get(start..end).and_then(parse_authority) {
            Some(Authority { host_len: 1.., .. }) => {}
            Some(_) | None => return Err(HeadError::InvalidAuthority),
        }
        head.authority = Some(Span::new(start, end));
        head.target = Span::new(self.target, end);
        head.path = Span::new(end, end);
        Ok(next)
    }

    /// `uri-host ":" port` (RFC 9112 §3.2.3): the port must be there.
    fn tunnel(&self, input: &[u8], head: &mut RequestHead) -> Result<Step, HeadError> {
        let end = self.position + run_len(input.get(self.position..).unwrap_or_default(), AUTHORITY);
        match input.get(end) {
            Some(b' ') => {}
            Some(found) => return Err(target_fault(*found)),
            None => return Ok(Step::Pause(end)),
        }
        match input.get(self.target..end).and_then(parse_authority) {
            Some(Authority { host_len: 1.., port: Some(_) }) => {}
            Some(_) | None => return Err(HeadError::InvalidAuthority),
        }
        head.authority = Some(Span::new(self.target, end));
        head.target = Span::new(self.target, end);
        Ok(Step::To(Place::Version, end + 1))
    }

    fn asterisk(&self, rest: &[u8], head: &mut RequestHead) -> Result<Step, HeadError> {
        match rest.first() {
            Some(b' ') => {}
            Some(found) => return Err(target_fault(*found)),
            None => return Ok(Step::Pause(self.position)),
        }
        head.target = Span::new(self.target, self.position);
        head.path = head.target;
        Ok(Step::To(Place::Version, self.position + 1))
    }

    fn path(&self, start: usize, input: &[u8], head: &mut RequestHead) -> Result<Step, HeadError> {
        let (end, stop) = uri_run(input, self.position)?;
        let next = match stop {
            Some(b' ') => Step::To(Place::Version, end + 1),
            Some(b'?') => Step::To(Place::Query { start: end + 1 }, end + 1),
            Some(found) => return Err(target_fault(found)),
            None => return Ok(Step::Pause(end)),
        };
        head.path = Span::new(start, end);
        head.target = Span::new(self.target, end);
        Ok(next)
    }

    fn query(&self, start: usize, input: &[u8], head: &mut RequestHead) -> Result<Step, HeadError> {
        let (end, stop) = uri_run(input, self.position)?;
        match stop {
            Some(b' ') => {
                head.query = Some(Span::new(start, end));
                head.target = Span::new(self.target, end);
                Ok(Step::To(Place::Version, end + 1))
            }
            // A question mark is an ordinary character of a query.
            Some(b'?') => Ok(Step::To(self.place, end + 1)),
            Some(found) => Err(target_fault(found)),
            None => Ok(Step::Pause(end)),
        }
    }

    /// Reads the version and the line's end; at most ten bytes, so that looking at them again costs nothing.
    fn version(&self, input: &[u8], head: &mut RequestHead) -> Result<Option<usize>, HeadError> {
        let rest = input.get(self.position..).unwrap_or_default();
        head.version = match rest.first_chunk::<VERSION_LEN>() {
            Some(b"HTTP/1.1\r\n") => Version::HTTP_11,
            Some(b"HTTP/1.0\r\n") => Version::HTTP_10,
            whole => {
                check_version(rest)?;
                match whole {
                    None => return Ok(None),
                    // A later minor version is served as the one we have (RFC 9110 §2.5).
                    Some([_, _, _, _, _, b'1', ..]) => Version::HTTP_11,
                    Some(_) => return Err(HeadError::UnsupportedVersion),
                }
            }
        };
        Ok(Some(self.position + VERSION_LEN))
    }
}

/// Finds the end of what a path or query holds, from `position`, and the byte that stands there.
///
/// Stops, without a byte, where the input ends, or ends within a `%` and its digits.
fn uri_run(input: &[u8], position: usize) -> Result<(usize, Option<u8>), HeadError> {
    let mut end = position;
    loop {
        end += run_len(input.get(end..).unwrap_or_default(), TARGET);
        match input.get(end..).unwrap_or_default() {
            [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => end += 3,
            [b'%'] | [] => return Ok((end, None)),
            [b'%', high] if high.is_ascii_hexdigit() => return Ok((end, None)),
            [b'%', ..] => return Err(HeadError::InvalidPercentEncoding),
            [stop, ..] => return Ok((end, Some(*stop))),
        }
    }
}

/// The fault of a target that is followed by `found`.
fn target_fault(found: u8) -> HeadError {
    match found {
        b'\r' => HeadError::MissingVersion,
        b'\n' => HeadError::BareLf,
        found => HeadError::InvalidTarget(found),
    }
}

/// Checks that `rest` begins as a version does: `HTTP/` DIGIT `.` DIGIT CRLF (RFC 9112 §2.3).
#[cold]
fn check_version(rest: &[u8]) -> Result<(), HeadError> {
    for (&found, expected) in rest.iter().zip(b"HTTP/0.0\r\n") {
        match (*expected, found) {
            (b'0', b'0'..=b'9') => {}
            (expected, found) if expected == found && expected != b'0' => {}
            (b'\r', b'\n') => return Err(HeadError::BareLf),
            (b'\n', _) => return Err(HeadError::BareCr),
            _ => return Err(HeadError::InvalidVersion(found)),
        }
    }
    Ok(())
}
