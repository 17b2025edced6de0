//! Heads in bytes, out as what they say; every input also cut at every byte and trickled in.

mod fields;
mod oracle;
mod pace;
mod request_line;

use super::property::{Said, parse_cut};
use super::*;

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
