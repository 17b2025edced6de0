//! Inputs as field lines: one a line of the input, as the head parser would leave them.

use http::HeaderValue;

/// The values of the lines of `input`, without the whitespace around them; `None` where one could stand in no head.
pub(crate) fn values(input: &[u8]) -> Option<Vec<HeaderValue>> {
    input.split(|&byte| byte == b'\n').map(value).collect()
}

/// The same of lines `name: value`, where each name is one of `names`.
pub(crate) fn fields(input: &[u8], names: &[&'static str]) -> Option<Vec<(&'static str, HeaderValue)>> {
    let field = |line: &[u8]| {
        let known =
            |name: &&'static str| Some((*name, line.strip_prefix(name.as_bytes())?.strip_prefix(b":")?));
        let (name, behind) = names.iter().find_map(known)?;
        Some((name, value(behind)?))
    };
    input.split(|&byte| byte == b'\n').map(field).collect()
}

fn value(line: &[u8]) -> Option<HeaderValue> {
    HeaderValue::from_bytes(trim(line)).ok()
}

/// Without the spaces and tabs at both ends: `OWS` of RFC 9110 §5.6.3.
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}
