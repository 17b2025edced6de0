//! One rule: what a client sends, and what the RFC that it names has a server do.
//!
//! A rule's bytes are sent whole, and then byte by byte, or in small pieces where they are many. Behind them stands
//! one more request, so that it shows whether the connection lives: it is answered where it does, and is not where
//! the server said that it ends.

use std::time::Duration;

use fingerpost_tests::Answer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, split};
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::app::client;

/// The request behind those of a rule.
const BEHIND: &str = "GET /behind HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

/// More than any timeout of the server's; it passes at once, because the time is paused.
const LONG: Duration = Duration::from_secs(600);

/// More bytes than these are not sent one by one.
const MANY: usize = 20 * 1024;

/// A rule under test; begun by [`rule`].
#[derive(Debug)]
pub(crate) struct Rule {
    id: &'static str,
    clause: &'static str,
    sent: Vec<u8>,
    statuses: Vec<u16>,
    /// Whether the client waits for `100 Continue` where its content does not come with the head.
    waits: bool,
    end: End,
    has: Vec<(&'static str, &'static str)>,
    lacks: Vec<&'static str>,
    body: Option<&'static str>,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It answers another request.
    Lives,
    /// The last answer says `Connection: close`, and nothing behind it is answered.
    Closes,
    /// It answers another request where all of this one was there before its answer began, else it closes.
    LivesIfWhole,
    /// The client closes its half behind what it sent; then the server closes too.
    HalfClosed,
}

/// A rule with its id, the clause that it follows from, and the bytes sent; expects one 200 and a connection that lives.
pub(crate) fn rule(id: &'static str, clause: &'static str, sent: impl AsRef<[u8]>) -> Rule {
    Rule {
        id,
        clause,
        sent: sent.as_ref().to_vec(),
        statuses: vec![200],
        waits: false,
        end: End::Lives,
        has: Vec::new(),
        lacks: Vec::new(),
        body: None,
    }
}

impl Rule {
    /// Expects this one answer, and a connection that lives.
    pub(crate) fn answers(self, status: u16) -> Self {
        self.answers_each(&[status])
    }

    /// Expects an answer for each request, and a connection that lives.
    pub(crate) fn answers_each(self, statuses: &[u16]) -> Self {
        Self { statuses: statuses.to_vec(), ..self }
    }

    /// Expects these answers, and that the last one ends the connection.
    pub(crate) fn closes(self, statuses: &[u16]) -> Self {
        Self { statuses: statuses.to_vec(), end: End::Closes, ..self }
    }

    /// Expects a problem that says what is wrong, and that the connection ends with it.
    pub(crate) fn refused(self, status: u16) -> Self {
        self.closes(&[status]).has("content-type", "application/problem+json")
    }

    /// Expects this answer, and a connection that lives where the whole request had come before it, and closes else.
    pub(crate) fn lives_if_whole(self, status: u16) -> Self {
        Self { statuses: vec![status], end: End::LivesIfWhole, ..self }
    }

    /// Lets the client close its half, and expects this answer.
    pub(crate) fn half_closed(self, status: u16) -> Self {
        Self { statuses: vec![status], end: End::HalfClosed, ..self }
    }

    /// Expects `100 Continue` first where the content does not come with the head.
    pub(crate) fn continues(self) -> Self {
        Self { waits: true, ..self }
    }

    /// Expects a field in the last answer; an empty value stands for any.
    pub(crate) fn has(mut self, name: &'static str, value: &'static str) -> Self {
        self.has.push((name, value));
        self
    }

    /// Expects that the last answer has no such field.
    pub(crate) fn lacks(mut self, name: &'static str) -> Self {
        self.lacks.push(name);
        self
    }

    /// Expects the last answer's body.
    pub(crate) fn body(self, body: &'static str) -> Self {
        Self { body: Some(body), ..self }
    }

    /// What a server that holds to this rule would not have sent.
    fn fault(&self, piece_len: usize, received: &[u8]) -> Option<String> {
        let method = self.sent.split(|&byte| byte == b' ').next().unwrap_or_default();
        let mut answers = match Answer::parse_all(received, &String::from_utf8_lossy(method)) {
            Ok(answers) => answers,
            Err(fault) => return Some(fault),
        };
        let in_pieces = piece_len < self.sent.len();
        let end = match self.end {
            End::LivesIfWhole if in_pieces => End::Closes,
            End::LivesIfWhole => End::Lives,
            end => end,
        };
        if end == End::Lives {
            let behind = answers.pop();
            if behind.as_ref().is_none_or(|answer| answer.text() != "behind") {
                return Some(format!("the connection did not live: {behind:?}"));
            }
        }
        let statuses: Vec<_> = answers.iter().map(Answer::status).collect();
        let interim: &[u16] = if self.waits && in_pieces { &[100] } else { &[] };
        let expected = [interim, &self.statuses].concat();
        if statuses != expected {
            return Some(format!("expected {expected:?}, found {statuses:?}"));
        }
        answers.iter().find_map(fault_of_any).or_else(|| self.fault_of_last(end, answers.last()?))
    }

    fn fault_of_last(&self, end: End, last: &Answer) -> Option<String> {
        let closes = last.field("connection").is_some_and(|options| options.contains("close"));
        if (end == End::Closes) != closes && end != End::HalfClosed {
            return Some(format!("connection: {:?}", last.field("connection")));
        }
        for (name, value) in &self.has {
            if last.field(name).is_none_or(|found| !value.is_empty() && found != *value) {
                return Some(format!("expected {name}: {value}, found {:?}", last.field(name)));
            }
        }
        if let Some(name) = self.lacks.iter().find(|name| last.field(name).is_some()) {
            return Some(format!("found {name}: {:?}", last.field(name)));
        }
        let expected = self.body?;
        (last.text() != expected).then(|| format!("expected the body {expected:?}, found {:?}", last.text()))
    }
}

/// What no answer at all may be like.
fn fault_of_any(answer: &Answer) -> Option<String> {
    let date = answer.field("date");
    // An interim answer needs no date.
    let dated = answer.status() < 200 || date.is_some_and(is_imf_fixdate);
    if !dated {
        return Some(format!("date: {date:?}"));
    }
    answer.field("server").map(|server| format!("server: {server}"))
}

/// Whether this is a date as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
fn is_imf_fixdate(date: &str) -> bool {
    let shape = |c: char| match c {
        '0'..='9' => '0',
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        other => other,
    };
    date.chars().map(shape).collect::<String>() == "Aaa, 00 Aaa 0000 00:00:00 AAA" && date.ends_with(" GMT")
}

/// Holds the server to each of these rules, and tells of all that it breaks.
#[track_caller]
pub(crate) fn check(rules: impl IntoIterator<Item = Rule>) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let mut faults = Vec::new();
    for rule in rules {
        let small = if rule.sent.len() > MANY { 997 } else { 1 };
        for piece_len in [rule.sent.len(), small] {
            let received = runtime.block_on(exchange(&rule, piece_len));
            if let Some(fault) = rule.fault(piece_len, &received) {
                let Rule { id, clause, .. } = rule;
                let received = received.escape_ascii();
                faults.push(format!("{id} ({clause}), in pieces of {piece_len}: {fault} in {received}"));
                break;
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Sends a rule's bytes in pieces of this length, and gives all that comes back.
async fn exchange(rule: &Rule, piece_len: usize) -> Vec<u8> {
    let (mut reader, mut writer) = split(client().connect());
    let (mut sent, half_closes) = (rule.sent.clone(), rule.end == End::HalfClosed);
    if !half_closes {
        sent.extend_from_slice(BEHIND.as_bytes());
    }
    let writing = tokio::spawn(async move {
        for piece in sent.chunks(piece_len) {
            // The server may have closed already.
            let _ = writer.write_all(piece).await;
            tokio::task::yield_now().await;
        }
        if half_closes {
            let _ = writer.shutdown().await;
        }
        writer
    });
    let mut received = Vec::new();
    timeout(LONG, reader.read_to_end(&mut received)).await.expect("the server closes in time").unwrap();
    drop(writing.await.unwrap());
    received
}

#[test]
fn a_rule_that_is_broken_is_told() {
    let held = rule("held", "none", "GET / HTTP/1.1\r\nhost: a\r\n\r\n").body("root");
    check([held]);
    let bytes = |text: &str| text.replace('\n', "\r\n").into_bytes();
    let date = "date: Sun, 06 Nov 1994 08:49:37 GMT";
    let behind = format!("HTTP/1.1 200 OK\n{date}\ncontent-length: 6\nconnection: close\n\nbehind");
    let answer = format!("HTTP/1.1 200 OK\n{date}\nx: y\ncontent-length: 4\n\nroot");
    let good = bytes(&format!("{answer}{behind}"));
    let lives = || rule("lives", "none", "GET / HTTP/1.1\r\n\r\n");
    assert_eq!(lives().has("x", "y").has("date", "").lacks("z").body("root").fault(1, &good), None);
    for (rule, received) in [
        (lives(), bytes(&answer)),
        (lives(), bytes(&behind)),
        (lives(), bytes(&format!("{answer}x"))),
        (lives(), bytes(&format!("{}{behind}", answer.replace(date, "x: y")))),
        (lives(), bytes(&format!("{}{behind}", answer.replace("1994", "94")))),
        (lives(), bytes(&format!("{}{behind}", answer.replace("x: y", "server: z")))),
        (lives().answers(404), good.clone()),
        (lives().answers_each(&[200, 200]), good.clone()),
        (lives().closes(&[200]), good.clone()),
        (lives().closes(&[200, 200]).body("root"), good.clone()),
        (lives().refused(200), bytes(&behind)),
        (lives().continues(), good.clone()),
        (lives().has("x", "z"), good.clone()),
        (lives().has("z", ""), good.clone()),
        (lives().lacks("x"), good.clone()),
        (lives().body("roo"), good.clone()),
    ] {
        assert!(rule.fault(1, &received).is_some(), "{rule:?} holds for {}", received.escape_ascii());
    }
}
