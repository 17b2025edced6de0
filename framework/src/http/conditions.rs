//! Conditional requests (RFC 9110 §13): what a client says of the state it knows, held against the state there is.

#[cfg(any(test, feature = "__properties"))]
mod property;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Method;

#[cfg(any(test, feature = "__properties"))]
pub use property::conditions;

use super::{ETag, EntityTags, Request, RequestFacts};

/// The preconditions of one request, as they were sent; `None` where a field is missing or cannot be understood, which
/// is then as good as missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Preconditions {
    pub(crate) if_match: Option<EntityTags>,
    pub(crate) if_unmodified_since: Option<SystemTime>,
    pub(crate) if_none_match: Option<EntityTags>,
    pub(crate) if_modified_since: Option<SystemTime>,
}

/// What the preconditions make of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is answered as if there were none.
    Proceed,
    /// 304: the client has the current state.
    NotModified,
    /// 412: the state is not the one that the client knows.
    Failed,
}

impl Preconditions {
    /// Those of a request that a handler looks at.
    #[inline]
    pub(crate) fn of(request: &Request) -> Self {
        Self::read(|name| request.header_values(name).collect())
    }

    /// Those of a request that is being answered.
    pub(crate) fn of_facts(facts: &RequestFacts) -> Self {
        Self::read(|name| facts.values(name).collect())
    }

    /// `values` gives the values of the field lines of a name.
    fn read<'a>(values: impl Fn(&'static str) -> Vec<&'a [u8]>) -> Self {
        let tags = |name| EntityTags::parse(values(name).into_iter());
        // Beside tags a date is ignored, even where the tags are none (RFC 9110 §13.1.3, §13.1.4).
        let date = |name, tags| values(tags).is_empty().then(|| only_date(&values(name))).flatten();
        Self {
            if_match: tags("if-match"),
            if_unmodified_since: date("if-unmodified-since", "if-match"),
            if_none_match: tags("if-none-match"),
            if_modified_since: date("if-modified-since", "if-none-match"),
        }
    }

    /// Evaluates them in the order of RFC 9110 §13.2.2. `modified` has parts of a second that no field can tell; they
    /// are dropped.
    pub(crate) fn evaluate(
        &self,
        method: &Method,
        etag: Option<&ETag>,
        modified: Option<SystemTime>,
    ) -> Verdict {
        let is_reading = matches!(*method, Method::GET | Method::HEAD);
        let modified = modified.map(whole_seconds);
        let listed = |tags: &EntityTags, same: fn(&ETag, &ETag) -> bool| match etag {
            Some(etag) => tags.contain(etag, same),
            None => *tags == EntityTags::Any,
        };
        if let Some(tags) = &self.if_match {
            if !listed(tags, ETag::is_same_bytes) {
                return Verdict::Failed;
            }
        } else if let (Some(since), Some(modified)) = (self.if_unmodified_since, modified)
            && modified > since
        {
            return Verdict::Failed;
        }
        if let Some(tags) = &self.if_none_match {
            return match (listed(tags, ETag::is_same_meaning), is_reading) {
                (false, _) => Verdict::Proceed,
                (true, true) => Verdict::NotModified,
                (true, false) => Verdict::Failed,
            };
        }
        match (self.if_modified_since, modified) {
            (Some(since), Some(modified)) if is_reading && modified <= since => Verdict::NotModified,
            _ => Verdict::Proceed,
        }
    }
}

/// The one date of a field; several, or none that is valid, are to be ignored (RFC 9110 §13.1.3).
fn only_date(values: &[&[u8]]) -> Option<SystemTime> {
    let [value] = values else { return None };
    parse_date(std::str::from_utf8(value).ok()?)
}

/// Parses a date in any of the three forms (RFC 9110 §5.6.7).
pub(crate) fn parse_date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

/// The same time, as a field can tell it.
pub(crate) fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const OLD: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const NOW: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    /// The state: the tag `"now"`, changed at [`NOW`] and half a second.
    #[track_caller]
    fn check(method: &Method, fields: &[(&'static str, &str)], expected: Verdict) {
        let mut request = Request::new(method.clone(), "/");
        for (name, value) in fields {
            request.headers_mut().append(*name, HeaderValue::from_str(value).unwrap());
        }
        let modified = parse_date(NOW).unwrap() + Duration::from_millis(500);
        let facts = RequestFacts::of(&request);
        assert_eq!(Preconditions::of(&request), Preconditions::of_facts(&facts));
        let found = Preconditions::of(&request).evaluate(method, Some(&ETag::strong("now")), Some(modified));
        assert_eq!(found, expected, "{method} {fields:?}");
    }

    #[test]
    fn holds_the_order_of_the_rfc() {
        use Verdict::{Failed, NotModified, Proceed};
        type Row = (&'static [(&'static str, &'static str)], Verdict, Verdict);
        let rows: &[Row] = &[
            (&[], Proceed, Proceed),
            (&[("if-none-match", "\"now\"")], NotModified, Failed),
            (&[("if-none-match", "W/\"now\"")], NotModified, Failed),
            (&[("if-none-match", "\"x\", \"now\"")], NotModified, Failed),
            (&[("if-none-match", "*")], NotModified, Failed),
            (&[("if-none-match", "\"old\"")], Proceed, Proceed),
            (&[("if-none-match", "now")], Proceed, Proceed),
            // The tag decides alone where both stand.
            (&[("if-none-match", "\"old\""), ("if-modified-since", NOW)], Proceed, Proceed),
            (&[("if-none-match", "\"now\""), ("if-modified-since", OLD)], NotModified, Failed),
            (&[("if-none-match", "now"), ("if-modified-since", NOW)], Proceed, Proceed),
            (&[("if-match", "old"), ("if-unmodified-since", OLD)], Proceed, Proceed),
            (&[("if-modified-since", NOW)], NotModified, Proceed),
            (&[("if-modified-since", OLD)], Proceed, Proceed),
            (&[("if-modified-since", "yesterday")], Proceed, Proceed),
            (&[("if-modified-since", NOW), ("if-modified-since", NOW)], Proceed, Proceed),
            (&[("if-match", "\"now\"")], Proceed, Proceed),
            (&[("if-match", "W/\"now\"")], Failed, Failed),
            (&[("if-match", "\"old\"")], Failed, Failed),
            (&[("if-match", "*")], Proceed, Proceed),
            (&[("if-match", "\"now\""), ("if-unmodified-since", OLD)], Proceed, Proceed),
            (&[("if-match", "\"now\""), ("if-none-match", "\"now\"")], NotModified, Failed),
            (&[("if-match", "\"old\""), ("if-none-match", "\"now\"")], Failed, Failed),
            (&[("if-unmodified-since", OLD)], Failed, Failed),
            (&[("if-unmodified-since", NOW)], Proceed, Proceed),
        ];
        for (fields, reading, writing) in rows {
            check(&Method::GET, fields, *reading);
            check(&Method::HEAD, fields, *reading);
            check(&Method::PUT, fields, *writing);
        }
    }

    #[test]
    fn where_the_state_has_no_tag_only_a_star_matches() {
        let with = |name: &'static str, value: &'static str| {
            let mut request = Request::new(Method::PUT, "/");
            request.headers_mut().append(name, HeaderValue::from_static(value));
            Preconditions::of(&request).evaluate(&Method::PUT, None, None)
        };
        assert_eq!(with("if-match", "\"a\""), Verdict::Failed);
        assert_eq!(with("if-none-match", "\"a\""), Verdict::Proceed);
        assert_eq!(with("if-unmodified-since", NOW), Verdict::Proceed);
    }
}
