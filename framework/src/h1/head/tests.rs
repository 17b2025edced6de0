//! Heads in bytes, out as what they say; every input also cut at every byte and trickled in.

mod fields;
mod oracle;
mod pace;
mod request_line;

use super::*;

/// All that a head says, as text.
#[derive(Debug, PartialEq)]
struct Said {
    parsed: ParsedHead,
    method: String,
    target: String,
    path: String,
    query: Option<String>,
    authority: Option<String>,
    fields: Vec<(String, String)>,
    bytes: Vec<u8>,
}

impl Said {
    fn new(parsed: ParsedHead, head: &RequestHead) -> Self {
        let text = |span| head.text(span).to_owned();
        let latin1 = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
        assert_eq!(parsed.version, head.version);
        Self {
            parsed,
            method: head.method.to_string(),
            target: text(head.target),
            path: head.path().to_owned(),
            query: head.query.map(text),
            authority: head.authority.map(text),
            fields: head.fields().map(|(name, value)| (latin1(name), latin1(value))).collect(),
            bytes: head.bytes.clone(),
        }
    }
}

/// Feeds one parser the first `cuts[0]`, `cuts[1]`… bytes of `input`, and all of it in the end.
fn parse_cut(input: &[u8], cuts: &[usize], limits: &HeadLimits) -> Result<Option<Said>, HeadError> {
    let mut parser = HeadParser::default();
    let mut head = RequestHead::default();
    for &cut in cuts {
        if let Some(parsed) = parser.parse(&input[..cut], limits, &mut head)? {
            return Ok(Some(Said::new(parsed, &head)));
        }
    }
    Ok(parser.parse(input, limits, &mut head)?.map(|parsed| Said::new(parsed, &head)))
}

/// Parses `input` whole; no way to cut it may change what comes out.
#[track_caller]
fn parse_within(input: &[u8], limits: &HeadLimits) -> Result<Option<Said>, HeadError> {
    let whole = parse_cut(input, &[], limits);
    for cut in 0..input.len() {
        assert_eq!(parse_cut(input, &[cut], limits), whole, "cut at byte {cut} of {}", input.escape_ascii());
    }
    let every: Vec<usize> = (0..input.len()).collect();
    assert_eq!(parse_cut(input, &every, limits), whole, "byte by byte: {}", input.escape_ascii());
    whole
}

#[track_caller]
fn parse(input: impl AsRef<[u8]>) -> Result<Option<Said>, HeadError> {
    parse_within(input.as_ref(), &HeadLimits::default())
}

#[track_caller]
fn accept(input: impl AsRef<[u8]>) -> Said {
    let input = input.as_ref();
    match parse(input) {
        Ok(Some(said)) => said,
        other => panic!("{}: {other:?}", input.escape_ascii()),
    }
}

#[track_caller]
fn refuse(input: impl AsRef<[u8]>, expected: HeadError) {
    let input = input.as_ref();
    assert_eq!(parse(input), Err(expected), "{}", input.escape_ascii());
}

/// Refuses `input` and every longer one: no more bytes are waited for.
#[track_caller]
fn refuse_at_its_last_byte(input: impl AsRef<[u8]>, expected: HeadError) {
    let input = input.as_ref();
    refuse(input, expected);
    assert_eq!(parse(&input[..input.len() - 1]), Ok(None), "{}", input.escape_ascii());
}
