//! The fields that framing and the connection hang on, understood while the lines go by.
//!
//! A name is told by its length first, so that most lines cost one comparison. Each rule here closes a way in which
//! two recipients could see two different ends of one message (RFC 9112 §6.3, §11.2).

use http::Version;

use super::{ConnectionOptions, Expect};
use crate::h1::ascii::{TOKEN, skip, trim};
use crate::h1::authority::parse_authority;
use crate::h1::words::is_name;
use crate::h1::{Framing, HeadError};

/// Digits of a Content-Length; zeros at the front are digits (RFC 9110 §8.6), but nobody needs so many.
const MAX_LENGTH_DIGITS: usize = 64;

/// What the lines seen so far have said.
#[derive(Debug)]
pub(super) struct Understood {
    pub(super) version: Version,
    pub(super) connection: ConnectionOptions,
    pub(super) expect: Expect,
    content_length: Option<u64>,
    chunked: bool,
    host: bool,
}

impl Understood {
    pub(super) fn new(version: Version) -> Self {
        Self {
            version,
            connection: ConnectionOptions::default(),
            expect: Expect::None,
            content_length: None,
            chunked: false,
            host: false,
        }
    }

    /// Takes in one field line; `value` has no whitespace around it.
    #[inline]
    pub(super) fn read(&mut self, name: &[u8], value: &[u8]) -> Result<(), HeadError> {
        match name.len() {
            2 if name.eq_ignore_ascii_case(b"te") => {
                self.read_te(value);
                Ok(())
            }
            4 if is_name(name, b"host") => self.read_host(value),
            6 if is_name(name, b"expect") => self.read_expect(value),
            10 if is_name(name, b"connection") => self.read_connection(value),
            14 if is_name(name, b"content-length") => self.read_content_length(value),
            17 if is_name(name, b"transfer-encoding") => self.read_transfer_encoding(value),
            _ => Ok(()),
        }
    }

    /// Says how the body is framed, once all lines were read.
    pub(super) fn framing(&self) -> Result<Framing, HeadError> {
        // An absolute-form target does not stand in for the field (RFC 9112 §3.2).
        if !self.host && self.version == Version::HTTP_11 {
            return Err(HeadError::MissingHost);
        }
        Ok(match (self.chunked, self.content_length) {
            (true, _) => Framing::Chunked,
            (false, None | Some(0)) => Framing::Empty,
            (false, Some(len)) => Framing::Sized(len),
        })
    }

    #[inline(never)]
    fn read_host(&mut self, value: &[u8]) -> Result<(), HeadError> {
        if self.host {
            return Err(HeadError::RepeatedHost);
        }
        self.host = true;
        parse_authority(value).map(|_| ()).ok_or(HeadError::InvalidHost)
    }

    #[inline(never)]
    fn read_content_length(&mut self, value: &[u8]) -> Result<(), HeadError> {
        if self.content_length.is_some() {
            return Err(HeadError::RepeatedContentLength);
        }
        if self.chunked {
            return Err(HeadError::ConflictingContentLength);
        }
        self.content_length = Some(parse_length(value).ok_or(HeadError::InvalidContentLength)?);
        Ok(())
    }

    #[inline(never)]
    fn read_transfer_encoding(&mut self, value: &[u8]) -> Result<(), HeadError> {
        if self.version == Version::HTTP_10 {
            return Err(HeadError::TransferEncodingIn10);
        }
        if self.chunked {
            return Err(HeadError::RepeatedTransferEncoding);
        }
        if self.content_length.is_some() {
            return Err(HeadError::ConflictingContentLength);
        }
        check_transfer_encoding(value)?;
        self.chunked = true;
        Ok(())
    }

    #[inline(never)]
    fn read_connection(&mut self, value: &[u8]) -> Result<(), HeadError> {
        if self.read_option(value) {
            return Ok(());
        }
        for option in value.split(|&byte| byte == b',') {
            self.read_option(trim(option));
        }
        Ok(())
    }

    /// Takes in what may be one connection option; gives whether it is one that means something here.
    fn read_option(&mut self, option: &[u8]) -> bool {
        let connection = &mut self.connection;
        match option.len() {
            5 if is_name(option, b"close") => connection.close = true,
            7 if is_name(option, b"upgrade") => connection.upgrade = true,
            10 if is_name(option, b"keep-alive") => connection.keep_alive = true,
            _ => return false,
        }
        true
    }

    /// Reads `#t-codings`, of which `trailers` alone means something here: no transfer coding but `chunked` is spoken.
    #[inline(never)]
    fn read_te(&mut self, value: &[u8]) {
        let mut codings = value.split(|&byte| byte == b',').map(trim);
        self.connection.trailers |= codings.any(|coding| coding.eq_ignore_ascii_case(b"trailers"));
    }

    /// Reads `#expectation`; empty elements mean nothing (RFC 9110 §5.6.1.2).
    #[inline(never)]
    fn read_expect(&mut self, value: &[u8]) -> Result<(), HeadError> {
        if self.version == Version::HTTP_10 {
            return Ok(());
        }
        for expectation in value.split(|&byte| byte == b',').map(trim) {
            if expectation.is_empty() {
                continue;
            }
            if !expectation.eq_ignore_ascii_case(b"100-continue") {
                self.expect = Expect::Other;
            } else if self.expect == Expect::None {
                self.expect = Expect::Continue;
            }
        }
        Ok(())
    }
}

/// Reads `1*DIGIT` (RFC 9110 §8.6); `None` for anything else and for what 64 bits cannot hold.
pub(crate) fn parse_length(value: &[u8]) -> Option<u64> {
    if value.is_empty() || value.len() > MAX_LENGTH_DIGITS {
        return None;
    }
    value.iter().try_fold(0u64, |length, &digit| {
        if !digit.is_ascii_digit() {
            return None;
        }
        length.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    })
}

/// Takes `chunked` alone (RFC 9112 §6.1); for the rest, finds out which fault it is.
///
/// ```text
/// Transfer-Encoding  = #transfer-coding
/// transfer-coding    = token *( OWS ";" OWS transfer-parameter )
/// ```
///
/// A body whose last coding is not `chunked` has no end that could be found (RFC 9112 §6.3, 4); a coding before it is
/// one that nobody here knows. The RFC would have empty elements of the list passed over. Here they are a fault: who
/// passes over them and who does not frame one message in two ways.
fn check_transfer_encoding(value: &[u8]) -> Result<(), HeadError> {
    if value.eq_ignore_ascii_case(b"chunked") {
        return Ok(());
    }
    let mut ends_chunked = false;
    for coding in value.split(|&byte| byte == b',').map(trim) {
        let behind = skip(coding, TOKEN);
        let name = coding.get(..coding.len() - behind.len()).unwrap_or_default();
        let behind = trim(behind);
        let has_parameters = behind.first() == Some(&b';');
        let is_chunked = name.eq_ignore_ascii_case(b"chunked");
        if name.is_empty()
            || ends_chunked
            || !(behind.is_empty() || has_parameters)
            || (is_chunked && has_parameters)
        {
            return Err(HeadError::InvalidTransferEncoding);
        }
        ends_chunked = is_chunked;
    }
    Err(if ends_chunked { HeadError::UnknownTransferCoding } else { HeadError::InvalidTransferEncoding })
}
