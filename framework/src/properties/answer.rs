//! Answers as another implementation reads them: heads with `httparse`, bodies by hand from RFC 9112 §6.3 and §7.1.
//!
//! On purpose none of `h1` is used here but the name of a request's kind.

use crate::h1::RequestKind;

/// One answer, or what there is of it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    fields: Vec<(String, Vec<u8>)>,
    pub(crate) content: Vec<u8>,
    /// Whether the body came to its end; one that ends with the connection did.
    pub(crate) is_whole: bool,
    /// Whether nothing but the end of the connection ends the body.
    pub(crate) ends_with_close: bool,
    /// Bytes of the answer.
    pub(crate) len: usize,
}

impl Answer {
    /// The values of a field, its name in lower case.
    pub(crate) fn values(&self, name: &str) -> Vec<&[u8]> {
        self.fields.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_slice()).collect()
    }

    /// Whether the server said that it closes the connection.
    pub(crate) fn closes(&self) -> bool {
        self.values("connection").iter().any(|options| options.starts_with(b"close"))
    }
}

/// Reads the answer to a request of this kind at the start of `bytes`; `None` where its head is not all there.
///
/// # Errors
///
/// What no client could read: a head that is none, framing that contradicts itself.
pub(crate) fn read_answer(bytes: &[u8], kind: RequestKind) -> Result<Option<Answer>, String> {
    let mut lines = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut lines);
    let start = match head.parse(bytes).map_err(|error| error.to_string())? {
        httparse::Status::Complete(len) => len,
        httparse::Status::Partial => return Ok(None),
    };
    let status = head.code.unwrap_or_default();
    let fields = head.headers.iter().map(|line| (line.name.to_ascii_lowercase(), line.value.to_vec()));
    let mut answer = Answer {
        status,
        fields: fields.collect(),
        content: Vec::new(),
        is_whole: true,
        ends_with_close: false,
        len: start,
    };
    let behind = bytes.get(start..).unwrap_or_default();
    let tunnel = kind == RequestKind::Connect && matches!(status, 200..=299);
    if kind == RequestKind::Head || tunnel || matches!(status, 100..=199 | 204 | 304) {
        return Ok(Some(answer));
    }
    let (codings, lengths) = (answer.values("transfer-encoding"), answer.values("content-length"));
    let (content, whole_len) = match (codings.as_slice(), lengths.as_slice()) {
        ([b"chunked"], []) => read_chunked(behind)?,
        ([], [digits]) => {
            let len = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
            let len: usize = len.ok_or("a Content-Length that is none")?;
            let content = behind.get(..len).unwrap_or(behind);
            (content.to_vec(), Some(len).filter(|_| len <= behind.len()))
        }
        ([], []) => (behind.to_vec(), Some(behind.len())),
        (codings, lengths) => return Err(format!("framing twice: {codings:?}, {lengths:?}")),
    };
    answer.ends_with_close = codings.is_empty() && lengths.is_empty();
    answer.content = content;
    answer.is_whole = whole_len.is_some();
    answer.len += whole_len.unwrap_or(behind.len());
    Ok(Some(answer))
}

/// Reads a chunked body at the start of `bytes`: its content as far as it came, and, where it is whole, how many bytes
/// it took.
///
/// Knows nothing of what may stand in extensions and trailer fields: both are lines that end with CRLF.
///
/// # Errors
///
/// A size that is none, and data without CRLF behind it.
pub(crate) fn read_chunked(bytes: &[u8]) -> Result<(Vec<u8>, Option<usize>), String> {
    let (mut rest, mut content) = (bytes, Vec::new());
    loop {
        let Some((line, behind)) = split_line(rest) else { return Ok((content, None)) };
        let digits = line.split(|byte| b"; \t".contains(byte)).next().unwrap_or_default();
        let size = std::str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let size = size.ok_or_else(|| format!("a chunk size that is none: {}", line.escape_ascii()))?;
        if size == 0 {
            rest = behind;
            break;
        }
        let data = usize::try_from(size).ok().and_then(|size| behind.split_at_checked(size));
        let (data, behind) = data.unwrap_or((behind, &[]));
        content.extend_from_slice(data);
        rest = match behind {
            [b'\r', b'\n', rest @ ..] => rest,
            [] | [b'\r'] => return Ok((content, None)),
            [..] => return Err("a chunk that does not end behind its data".to_owned()),
        };
    }
    while let Some((line, behind)) = split_line(rest) {
        rest = behind;
        if line.is_empty() {
            return Ok((content, Some(bytes.len() - rest.len())));
        }
    }
    Ok((content, None))
}

/// What stands in front of the first CRLF and what stands behind it.
fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((bytes.get(..end)?, bytes.get(end + 2..)?))
}
