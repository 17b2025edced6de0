//! What can be wrong with a request's head, and the status that answers it.
//!
//! After any of these the end of the message is not known for sure: the connection is closed behind the answer.

use std::error::Error;
use std::fmt;

use http::StatusCode;

/// A head that is not served; each variant names one fault.
///
/// Bytes carried are the first ones that no valid head has in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadError {
    /// A LF without a CR before it.
    BareLf,
    /// A CR without a LF behind it.
    BareCr,
    /// A method that is empty or holds what no token does.
    InvalidMethod(u8),
    /// A method of more than 64 bytes: none that anything here implements.
    MethodTooLong,
    /// A request target that holds what no URI does, or ends too early.
    InvalidTarget(u8),
    /// A form of target that is unknown, or that this method does not have.
    UnexpectedTargetForm,
    /// A `%` in the target without two hexadecimal digits behind it.
    InvalidPercentEncoding,
    /// An authority in the target that is empty or does not follow the grammar.
    InvalidAuthority,
    /// A target longer than `max_request_target`.
    TargetTooLong,
    /// A request line that ends behind the target, as HTTP/0.9's did.
    MissingVersion,
    /// What is no `HTTP/` and two digits.
    InvalidVersion(u8),
    /// A version of another major number than 1.
    UnsupportedVersion,
    /// A first field line that begins with whitespace, or a folded one.
    IndentedLine,
    /// A field line that begins with its colon.
    EmptyFieldName,
    /// A field name that holds what no token does.
    InvalidFieldName(u8),
    /// Whitespace between a field name and its colon.
    WhitespaceBeforeColon,
    /// A field line without a colon.
    MissingColon,
    /// A control byte in a field value.
    InvalidFieldValue(u8),
    /// A head larger than `max_head`.
    HeadTooLarge,
    /// More field lines than allowed.
    TooManyFields,
    /// An HTTP/1.1 request without Host.
    MissingHost,
    /// More than one Host.
    RepeatedHost,
    /// A Host that does not follow the grammar.
    InvalidHost,
    /// A Content-Length that is no number that fits.
    InvalidContentLength,
    /// More than one Content-Length, even if they agree.
    RepeatedContentLength,
    /// A Transfer-Encoding that is no list of codings, or does not have `chunked` once and at its end.
    InvalidTransferEncoding,
    /// A transfer coding before the final `chunked`.
    UnknownTransferCoding,
    /// More than one Transfer-Encoding.
    RepeatedTransferEncoding,
    /// A Transfer-Encoding in HTTP/1.0, which has none.
    TransferEncodingIn10,
    /// Both Content-Length and Transfer-Encoding.
    ConflictingContentLength,
}

impl HeadError {
    /// The fault's name, for a log or a label.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::BareLf => "bare-lf",
            Self::BareCr => "bare-cr",
            Self::InvalidMethod(_) => "invalid-method",
            Self::MethodTooLong => "method-too-long",
            Self::InvalidTarget(_) => "invalid-target",
            Self::UnexpectedTargetForm => "unexpected-target-form",
            Self::InvalidPercentEncoding => "invalid-percent-encoding",
            Self::InvalidAuthority => "invalid-authority",
            Self::TargetTooLong => "target-too-long",
            Self::MissingVersion => "missing-version",
            Self::InvalidVersion(_) => "invalid-version",
            Self::UnsupportedVersion => "unsupported-version",
            Self::IndentedLine => "indented-line",
            Self::EmptyFieldName => "empty-field-name",
            Self::InvalidFieldName(_) => "invalid-field-name",
            Self::WhitespaceBeforeColon => "whitespace-before-colon",
            Self::MissingColon => "missing-colon",
            Self::InvalidFieldValue(_) => "invalid-field-value",
            Self::HeadTooLarge => "head-too-large",
            Self::TooManyFields => "too-many-fields",
            Self::MissingHost => "missing-host",
            Self::RepeatedHost => "repeated-host",
            Self::InvalidHost => "invalid-host",
            Self::InvalidContentLength => "invalid-content-length",
            Self::RepeatedContentLength => "repeated-content-length",
            Self::InvalidTransferEncoding => "invalid-transfer-encoding",
            Self::UnknownTransferCoding => "unknown-transfer-coding",
            Self::RepeatedTransferEncoding => "repeated-transfer-encoding",
            Self::TransferEncodingIn10 => "transfer-encoding-in-1-0",
            Self::ConflictingContentLength => "conflicting-content-length",
        }
    }

    /// The status that answers a head with this fault.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TargetTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadTooLarge | Self::TooManyFields => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::MethodTooLong | Self::UnknownTransferCoding => StatusCode::NOT_IMPLEMENTED,
            Self::UnsupportedVersion => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::BareLf
            | Self::BareCr
            | Self::InvalidMethod(_)
            | Self::InvalidTarget(_)
            | Self::UnexpectedTargetForm
            | Self::InvalidPercentEncoding
            | Self::InvalidAuthority
            | Self::MissingVersion
            | Self::InvalidVersion(_)
            | Self::IndentedLine
            | Self::EmptyFieldName
            | Self::InvalidFieldName(_)
            | Self::WhitespaceBeforeColon
            | Self::MissingColon
            | Self::InvalidFieldValue(_)
            | Self::MissingHost
            | Self::RepeatedHost
            | Self::InvalidHost
            | Self::InvalidContentLength
            | Self::RepeatedContentLength
            | Self::InvalidTransferEncoding
            | Self::RepeatedTransferEncoding
            | Self::TransferEncodingIn10
            | Self::ConflictingContentLength => StatusCode::BAD_REQUEST,
        }
    }
}

impl Error for HeadError {}

impl fmt::Display for HeadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match *self {
            Self::InvalidMethod(found) => {
                return expected(f, "a method of token characters and a space", found);
            }
            Self::InvalidTarget(found) => return expected(f, "a request target of URI characters", found),
            Self::InvalidVersion(found) => return expected(f, "HTTP/1.1 and the line's end", found),
            Self::InvalidFieldName(found) => return expected(f, "a field name of token characters", found),
            Self::InvalidFieldValue(found) => return expected(f, "a field value without controls", found),
            Self::BareLf => "expected CRLF, found a LF alone",
            Self::BareCr => "expected CRLF, found a CR alone",
            Self::MethodTooLong => "expected a method of at most 64 bytes, found a longer one",
            Self::UnexpectedTargetForm => "expected a path or an http URI as request target, found neither",
            Self::InvalidPercentEncoding => {
                "expected two hexadecimal digits behind the target's %, found others"
            }
            Self::InvalidAuthority => "expected a host and perhaps a port in the target, found neither",
            Self::TargetTooLong => "expected a shorter request target, found one beyond max_request_target",
            Self::MissingVersion => "expected a version behind the request target, found the line's end",
            Self::UnsupportedVersion => "expected HTTP/1.1 or HTTP/1.0, found another major version",
            Self::IndentedLine => "expected a field name at the line's start, found whitespace",
            Self::EmptyFieldName => "expected a field name, found a colon",
            Self::WhitespaceBeforeColon => "expected a colon right behind the field name, found whitespace",
            Self::MissingColon => "expected a colon behind the field name, found the line's end",
            Self::HeadTooLarge => "expected a smaller head, found one beyond max_head",
            Self::TooManyFields => "expected fewer field lines, found more than allowed",
            Self::MissingHost => "expected one host field, found none",
            Self::RepeatedHost => "expected one host field, found more",
            Self::InvalidHost => "expected a host and perhaps a port in the host field, found another value",
            Self::InvalidContentLength => {
                "expected one decimal number as content-length, found another value"
            }
            Self::RepeatedContentLength => "expected at most one content-length field, found more",
            Self::InvalidTransferEncoding => {
                "expected chunked, once and last, as transfer-encoding, found another value"
            }
            Self::UnknownTransferCoding => {
                "expected chunked as the only transfer coding, found an unknown one"
            }
            Self::RepeatedTransferEncoding => "expected at most one transfer-encoding field, found more",
            Self::TransferEncodingIn10 => "expected no transfer-encoding in HTTP/1.0, found one",
            Self::ConflictingContentLength => "expected content-length or transfer-encoding, found both",
        };
        f.write_str(text)
    }
}

/// Writes what was expected, and the byte that was found instead as it would stand in a literal.
pub(super) fn expected(f: &mut fmt::Formatter<'_>, what: &str, found: u8) -> fmt::Result {
    write!(f, "expected {what}, found '{}'", found.escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_the_byte_and_hides_none_of_it_from_the_log() {
        let text = HeadError::InvalidFieldValue(0x1b).to_string();
        assert_eq!(text, r"expected a field value without controls, found '\x1b'");
        assert_eq!(HeadError::BareLf.to_string(), "expected CRLF, found a LF alone");
    }

    #[test]
    fn a_fault_knows_its_status() {
        for (fault, status) in [
            (HeadError::BareLf, 400),
            (HeadError::TargetTooLong, 414),
            (HeadError::HeadTooLarge, 431),
            (HeadError::TooManyFields, 431),
            (HeadError::UnknownTransferCoding, 501),
            (HeadError::UnsupportedVersion, 505),
        ] {
            assert_eq!(fault.status(), status);
        }
    }
}
