//! Request and response as a failed assertion prints them: readable, bounded, without whole secrets.

use std::fmt;

use super::TestResponse;

/// Bytes of a body that are printed.
const BODY_BYTES: usize = 4 * 1024;
/// The same of one that is no text.
const BINARY_BYTES: usize = 512;
/// A secret shorter than this is not shown at all; of a longer one its beginning is, to tell it from others.
const SECRET_CHARS: usize = 16;
const SHOWN_CHARS: usize = 4;

/// A request and its response.
pub(super) struct Exchange<'a> {
    pub(super) request: &'a [u8],
    pub(super) response: &'a TestResponse,
}

impl fmt::Display for Exchange<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request:\n{}\n\nresponse:\n", Message::of_request(self.request))?;
        write!(f, "  {}", self.response.status())?;
        for (name, value) in self.response.headers() {
            write!(
                f,
                "\n  {}",
                Line { name: name.as_str(), value: &String::from_utf8_lossy(value.as_bytes()) }
            )?;
        }
        write!(f, "{}", Content(self.response.bytes()))?;
        if !self.response.trailers().is_empty() {
            writeln!(f)?;
        }
        for (name, value) in self.response.trailers() {
            let value = String::from_utf8_lossy(value.as_bytes());
            write!(f, "\n  {}", Line { name: name.as_str(), value: &value })?;
        }
        Ok(())
    }
}

/// A message as it went over the wire.
pub(super) struct Message<'a> {
    head: &'a [u8],
    body: &'a [u8],
}

impl<'a> Message<'a> {
    #[inline]
    pub(super) fn of_request(bytes: &'a [u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(bytes.len());
        let (head, body) = bytes.split_at(end);
        Self { head, body: body.strip_prefix(b"\r\n\r\n").unwrap_or_default() }
    }
}

impl fmt::Display for Message<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = String::from_utf8_lossy(self.head);
        let mut lines = head.split("\r\n");
        write!(f, "  {}", lines.next().unwrap_or_default())?;
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            write!(f, "\n  {}", Line { name, value })?;
        }
        write!(f, "{}", Content(self.body))
    }
}

/// A field line, with its secrets shortened.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

impl fmt::Display for Line<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value } = self;
        write!(f, "{name}: ")?;
        match name.to_ascii_lowercase().as_str() {
            "authorization" | "proxy-authorization" => match value.split_once(' ') {
                Some((scheme, secret)) => write!(f, "{scheme} {}", Secret(secret)),
                None => Secret(value).fmt(f),
            },
            "cookie" => {
                for (index, pair) in value.split("; ").enumerate() {
                    write!(f, "{}{}", if index == 0 { "" } else { "; " }, Pair(pair))?;
                }
                Ok(())
            }
            "set-cookie" => match value.split_once(';') {
                Some((pair, attributes)) => write!(f, "{};{attributes}", Pair(pair)),
                None => Pair(value).fmt(f),
            },
            _ => f.write_str(value),
        }
    }
}

/// A cookie's name and value.
struct Pair<'a>(&'a str);

impl fmt::Display for Pair<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_once('=') {
            Some((name, "")) => write!(f, "{name}="),
            Some((name, value)) => write!(f, "{name}={}", Secret(value)),
            None => Secret(self.0).fmt(f),
        }
    }
}

struct Secret<'a>(&'a str);

impl fmt::Display for Secret<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.chars().count() >= SECRET_CHARS {
            self.0.chars().take(SHOWN_CHARS).try_for_each(|char| fmt::Write::write_char(f, char))?;
        }
        f.write_str("…")
    }
}

/// A body, behind an empty line; nothing where there is none. What would move a terminal's cursor or is no text is escaped.
struct Content<'a>(&'a [u8]);

impl fmt::Display for Content<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        let bound = match std::str::from_utf8(self.0) {
            Ok(text) if !text.contains('\0') => text.floor_char_boundary(BODY_BYTES),
            _ => BINARY_BYTES,
        };
        let (shown, rest) = self.0.split_at_checked(bound).unwrap_or((self.0, &[]));
        f.write_str("\n")?;
        for line in shown.strip_suffix(b"\n").unwrap_or(shown).split(|&byte| byte == b'\n') {
            write!(f, "\n  {}", Escaped(line.strip_suffix(b"\r").unwrap_or(line)))?;
        }
        match rest.len() {
            0 => Ok(()),
            more => write!(f, "\n  … and {more} bytes more"),
        }
    }
}

/// A line as it can be printed.
struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for char in chunk.valid().chars() {
                match char {
                    '\t' => f.write_str("\t")?,
                    char if char.is_control() => write!(f, "{}", char.escape_default())?,
                    char => fmt::Write::write_char(f, char)?,
                }
            }
            write!(f, "{}", chunk.invalid().escape_ascii())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, value: &str, expected: &str) {
        assert_eq!(Line { name, value }.to_string(), format!("{name}: {expected}"));
    }

    #[test]
    fn shortens_secrets() {
        check("accept", "text/html", "text/html");
        check("authorization", "Bearer short", "Bearer …");
        check("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic QWxh…");
        check("authorization", "0123456789abcdef", "0123…");
        check("cookie", "theme=dark; id=0123456789abcdef; x", "theme=…; id=0123…; …");
        check("set-cookie", "id=0123456789abcdef; Path=/; HttpOnly", "id=0123…; Path=/; HttpOnly");
        check("set-cookie", "id=; Max-Age=0", "id=; Max-Age=0");
    }

    #[test]
    fn no_body_moves_the_cursor_or_is_a_page_of_escapes() {
        assert_eq!(Content(b"\x1b[2J\x89PNG\r\n\0\n").to_string(), "\n\n  \\u{1b}[2J\\x89PNG\n  \\u{0}");
        assert!(Content(&[0; 1000]).to_string().ends_with("\\u{0}\n  … and 488 bytes more"));
    }

    #[test]
    fn bounds_bodies() {
        assert_eq!(Content(b"").to_string(), "");
        assert_eq!(Content(b"a\nb").to_string(), "\n\n  a\n  b");
        assert_eq!(Content("é\tb\r\n\n".as_bytes()).to_string(), "\n\n  é\tb\n  ");
        let long = format!("x{}", "é".repeat(BODY_BYTES));
        assert!(Content(long.as_bytes()).to_string().ends_with("é\n  … and 4098 bytes more"));
        assert!(Content(&[b'x'; BODY_BYTES + 5]).to_string().ends_with("x\n  … and 5 bytes more"));
    }
}
