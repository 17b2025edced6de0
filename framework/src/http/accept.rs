//! `Accept` (RFC 9110 §12.5.1): which of the forms that we can answer in the client likes best.
//!
//! ```text
//! Accept      = #( media-range [ weight ] )
//! media-range = ( "*/*" / type "/*" / type "/" subtype ) parameters
//! weight      = OWS ";" OWS "q=" qvalue
//! qvalue      = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3"0" ] )
//! ```
//!
//! A client's preferences are advice: an element that is malformed is passed over, and nothing here is refused.

use super::MediaType;

/// The media types that a client takes, and how much it likes each.
///
/// ```
/// use server::Accept;
///
/// let accept = Accept::parse([b"text/html, application/json;q=0.8, */*;q=0.1".as_slice()]);
/// assert_eq!(accept.best_of(&["application/json", "text/html"]), Some("text/html"));
/// assert_eq!(accept.best_of(&["text/plain", "application/json"]), Some("application/json"));
/// assert_eq!(accept.best_of(&["image/png"]), Some("image/png"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accept {
    /// In the order received; none where the client said nothing that we understood.
    ranges: Vec<Range>,
}

/// A media range and its weight.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Range {
    name: Name,
    /// Those before the weight.
    parameters: Vec<(String, String)>,
    /// Thousandths; 0 is "not acceptable".
    weight: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Any,
    Type(String),
    Exact(String, String),
}

impl Accept {
    /// Understands the values of all `Accept` field lines of a request, in the order received.
    ///
    /// Elements that do not follow the grammar are passed over; where none is left, every media type is as good as
    /// any other, as it is where there is no such field.
    pub fn parse<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let values = values.into_iter().filter_map(|value| std::str::from_utf8(value).ok());
        Self { ranges: values.flat_map(elements).filter_map(Range::parse).collect() }
    }

    /// The one of `offers`, media types such as `text/html`, that the client likes best; of those that it likes alike
    /// the first. `None` where it takes none of them.
    ///
    /// Each offer is weighed by the most specific range that matches it, and not at all by a weight of 0. One without a
    /// `charset` is taken to be in UTF-8.
    pub fn best_of<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        first_of_the_heaviest(offers, |offer| self.weight(offer))
    }

    /// How much the client likes `offer`, in thousandths; 0 is not at all.
    fn weight(&self, offer: &str) -> u16 {
        let Some(media) = MediaType::parse(offer) else { return 0 };
        if self.ranges.is_empty() {
            return 1000;
        }
        let matching = self.ranges.iter().filter(|range| range.matches(&media));
        // Where a range stands twice, the greater weight is meant.
        matching.map(|range| (range.specificity(), range.weight)).max().map_or(0, |(_, weight)| weight)
    }
}

impl Range {
    /// `None` where the element does not follow the grammar.
    fn parse(element: &str) -> Option<Self> {
        let media = MediaType::parse(element)?;
        let name = match (media.kind, media.subtype) {
            ("*", "*") => Name::Any,
            ("*", _) => return None,
            (kind, "*") => Name::Type(kind.to_owned()),
            (kind, subtype) => Name::Exact(kind.to_owned(), subtype.to_owned()),
        };
        let mut range = Self { name, parameters: Vec::new(), weight: 1000 };
        for (name, value) in media.parameters() {
            if name.eq_ignore_ascii_case("q") {
                // What stands behind the weight is no part of the range.
                range.weight = parse_weight(&value)?;
                break;
            }
            range.parameters.push((name.to_owned(), value.into_owned()));
        }
        Some(range)
    }

    /// Whether `media` lies within, with each of the range's parameters. One that names no charset is in UTF-8.
    fn matches(&self, media: &MediaType<'_>) -> bool {
        let named = match &self.name {
            Name::Any => true,
            Name::Type(kind) => media.kind.eq_ignore_ascii_case(kind),
            Name::Exact(kind, subtype) => media.is(kind, subtype),
        };
        named
            && self.parameters.iter().all(|(name, value)| {
                let mut said = media.parameters().filter(|(n, _)| n.eq_ignore_ascii_case(name)).peekable();
                let is_default = name.eq_ignore_ascii_case("charset") && value.eq_ignore_ascii_case("utf-8");
                (is_default && said.peek().is_none()) || said.any(|(_, v)| v.eq_ignore_ascii_case(value))
            })
    }

    /// The greater, the more specific.
    fn specificity(&self) -> (u8, usize) {
        let name = match self.name {
            Name::Any => 0,
            Name::Type(_) => 1,
            Name::Exact(..) => 2,
        };
        (name, self.parameters.len())
    }
}

/// The one of `offers` with the greatest weight, and of several the first; `None` where each weighs 0.
pub(crate) fn first_of_the_heaviest<'o>(offers: &[&'o str], weight: impl Fn(&str) -> u16) -> Option<&'o str> {
    let mut best = None;
    for &offer in offers {
        let weight = weight(offer);
        if weight > best.map_or(0, |(weight, _)| weight) {
            best = Some((weight, offer));
        }
    }
    best.map(|(_, offer)| offer)
}

/// A qvalue in thousandths (RFC 9110 §12.4.2).
pub(crate) fn parse_weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// The elements of a list, split at the commas outside of quotes; empty ones mean nothing (RFC 9110 §5.6.1).
pub(crate) fn elements(list: &str) -> impl Iterator<Item = &str> {
    let (mut in_quotes, mut escaped) = (false, false);
    let is_comma = move |character: char| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match character {
            '"' => in_quotes = !in_quotes,
            '\\' => escaped = in_quotes,
            _ => {}
        }
        character == ',' && !in_quotes
    };
    list.split(is_comma)
        .map(|element| element.trim_matches([' ', '\t']))
        .filter(|element| !element.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[&str], offers: &[&str], expected: Option<&str>) {
        let accept = Accept::parse(values.iter().map(|value| value.as_bytes()));
        assert_eq!(accept.best_of(offers), expected, "{values:?} of {offers:?}");
    }

    const FORMS: &[&str] = &["application/problem+json", "text/html", "text/plain"];

    #[test]
    fn takes_anything_where_nothing_is_said() {
        check(&[], FORMS, Some("application/problem+json"));
        check(&[""], FORMS, Some("application/problem+json"));
        check(&[" , ,"], FORMS, Some("application/problem+json"));
        check(&[], &[], None);
        check(&["text/html"], &[], None);
    }

    #[test]
    fn takes_the_greatest_weight_and_then_the_first_offer() {
        let rows: &[(&str, Option<&str>)] = &[
            ("text/html", Some("text/html")),
            ("TEXT/Html", Some("text/html")),
            ("text/plain, text/html", Some("text/html")),
            ("text/html;q=0.5, text/plain", Some("text/plain")),
            ("text/html;q=0.5, text/plain;q=0.501", Some("text/plain")),
            ("text/html ; Q=0.5 ,text/plain\t;\tq=0.4", Some("text/html")),
            ("*/*", Some("application/problem+json")),
            ("text/*", Some("text/html")),
            ("text/*, application/problem+json;q=0.9", Some("text/html")),
            ("image/png", None),
            ("image/png, */*;q=0.1", Some("application/problem+json")),
            ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", Some("text/html")),
        ];
        for (value, expected) in rows {
            check(&[value], FORMS, *expected);
        }
    }

    #[test]
    fn the_most_specific_range_weighs() {
        let rows: &[(&str, Option<&str>)] = &[
            ("text/*;q=0.9, text/html;q=0.1, */*;q=0.5", Some("text/plain")),
            ("*/*, application/problem+json;q=0", Some("text/html")),
            ("*/*, application/*;q=0, text/html;q=0", Some("text/plain")),
            ("*/*;q=0, text/plain;q=0.001", Some("text/plain")),
            ("*/*;q=0", None),
            ("text/*;q=0, text/html", Some("text/html")),
            ("text/plain;q=0.2, text/plain;q=0.4, text/html;q=0.3", Some("text/plain")),
        ];
        for (value, expected) in rows {
            check(&[value], FORMS, *expected);
        }
    }

    #[test]
    fn parameters_make_a_range_narrower() {
        let offers = &["text/html;level=2", "text/html;level=1", "text/html"];
        check(&["text/html;level=1, text/html;q=0.5"], offers, Some("text/html;level=1"));
        check(&["text/html;Level=\"1\";q=0.2, text/html;q=0.1"], offers, Some("text/html;level=1"));
        check(&["text/html;level=3"], offers, None);
        check(&["text/html;level=1;q=0, text/html"], &offers[1..], Some("text/html"));
        check(&["text/html;q=1;level=3"], offers, Some("text/html;level=2"));
        // The example of RFC 9110 §12.5.1.
        let example = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5";
        let accept = Accept::parse([example.as_bytes()]);
        let rows = [
            ("text/plain;format=flowed", 1000),
            ("text/plain", 700),
            ("text/html", 300),
            ("image/jpeg", 500),
            ("text/plain;format=fixed", 400),
            ("text/html;level=3", 300),
        ];
        for (offer, weight) in rows {
            assert_eq!(accept.weight(offer), weight, "{offer}");
        }
    }

    #[test]
    fn what_names_no_charset_is_utf_8() {
        let latin = &["text/html;charset=iso-8859-1"];
        check(&["text/html; charset=UTF-8"], FORMS, Some("text/html"));
        check(&["text/html;charset=\"utf-8\";q=0.2, text/html, text/plain;q=0.3"], FORMS, Some("text/plain"));
        check(&["text/html;charset=iso-8859-1"], FORMS, None);
        check(&["text/html;charset=utf-8"], latin, None);
        check(&["text/html;charset=iso-8859-1"], latin, Some(latin[0]));
    }

    #[test]
    fn all_lines_count() {
        check(&["text/plain;q=0.5", "text/html;q=0.7, image/png"], FORMS, Some("text/html"));
    }

    #[test]
    fn a_comma_in_quotes_parts_nothing() {
        let offers = &["text/html;a=\"x,y\"", "text/plain"];
        check(&["text/html;a=\"x,y\", text/plain;q=0.5"], offers, Some(offers[0]));
        check(&[r#"text/html;a="\",image/png;q=1", text/plain;q=0.5"#], offers, Some("text/plain"));
    }

    #[test]
    fn what_is_malformed_is_passed_over() {
        let malformed = [
            "*",
            "*; q=.2",
            "text",
            "*/html",
            "text/html;q=2",
            "text/html;q=1.1",
            "text/html;q=0.1234",
            "text/html;q=.5",
            "text/html;q=-1",
            "text/html;q=",
            "text/html;q",
            "text/html;q=0,5",
            "text/html;a=\"x",
        ];
        for element in malformed {
            check(&[&format!("{element}, text/plain;q=0.1")], &["text/html", "text/plain"], {
                // What stands behind a quote that never ends belongs to it.
                Some(if element.contains('"') { "text/html" } else { "text/plain" })
            });
        }
        let accept = Accept::parse([b"\xff".as_slice(), b"text/plain"]);
        assert_eq!(accept.best_of(FORMS), Some("text/plain"));
        check(&["*"], &["no media type", "text/html"], Some("text/html"));
    }

    #[test]
    fn weights_are_thousandths() {
        let rows = [
            ("0", Some(0)),
            ("0.", Some(0)),
            ("0.5", Some(500)),
            ("0.05", Some(50)),
            ("0.999", Some(999)),
            ("1", Some(1000)),
            ("1.000", Some(1000)),
            ("1.001", None),
            ("0.+5", None),
            ("00", None),
            ("", None),
            ("é", None),
        ];
        for (text, expected) in rows {
            assert_eq!(parse_weight(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_best_is_one_of_the_offers(value in "[a-z*/;q=.,0-9\"\\\\ ]{0,40}") {
            let accept = Accept::parse([value.as_bytes()]);
            let best = accept.best_of(FORMS);
            proptest::prop_assert!(best.is_none_or(|best| FORMS.contains(&best)));
        }
    }
}
