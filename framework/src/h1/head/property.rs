//! Any bytes as a request's head: read the same in whatever pieces, and as `httparse` reads them or not at all.

use http::Version;

use super::{HeadLimits, HeadParser, ParsedHead};
use crate::__properties::cuts;
use crate::h1::HeadError;
use crate::http::{Request, RequestHead};

/// Where `httparse` refuses and we do not. There is nothing else.
const EXCEPTIONS: [Exception; 2] = [
    Exception::Taken {
        reason: "a later minor version is served as the one we have (RFC 9110 §2.5)",
        without: |said| {
            let digit = said.method.len() + said.target.len() + " HTTP/1.".len() + 1;
            let mut known = said.bytes.clone();
            let found = known.get_mut(digit).filter(|digit| matches!(digit, b'2'..=b'9'))?;
            *found = b'1';
            Some(known)
        },
    },
    Exception::Awaited {
        reason: "a version is judged once the end of its line has come, so that 505 answers what is no mere noise",
        fault: httparse::Error::Version,
    },
];

/// Limits that a short input can reach.
const TIGHT: HeadLimits = HeadLimits { max_target: 14, max_head: 60, max_fields: 2 };

/// Where we differ from another parser on purpose, and why.
enum Exception {
    /// We take what they refuse: `without` gives the head without what makes it one, `None` where it is none.
    Taken { reason: &'static str, without: fn(&Said) -> Option<Vec<u8>> },
    /// We wait for more bytes where they refuse with this fault.
    Awaited { reason: &'static str, fault: httparse::Error },
}

/// Holds where `input`, as a head, is read the same in all pieces, and not otherwise than by `httparse`.
///
/// # Panics
///
/// Where it does not hold.
pub fn head(input: &[u8]) {
    for limits in [TIGHT, HeadLimits::default()] {
        let whole = parse_cut(input, &[], &limits);
        for cuts in cuts(input) {
            assert_eq!(parse_cut(input, &cuts, &limits), whole, "cut at {cuts:?}");
        }
    }
    let said = parse_cut(input, &[], &HeadLimits::default());
    compare(input, &said);
    if let Ok(Some(said)) = &said {
        fits_the_types_of_http(said);
    }
}

/// Compares what we made of `input` with what `httparse` makes of it.
fn compare(input: &[u8], ours: &Result<Option<Said>, HeadError>) {
    // One line more than we take, so that it is never the first to refuse their number.
    let mut lines = [httparse::EMPTY_HEADER; 101];
    let mut theirs = httparse::Request::new(&mut lines);
    match (theirs.parse(input), ours) {
        (Err(_), Err(_)) | (Ok(_), Err(_)) | (Ok(httparse::Status::Partial), Ok(None)) => {}
        (Ok(httparse::Status::Complete(len)), Ok(Some(ours))) => {
            assert_eq!(ours.parsed.len, len);
            assert_eq!(Some(ours.method.as_str()), theirs.method);
            assert_eq!(Some(ours.target.as_str()), theirs.path);
            assert_eq!(ours.parsed.version == Version::HTTP_11, theirs.version == Some(1));
            let theirs = theirs.headers.iter().map(|line| (line.name.to_owned(), latin1(line.value)));
            assert_eq!(ours.fields, theirs.collect::<Vec<_>>());
        }
        (Ok(httparse::Status::Partial), Ok(Some(ours))) => panic!("they wait where we have {ours:?}"),
        (Ok(httparse::Status::Complete(_)), Ok(None)) => panic!("we wait where they have {theirs:?}"),
        (Err(found), Ok(None)) => {
            let reason = EXCEPTIONS.iter().find_map(|exception| match exception {
                Exception::Awaited { reason, fault } => (*fault == found).then_some(reason),
                Exception::Taken { .. } => None,
            });
            assert!(reason.is_some(), "they refuse ({found}) where we wait");
        }
        (Err(found), Ok(Some(ours))) => {
            let excepted = EXCEPTIONS.iter().find_map(|exception| match exception {
                Exception::Taken { reason, without } => Some((reason, without(ours)?)),
                Exception::Awaited { .. } => None,
            });
            let Some((reason, known)) = excepted else {
                panic!("they refuse ({found}) what we take: {ours:?}")
            };
            let said = parse_cut(&known, &[], &HeadLimits::default());
            assert!(matches!(said, Ok(Some(_))), "not only {reason}: {said:?}");
            compare(&known, &said);
        }
    }
}

/// Holds where each part can be had as the type that applications know, and says the same there.
fn fits_the_types_of_http(said: &Said) {
    let mut request = Request::empty();
    let parsed = HeadParser::default().parse(&said.bytes, &HeadLimits::default(), request.head_mut());
    assert_eq!(parsed.map(|parsed| parsed.is_some()), Ok(true));
    let uri = request.uri();
    let escaped = |text: &str| text.replace('`', "%60");
    // Of CONNECT's target nothing is left without its host.
    let path = if said.path.is_empty() && uri.authority().is_none() { "/" } else { &said.path };
    assert_eq!(escaped(uri.path()), escaped(path));
    assert_eq!(uri.query(), said.query.as_deref());
    let host = said.authority.as_deref().filter(|authority| is_held_by_http(authority));
    assert_eq!(uri.authority().map(http::uri::Authority::as_str), host);
    assert_eq!(request.headers().len(), said.fields.len());
    for (name, value) in &said.fields {
        let mut values = request.headers().get_all(name.to_ascii_lowercase()).iter();
        assert!(values.any(|found| latin1(found.as_bytes()) == *value), "{name}: {value}");
    }
}

/// Whether `http::Uri` has such a host: all but those with percent-encoded bytes, and those with more colons in brackets
/// than it counts, as an address of a version to come may have.
fn is_held_by_http(authority: &str) -> bool {
    let inside = authority.rsplit_once(']').map_or("", |(inside, _)| inside);
    !authority.contains('%') && inside.matches(':').count() <= 8
}

/// All that a head says, as text.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    pub(super) parsed: ParsedHead,
    pub(super) method: String,
    pub(super) target: String,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) authority: Option<String>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) bytes: Vec<u8>,
}

impl Said {
    pub(super) fn new(parsed: ParsedHead, head: &RequestHead) -> Self {
        let text = |span| head.text(span).to_owned();
        assert_eq!(parsed.version, head.version);
        Self {
            parsed,
            method: head.method.to_string(),
            target: text(head.target),
            path: head.path_text().to_owned(),
            query: head.query.map(text),
            authority: head.authority.map(text),
            fields: head.fields().map(|(name, value)| (latin1(name), latin1(value))).collect(),
            bytes: head.bytes.clone(),
        }
    }
}

/// Feeds one parser the first `cuts[0]`, `cuts[1]`… bytes of `input`, and all of it in the end.
pub(super) fn parse_cut(
    input: &[u8],
    cuts: &[usize],
    limits: &HeadLimits,
) -> Result<Option<Said>, HeadError> {
    let mut parser = HeadParser::default();
    let mut head = RequestHead::default();
    for end in cuts.iter().copied().chain([input.len()]) {
        let piece = input.get(..end).unwrap_or(input);
        if let Some(parsed) = parser.parse(piece, limits, &mut head)? {
            return Ok(Some(Said::new(parsed, &head)));
        }
    }
    Ok(None)
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
