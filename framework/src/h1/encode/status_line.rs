//! `HTTP-version SP status-code SP [ reason-phrase ] CRLF` (RFC 9112 §4).

use http::StatusCode;

/// Appends the status line: one piece for the common ones, and for others the registered reason phrase or none.
pub(super) fn write_status_line(status: StatusCode, out: &mut Vec<u8>) {
    let line: &[u8] = match status.as_u16() {
        200 => b"HTTP/1.1 200 OK\r\n",
        201 => b"HTTP/1.1 201 Created\r\n",
        204 => b"HTTP/1.1 204 No Content\r\n",
        302 => b"HTTP/1.1 302 Found\r\n",
        303 => b"HTTP/1.1 303 See Other\r\n",
        304 => b"HTTP/1.1 304 Not Modified\r\n",
        400 => b"HTTP/1.1 400 Bad Request\r\n",
        401 => b"HTTP/1.1 401 Unauthorized\r\n",
        403 => b"HTTP/1.1 403 Forbidden\r\n",
        404 => b"HTTP/1.1 404 Not Found\r\n",
        405 => b"HTTP/1.1 405 Method Not Allowed\r\n",
        422 => b"HTTP/1.1 422 Unprocessable Entity\r\n",
        429 => b"HTTP/1.1 429 Too Many Requests\r\n",
        500 => b"HTTP/1.1 500 Internal Server Error\r\n",
        503 => b"HTTP/1.1 503 Service Unavailable\r\n",
        _ => return write_other(status, out),
    };
    out.extend_from_slice(line);
}

#[cold]
fn write_other(status: StatusCode, out: &mut Vec<u8>) {
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(status.as_str().as_bytes());
    // The space stays where the phrase is missing.
    out.extend_from_slice(b" ");
    out.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_registered_phrase_or_none() {
        for code in 100..=999 {
            let status = StatusCode::from_u16(code).unwrap();
            let mut out = Vec::new();
            write_status_line(status, &mut out);
            let phrase = status.canonical_reason().unwrap_or_default();
            assert_eq!(String::from_utf8(out).unwrap(), format!("HTTP/1.1 {code} {phrase}\r\n"));
        }
    }
}
