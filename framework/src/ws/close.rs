//! Why a WebSocket closes: a code and a few words (RFC 6455 §5.5.1, §7.4).

use std::fmt;

use super::decoder::Violation;
use super::frame::MAX_CONTROL_LEN;

/// Why a WebSocket was closed (RFC 6455 §7.4).
///
/// ```
/// use server::CloseCode;
///
/// assert_eq!(CloseCode::GOING_AWAY.as_u16(), 1001);
/// assert_eq!(CloseCode::application(4100).map(CloseCode::as_u16), Some(4100));
/// // Codes of the protocol have names of their own, and 1006 is never sent.
/// assert_eq!(CloseCode::application(1006), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: what the connection was for is done.
    pub const NORMAL: Self = Self(1000);
    /// 1001: a server goes down, or a browser leaves the page.
    pub const GOING_AWAY: Self = Self(1001);
    /// 1002: what came is not the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// 1003: a kind of message that is not taken, as text where only binary is.
    pub const UNSUPPORTED: Self = Self(1003);
    /// 1007: a message is not what its type says, as text that is not UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// 1008: a rule of the application's was broken.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// 1009: a message is too big.
    pub const TOO_BIG: Self = Self(1009);
    /// 1011: the server failed.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// 1013: the server has too much to do; the client may come again later.
    pub const TRY_AGAIN_LATER: Self = Self(1013);

    /// A code of the application's own, from 3000 to 4999 (RFC 6455 §7.4.2); `None` for any other.
    pub const fn application(code: u16) -> Option<Self> {
        if matches!(code, 3000..=4999) { Some(Self(code)) } else { None }
    }

    /// The number.
    pub const fn as_u16(self) -> u16 {
        self.0
    }

    /// A code that may stand in a frame: 1004 to 1006 and 1015 never do, and others nobody has defined.
    fn received(code: u16) -> Option<Self> {
        matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999).then_some(Self(code))
    }
}

impl fmt::Debug for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CloseCode({})", self.0)
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a Close frame says: a code, and a reason for people to read.
///
/// ```
/// use server::{CloseCode, CloseFrame};
///
/// let frame = CloseFrame::new(CloseCode::POLICY_VIOLATION, "one message a second");
/// assert_eq!((frame.code().as_u16(), frame.reason()), (1008, "one message a second"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseFrame {
    code: CloseCode,
    reason: String,
}

impl CloseFrame {
    /// Of this code; of a reason with more than 123 bytes, what a frame has no room for is left out.
    pub fn new(code: CloseCode, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        reason.truncate(reason.floor_char_boundary(MAX_CONTROL_LEN - 2));
        Self { code, reason }
    }

    /// The code.
    pub fn code(&self) -> CloseCode {
        self.code
    }

    /// The reason; often empty.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Reads a frame's payload; an empty one says nothing.
    pub(super) fn parse(payload: &[u8]) -> Result<Option<Self>, Violation> {
        let Some((&code, reason)) = payload.split_first_chunk() else {
            return if payload.is_empty() { Ok(None) } else { Err(Violation::CloseWithoutCode) };
        };
        let code = u16::from_be_bytes(code);
        let code = CloseCode::received(code).ok_or(Violation::InvalidCloseCode(code))?;
        let reason = std::str::from_utf8(reason).map_err(|_| Violation::InvalidUtf8)?;
        Ok(Some(Self { code, reason: reason.to_owned() }))
    }

    /// The payload of a frame that says it.
    pub(super) fn payload(&self) -> Vec<u8> {
        [&self.code.0.to_be_bytes(), self.reason.as_bytes()].concat()
    }
}

impl fmt::Display for CloseFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason.as_str() {
            "" => self.code.fmt(f),
            reason => write!(f, "{} {reason}", self.code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_codes_that_may_be_sent() {
        for code in 0..=u16::MAX {
            let expected = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
            assert_eq!(CloseFrame::parse(&code.to_be_bytes()).is_ok(), expected, "{code}");
        }
        assert_eq!(CloseFrame::parse(b""), Ok(None));
        assert_eq!(CloseFrame::parse(b"\x03"), Err(Violation::CloseWithoutCode));
        assert_eq!(CloseFrame::parse(b"\x03\xe8\xff"), Err(Violation::InvalidUtf8));
    }

    #[test]
    fn a_reason_fits_into_a_frame() {
        let frame = CloseFrame::new(CloseCode::NORMAL, "é".repeat(100));
        assert_eq!(frame.payload().len(), 124);
        assert_eq!(CloseFrame::parse(&frame.payload()), Ok(Some(frame)));
    }
}
