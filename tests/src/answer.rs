//! A response as a strict client reads it (RFC 9112 §4, §6, §7.1): one that is not well framed is refused.

/// A whole response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What is wrong with a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

impl Answer {
    /// Reads the answer to a `method` request, which is all that the server sent before it closed.
    pub(crate) fn parse(bytes: &[u8], method: &str) -> Result<Self, Malformed> {
        match Self::parse_first(bytes, method)? {
            (answer, []) => Ok(answer),
            (_, rest) => Err(broken("bytes after the answer", rest)),
        }
    }

    /// Reads all that a server sent on a connection before it closed: answers, one behind the other, interim ones too.
    /// The first request was a `method` request; of the others none was a HEAD.
    ///
    /// # Errors
    ///
    /// What is wrong with the first answer that is not well framed, and where.
    pub fn parse_all(mut bytes: &[u8], method: &str) -> Result<Vec<Self>, String> {
        let (mut answers, mut method) = (Vec::new(), method);
        while !bytes.is_empty() {
            let (answer, rest) = Self::parse_first(bytes, method).map_err(|Malformed(fault)| fault)?;
            if answer.status >= 200 {
                method = "GET";
            }
            answers.push(answer);
            bytes = rest;
        }
        Ok(answers)
    }

    /// Reads one answer, and gives what is behind it.
    fn parse_first<'a>(bytes: &'a [u8], method: &str) -> Result<(Self, &'a [u8]), Malformed> {
        let end = find(bytes, b"\r\n\r\n").ok_or_else(|| broken("no end of the header section", bytes))?;
        let (head, rest) = bytes.split_at(end);
        let rest = rest.get(4..).unwrap_or_default();
        let head = std::str::from_utf8(head).map_err(|_| broken("a head that is not UTF-8", head))?;
        let mut lines = head.split("\r\n");
        let status = parse_status_line(lines.next().unwrap_or_default())?;
        let fields = lines.map(parse_field_line).collect::<Result<_, _>>()?;
        let mut answer = Self { status, fields, body: Vec::new() };
        let (body, rest) = answer.parse_body(rest, method)?;
        answer.body = body;
        Ok((answer, rest))
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The value of the first field called `name`, in any case.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body, with the chunked coding undone.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as text; what is no UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn parse_body<'a>(&self, rest: &'a [u8], method: &str) -> Result<(Vec<u8>, &'a [u8]), Malformed> {
        let chunked = self.field("transfer-encoding").is_some_and(|coding| coding == "chunked");
        let len = self.field("content-length");
        if chunked && len.is_some() {
            return Err(broken("a length and a transfer coding", rest));
        }
        if method == "HEAD" || self.status < 200 || self.status == 204 || self.status == 304 {
            return Ok((Vec::new(), rest));
        }
        match len {
            Some(len) => {
                let body = len.parse().ok().and_then(|len| rest.split_at_checked(len));
                let (body, rest) = body.ok_or_else(|| {
                    Malformed(format!("expected {len} bytes of body, found {}", rest.len()))
                })?;
                Ok((body.to_vec(), rest))
            }
            None if chunked => decode_chunked(rest),
            None => Ok((rest.to_vec(), &[])),
        }
    }
}

fn parse_status_line(line: &str) -> Result<u16, Malformed> {
    let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.split(' ').next());
    status
        .filter(|text| text.len() == 3)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| broken("no status line", line.as_bytes()))
}

fn parse_field_line(line: &str) -> Result<(String, String), Malformed> {
    let (name, value) = line.split_once(':').ok_or_else(|| broken("no field line", line.as_bytes()))?;
    Ok((name.to_owned(), value.trim().to_owned()))
}

/// Undoes the coding, and gives what is behind it.
fn decode_chunked(bytes: &[u8]) -> Result<(Vec<u8>, &[u8]), Malformed> {
    let mut body = Vec::new();
    let mut rest = bytes;
    loop {
        let end = find(rest, b"\r\n").ok_or_else(|| broken("no chunk size", rest))?;
        let (line, after) = rest.split_at(end);
        let size = std::str::from_utf8(line).ok().and_then(|line| usize::from_str_radix(line, 16).ok());
        let size = size.ok_or_else(|| broken("no chunk size", line))?;
        let data = after.get(2..).unwrap_or_default();
        let (chunk, after) =
            data.split_at_checked(size).ok_or_else(|| broken("a chunk that broke off", data))?;
        rest = after.strip_prefix(b"\r\n").ok_or_else(|| broken("a chunk without its end", after))?;
        if size == 0 {
            return Ok((body, rest));
        }
        body.extend_from_slice(chunk);
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// The fault, with the bytes it was found in.
fn broken(what: &str, bytes: &[u8]) -> Malformed {
    let shown = bytes.get(..80).unwrap_or(bytes);
    Malformed(format!("found {what} in {:?}", String::from_utf8_lossy(shown)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &str, bytes: &str, expected: Option<(u16, &str)>) {
        let answer = Answer::parse(bytes.as_bytes(), method);
        let found = answer.as_ref().ok().map(|answer| (answer.status(), answer.text()));
        assert_eq!(found, expected.map(|(status, body)| (status, body.to_owned())), "{answer:?}");
    }

    #[test]
    fn reads_each_framing() {
        check("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Some((200, "hi")));
        check(
            "GET",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
            Some((200, "hi")),
        );
        check("GET", "HTTP/1.1 200 OK\r\n\r\nhi", Some((200, "hi")));
        check("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", Some((200, "")));
        check("GET", "HTTP/1.1 204 No Content\r\n\r\n", Some((204, "")));
    }

    #[test]
    fn reads_one_answer_behind_the_other() {
        let sized = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        let interim = "HTTP/1.1 100 Continue\r\n\r\n";
        let statuses = |bytes: &str, method| {
            let answers = Answer::parse_all(bytes.as_bytes(), method)?;
            Ok::<_, String>(answers.iter().map(Answer::status).collect::<Vec<_>>())
        };
        assert_eq!(
            statuses(&[interim, sized, chunked, sized].concat(), "POST"),
            Ok(vec![100, 200, 200, 200])
        );
        assert_eq!(statuses(&[interim, head, sized].concat(), "HEAD"), Ok(vec![100, 200, 200]));
        assert_eq!(statuses("", "GET"), Ok(vec![]));
        assert!(statuses(&[sized, "x"].concat(), "GET").is_err());
        assert!(statuses(&[head, sized].concat(), "GET").is_err());
    }

    #[test]
    fn refuses_what_is_not_framed_well() {
        check("GET", "", None);
        check("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", None);
        check("GET", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nhi", None);
        check("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", None);
        check("GET", "HTTP/1.1 204 No Content\r\n\r\nhi", None);
        check("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n", None);
        check("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", None);
        check("GET", "HTTP/1.0 200 OK\r\n\r\n", None);
    }
}
