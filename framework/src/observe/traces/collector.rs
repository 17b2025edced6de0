//! Who takes spans: one request of HTTP/1.1 a batch, over a connection of its own (OTLP 1.x, "OTLP/HTTP").

use std::io;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Uri};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The most bytes that are read of an answer: its first line is what counts.
const MOST_ANSWER: usize = 4096;

/// The length of `HTTP/1.1 200`.
const STATUS_LEN: usize = 12;

/// A collector, and what each request to it says.
#[derive(Clone, Debug)]
pub(super) struct Collector {
    host: String,
    port: u16,
    /// From the request line to the last field but `content-length`.
    head: Vec<u8>,
    timeout: Duration,
}

/// Why a batch was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It may be taken later.
    Passing(String),
    /// It never will.
    Lasting(String),
}

impl Collector {
    /// The one at `url`, asked with these fields; `Err` says what is wrong with the URL.
    pub(super) fn new(
        url: &str,
        fields: &[(HeaderName, HeaderValue)],
        timeout: Duration,
    ) -> Result<Self, String> {
        let wrong = |what: &str| format!("`{url}` {what}");
        let uri: Uri = url.parse().map_err(|_| wrong("is no URL"))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => {
                return Err(wrong("is asked for over TLS: name a collector that takes plain HTTP"));
            }
            _ => return Err(wrong("does not begin with `http://`")),
        }
        let authority = uri.authority().ok_or_else(|| wrong("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("names a user: set `OTEL_EXPORTER_OTLP_HEADERS`"));
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut head = format!(
            "POST {path} HTTP/1.1\r\nhost: {authority}\r\nuser-agent: fingerpost/{}\r\n\
             content-type: application/x-protobuf\r\nconnection: close\r\n",
            env!("CARGO_PKG_VERSION"),
        )
        .into_bytes();
        for (name, value) in fields {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                head.extend_from_slice(part);
            }
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { host, port: authority.port_u16().unwrap_or(80), head, timeout })
    }

    /// Sends a batch, and waits for the answer's status.
    pub(super) async fn send(&self, batch: &[u8]) -> Result<(), Fault> {
        let status = match tokio::time::timeout(self.timeout, self.ask(batch)).await {
            Ok(Ok(status)) => status,
            Ok(Err(error)) => return Err(Fault::Passing(error.to_string())),
            Err(_) => return Err(Fault::Passing(format!("no answer within {:?}", self.timeout))),
        };
        let said = || format!("it answered {status}");
        match status {
            200..300 => Ok(()),
            429 | 502 | 503 | 504 => Err(Fault::Passing(said())),
            _ => Err(Fault::Lasting(said())),
        }
    }

    async fn ask(&self, batch: &[u8]) -> io::Result<u16> {
        let mut stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        let mut request = self.head.clone();
        request.extend_from_slice(format!("content-length: {}\r\n\r\n", batch.len()).as_bytes());
        request.extend_from_slice(batch);
        stream.write_all(&request).await?;
        let mut answer = Vec::with_capacity(MOST_ANSWER);
        let mut stream = stream.take(MOST_ANSWER as u64);
        while answer.len() < STATUS_LEN {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        status(&answer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP"))
    }
}

fn status(answer: &[u8]) -> Option<u16> {
    let (version, status) = answer.get(..STATUS_LEN)?.split_at_checked(9)?;
    let is_http = version.starts_with(b"HTTP/1.") && version.ends_with(b" ");
    let status = std::str::from_utf8(status).ok()?.parse().ok()?;
    (is_http && (100..600).contains(&status)).then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong_with_a_url() {
        let rows = [
            ("collector:4318", "begin"),
            ("ftp://collector", "begin"),
            ("https://collector:4318", "TLS"),
            ("http://u:p@collector", "user"),
            ("http://", "no URL"),
            ("http://a b", "no URL"),
            ("", "no URL"),
        ];
        for (url, word) in rows {
            let fault = Collector::new(url, &[], Duration::from_secs(1)).unwrap_err();
            assert!(fault.contains(word), "{url}: {fault}");
        }
    }

    #[test]
    fn reads_hosts_ports_and_paths() {
        let rows = [
            ("http://collector:4318/v1/traces", "collector", 4318, "POST /v1/traces HTTP/1.1"),
            ("http://[::1]:4318", "::1", 4318, "POST / HTTP/1.1"),
            ("http://c/a?b", "c", 80, "POST /a?b HTTP/1.1"),
        ];
        for (url, host, port, line) in rows {
            let collector = Collector::new(url, &[], Duration::from_secs(1)).unwrap();
            assert_eq!((collector.host.as_str(), collector.port), (host, port));
            assert!(collector.head.starts_with(line.as_bytes()), "{url}");
        }
    }

    #[test]
    fn reads_the_status_of_an_answer() {
        let rows: [(&[u8], Option<u16>); 6] = [
            (b"HTTP/1.1 200 OK\r\n", Some(200)),
            (b"HTTP/1.0 503", Some(503)),
            (b"HTTP/1.1 20", None),
            (b"HTTP/2.0 200 OK", None),
            (b"HTTP/1.1 999 OK", None),
            (b"SSH-2.0-OpenSSH_9.2", None),
        ];
        for (answer, expected) in rows {
            assert_eq!(status(answer), expected);
        }
    }
}
