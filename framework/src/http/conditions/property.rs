//! Any bytes as the fields of a conditional request: judged as RFC 9110 §13.2.2 judges them step by step.

use std::time::{Duration, SystemTime};

use http::{HeaderValue, Method};

use super::{Preconditions, Verdict, parse_date, whole_seconds};
use crate::__properties::{fields, trim};
use crate::http::{ETag, EntityTags, Request, RequestFacts};

const NAMES: [&str; 4] = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];

/// Holds where `input`, as lines `if-match: …` and the like, gives the tags that it gives by hand, however its lines are
/// joined; where each is written as it was read; and where the verdict on any state is that of the RFC's steps.
///
/// # Panics
///
/// Where it does not hold.
pub fn conditions(input: &[u8]) {
    let Some(fields) = fields(input, &NAMES) else { return };
    let mut request = Request::new(Method::GET, "/");
    for (name, value) in &fields {
        request.headers_mut().append(*name, value.clone());
    }
    let ours = Preconditions::of(&request);
    assert_eq!(ours, Preconditions::of_facts(&RequestFacts::of(&request)));
    let sent = Sent {
        if_match: lines(&fields, "if-match"),
        if_none_match: lines(&fields, "if-none-match"),
        if_modified_since: lines(&fields, "if-modified-since"),
        if_unmodified_since: lines(&fields, "if-unmodified-since"),
    };
    let mut states = vec![None, Some(ETag::strong("a")), Some(ETag::weak("a"))];
    for (lines, ours) in [(&sent.if_match, &ours.if_match), (&sent.if_none_match, &ours.if_none_match)] {
        let by_hand = tags_by_hand(lines);
        check_tags(lines, by_hand.as_ref(), ours.as_ref());
        if let Some(EntityTags::List(tags)) = ours {
            states.extend(tags.iter().take(4).cloned().map(Some));
        }
    }
    let mut times = vec![None];
    for since in
        [&sent.if_modified_since, &sent.if_unmodified_since].into_iter().filter_map(|lines| date(lines))
    {
        assert_eq!(parse_date(&httpdate::fmt_http_date(since)), Some(since));
        let half = Duration::from_millis(500);
        times.extend([
            Some(since),
            since.checked_sub(half),
            since.checked_add(half),
            since.checked_add(2 * half),
        ]);
    }
    for method in [Method::GET, Method::HEAD, Method::PUT] {
        for etag in &states {
            for &modified in &times {
                let found = ours.evaluate(&method, etag.as_ref(), modified);
                let by_hand = sent.by_hand(&method, etag.as_ref(), modified);
                assert_eq!(found, by_hand, "{method} of {etag:?}, {modified:?}: {fields:?}");
            }
        }
    }
}

/// The values of the lines of each field, in the order in which they came.
struct Sent<'a> {
    if_match: Vec<&'a [u8]>,
    if_none_match: Vec<&'a [u8]>,
    if_modified_since: Vec<&'a [u8]>,
    if_unmodified_since: Vec<&'a [u8]>,
}

impl Sent<'_> {
    /// The steps of RFC 9110 §13.2.2, one by one. A list of tags that is none holds, and has the date beside it ignored
    /// all the same.
    fn by_hand(&self, method: &Method, etag: Option<&ETag>, modified: Option<SystemTime>) -> Verdict {
        let is_reading = method == Method::GET || method == Method::HEAD;
        let listed = |tags: Option<ByHand>, is_strong: bool| {
            tags.map(|tags| match tags {
                ByHand::Star => true,
                ByHand::Tags(tags) => etag.is_some_and(|etag| {
                    let mut tags = tags.iter();
                    tags.any(|(weak, opaque)| {
                        opaque == etag.opaque() && !(is_strong && (*weak || etag.is_weak()))
                    })
                }),
            })
        };
        let is_later = |lines: &[&[u8]]| Some(whole_seconds(modified?) > date(lines)?);
        // Steps 1 and 2.
        let state_is_known = if self.if_match.is_empty() {
            is_later(&self.if_unmodified_since) != Some(true)
        } else {
            listed(tags_by_hand(&self.if_match), true) != Some(false)
        };
        if !state_is_known {
            return Verdict::Failed;
        }
        // Steps 3 and 4.
        let state_is_new = if !self.if_none_match.is_empty() {
            listed(tags_by_hand(&self.if_none_match), false) != Some(true)
        } else {
            !is_reading || is_later(&self.if_modified_since) != Some(false)
        };
        match (state_is_new, is_reading) {
            (true, _) => Verdict::Proceed,
            (false, true) => Verdict::NotModified,
            (false, false) => Verdict::Failed,
        }
    }
}

/// `*`, or whether each tag is weak, and what stands between its quotes.
#[derive(Debug, PartialEq)]
enum ByHand {
    Star,
    Tags(Vec<(bool, Vec<u8>)>),
}

/// Joins the lines, and cuts what is between quotes out of what is between commas.
fn tags_by_hand(lines: &[&[u8]]) -> Option<ByHand> {
    let line = lines.join(&b", "[..]);
    if line == b"*" {
        return Some(ByHand::Star);
    }
    let mut is_quoted = false;
    let elements = line.split(|&byte| {
        is_quoted ^= byte == b'"';
        byte == b',' && !is_quoted
    });
    let tag = |element: &[u8]| {
        let (is_weak, quoted) = match element {
            [b'W', b'/', quoted @ ..] => (true, quoted),
            quoted => (false, quoted),
        };
        let [b'"', opaque @ .., b'"'] = quoted else { return None };
        let is_opaque = !opaque.iter().any(|byte| matches!(byte, 0..=b' ' | b'"' | 0x7f));
        is_opaque.then(|| (is_weak, opaque.to_vec()))
    };
    let elements = elements.map(trim).filter(|element| !element.is_empty());
    let tags: Vec<_> = elements.map(tag).collect::<Option<_>>()?;
    (!tags.is_empty()).then_some(ByHand::Tags(tags))
}

fn check_tags(lines: &[&[u8]], by_hand: Option<&ByHand>, ours: Option<&EntityTags>) {
    let joined = lines.join(&b", "[..]);
    assert_eq!(EntityTags::parse([joined.as_slice()].into_iter()).as_ref(), ours, "{lines:?} in one line");
    match (ours, by_hand) {
        (None, None) | (Some(EntityTags::Any), Some(ByHand::Star)) => {}
        (Some(EntityTags::List(ours)), Some(ByHand::Tags(by_hand))) => {
            let parts: Vec<_> = ours.iter().map(|tag| (tag.is_weak(), tag.opaque().to_vec())).collect();
            assert_eq!(&parts, by_hand);
            for tag in ours {
                assert_eq!(ETag::parse(tag.to_value().as_bytes()).as_ref(), Some(tag));
            }
        }
        (ours, by_hand) => panic!("{ours:?}, by hand {by_hand:?}"),
    }
}

fn lines<'a>(fields: &'a [(&str, HeaderValue)], name: &str) -> Vec<&'a [u8]> {
    fields.iter().filter(|(other, _)| *other == name).map(|(_, value)| value.as_bytes()).collect()
}

/// The date of a field that has one line, and a date in it.
fn date(lines: &[&[u8]]) -> Option<SystemTime> {
    let [line] = lines else { return None };
    httpdate::parse_http_date(std::str::from_utf8(line).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::__properties::replay;

    const TAGS: &str =
        "(if-match|if-none-match): ?([*]|(W/)?\"[ab,]{0,2}\"|[aW/\", ]{0,3})([ ,]{1,2}(W/)?\"a\"){0,2}";
    const DATES: &str = "(if-modified-since|if-unmodified-since): Sun, 0[56] Nov 1994 08:49:3[0-9] GMT";

    proptest::proptest! {
        #[test]
        fn any_fields_are_judged_by_the_steps_of_the_rfc(
            lines in proptest::collection::vec(proptest::prop_oneof![TAGS, DATES], 1..5),
        ) {
            conditions(lines.join("\n").as_bytes());
        }
    }

    #[test]
    fn the_fuzzers_fields_are_judged_by_the_steps_of_the_rfc() {
        replay("conditions", conditions);
    }
}
