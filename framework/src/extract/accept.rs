//! [`Accept`] and [`AcceptLanguage`]: what a client would rather be answered with.

use std::convert::Infallible;

use super::FromRequest;
use crate::http::{Accept, Request, elements, first_of_the_heaviest, parse_weight};

/// Takes `Accept`. A client's preferences are advice, so that nothing is refused: without the field, or where it says
/// nothing that is understood, any media type will do.
///
/// ```
/// use server::{Accept, Html, IntoResponse, Json, Response, get};
///
/// #[get("/greeting")]
/// async fn greeting(accept: Accept) -> Response {
///     match accept.best_of(&["application/json", "text/html"]) {
///         Some("text/html") => Html("<p>hello").into_response(),
///         _ => Json("hello").into_response(),
///     }
/// }
/// ```
impl<S: Sync> FromRequest<S> for Accept {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(request.header_values("accept")))
    }
}

/// Takes `Accept-Language` (RFC 9110 §12.5.4): the languages that a client's reader knows.
///
/// As [`Accept`], it refuses nothing.
///
/// ```
/// use server::{AcceptLanguage, get};
///
/// #[get("/greeting")]
/// async fn greeting(languages: AcceptLanguage) -> &'static str {
///     match languages.best_of(&["en", "de", "fr-CA"]) {
///         Some("de") => "Guten Tag",
///         Some("fr-CA") => "Bonjour",
///         _ => "Hello",
///     }
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcceptLanguage {
    /// In the order received; none where nothing was said that we understood.
    ranges: Vec<LanguageRange>,
}

/// A basic language range (RFC 4647 §2.1) and its weight in thousandths.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LanguageRange {
    /// `None` is `*`.
    tag: Option<String>,
    weight: u16,
}

impl AcceptLanguage {
    /// Understands the values of all field lines, in the order received; what does not follow the grammar is passed over.
    #[inline]
    pub fn parse<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let values = values.into_iter().filter_map(|value| std::str::from_utf8(value).ok());
        Self { ranges: values.flat_map(elements).filter_map(LanguageRange::parse).collect() }
    }

    /// The one of `offers`, language tags such as `en` or `fr-CA`, that the reader likes best; of those liked alike the
    /// first. `None` where none was asked for: then a site answers in the language it is written in.
    ///
    /// `de` in the field stands for every kind of German, and one who asks for `de-CH` is offered `de` too. `*` is
    /// what no other range names; a weight of 0 excludes.
    #[inline]
    pub fn best_of<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        first_of_the_heaviest(offers, |offer| self.weight(offer))
    }

    #[inline]
    fn weight(&self, offer: &str) -> u16 {
        if self.ranges.is_empty() {
            return 1000;
        }
        let named = self.ranges.iter().filter_map(|range| Some((range.tag.as_deref()?, range.weight)));
        let containing = named.clone().filter(|(tag, _)| contains(tag, offer));
        // The narrowest range around the offer says whether it is excluded.
        if containing.max_by_key(|(tag, _)| tag.len()).is_some_and(|(_, weight)| weight == 0) {
            return 0;
        }
        let near = named.filter(|(tag, _)| contains(tag, offer) || contains(offer, tag));
        let rest = || self.ranges.iter().find(|range| range.tag.is_none()).map_or(0, |range| range.weight);
        near.map(|(_, weight)| weight).max().unwrap_or_else(rest)
    }
}

impl LanguageRange {
    /// `None` where the element does not follow the grammar.
    #[inline]
    fn parse(element: &str) -> Option<Self> {
        let (range, weight) = element.split_once(';').unwrap_or((element, "q=1"));
        let (name, weight) = weight.trim_matches([' ', '\t']).split_once('=')?;
        let weight = parse_weight(weight).filter(|_| name.eq_ignore_ascii_case("q"))?;
        let range = range.trim_end_matches([' ', '\t']);
        if range == "*" {
            return Some(Self { tag: None, weight });
        }
        let is_subtag = |(index, subtag): (usize, &str)| {
            let is_allowed = |byte: u8| byte.is_ascii_alphabetic() || (index > 0 && byte.is_ascii_digit());
            matches!(subtag.len(), 1..=8) && subtag.bytes().all(is_allowed)
        };
        range.split('-').enumerate().all(is_subtag).then(|| Self { tag: Some(range.to_owned()), weight })
    }
}

/// Whether `tag` is `range`, or begins with it and a `-` (RFC 4647 §3.3.1).
#[inline]
fn contains(range: &str, tag: &str) -> bool {
    let Some((start, rest)) = tag.split_at_checked(range.len()) else { return false };
    start.eq_ignore_ascii_case(range) && (rest.is_empty() || rest.starts_with('-'))
}

impl<S: Sync> FromRequest<S> for AcceptLanguage {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(request.header_values("accept-language")))
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;

    #[track_caller]
    fn check(value: &str, offers: &[&str], expected: Option<&str>) {
        let languages = AcceptLanguage::parse([value.as_bytes()]);
        assert_eq!(languages.best_of(offers), expected, "{value}");
    }

    #[test]
    fn takes_the_greatest_weight_and_then_the_first_offer() {
        let rows = [
            ("", Some("en")),
            ("de", Some("de")),
            ("de, en", Some("en")),
            ("en;q=0.5, de;q=0.7", Some("de")),
            ("da, en-gb;q=0.8, en;q=0.7", Some("en")),
            ("DE", Some("de")),
            ("fr", Some("fr-CA")),
            ("de-CH, en;q=0.5", Some("de")),
            ("de-CH-1996;q=0.3", Some("de")),
            ("*", Some("en")),
            ("de, *;q=0.5", Some("de")),
            ("es, *;q=0.1", Some("en")),
            ("*, en;q=0", Some("de")),
            ("fr, fr-CA;q=0", None),
            ("fr;q=0, fr-CA", Some("fr-CA")),
            ("es", None),
            ("d", None),
            ("deu", None),
        ];
        for (value, expected) in rows {
            check(value, &["en", "de", "fr-CA"], expected);
        }
    }

    #[test]
    fn what_is_malformed_is_passed_over() {
        for element in ["de de", "de_CH", "1a", "de-", "-de", "abcdefghi", "de;q=2", "de;q", "de;x=1", "é"] {
            check(&format!("{element}, en;q=0.1"), &["de", "en"], Some("en"));
        }
        check("de ; q=0.9", &["de"], Some("de"));
    }

    #[tokio::test]
    async fn both_are_arguments_that_refuse_nothing() {
        let mut request = Request::new(Method::GET, "/");
        request.headers_mut().append("accept", HeaderValue::from_static("text/html"));
        request.headers_mut().append("accept-language", HeaderValue::from_static("en;q=0.5"));
        request.headers_mut().append("accept-language", HeaderValue::from_static("de"));
        let Ok(accept) = Accept::from_request(&mut request, &()).await;
        assert_eq!(accept.best_of(&["text/plain", "text/html"]), Some("text/html"));
        let Ok(languages) = AcceptLanguage::from_request(&mut request, &()).await;
        assert_eq!(languages.best_of(&["en", "de"]), Some("de"));
    }

    proptest::proptest! {
        #[test]
        fn the_best_is_one_that_was_offered(value in "[a-cA-C*;q=.,0-9 -]{0,30}") {
            let languages = AcceptLanguage::parse([value.as_bytes()]);
            let offers = ["a", "b-c", "c"];
            proptest::prop_assert!(languages.best_of(&offers).is_none_or(|best| offers.contains(&best)));
        }

        #[test]
        fn the_one_that_is_asked_for_is_found(tag in "[a-z]{2}(-[A-Z]{2})?", other in "[a-z]{3}") {
            let languages = AcceptLanguage::parse([format!("{other};q=0.5, {tag}").as_bytes()]);
            proptest::prop_assert_eq!(languages.best_of(&[&other, &tag]), Some(tag.as_str()));
        }
    }
}
