//! Which content codings a client takes (RFC 9110 §12.5.3), and which files they are worth it for.

use http::HeaderValue;

use crate::http::{MediaType, elements, parse_weight};

/// The codings that files may lie compressed in, with the extension of theirs; the smallest first.
const CODINGS: [(&str, &str); 3] = [("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz")];

/// What a client says of codings; nothing where it said nothing, and then none is used.
#[derive(Clone, Debug, Default)]
pub(super) struct Codings {
    /// Names in lower case, with their weights in thousandths.
    weights: Vec<(String, u16)>,
}

impl Codings {
    /// Understands the values of all `Accept-Encoding` lines; what is malformed is passed over.
    pub(super) fn parse<'a>(values: impl Iterator<Item = &'a [u8]>) -> Self {
        let values = values.filter_map(|value| std::str::from_utf8(value).ok());
        Self { weights: values.flat_map(elements).filter_map(weighed).collect() }
    }

    /// The codings that the client likes at least as well as none, those that it likes best first: name and extension.
    pub(super) fn by_weight(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        // One that is not named is better than nothing, and no better than a coding.
        let identity = self.named("identity").unwrap_or(0);
        let mut taken: Vec<_> = CODINGS
            .into_iter()
            .map(|coding| (self.weight(coding.0), coding))
            .filter(|&(weight, _)| weight > 0 && weight >= identity)
            .collect();
        taken.sort_by_key(|&(weight, _)| std::cmp::Reverse(weight));
        taken.into_iter().map(|(_, coding)| coding)
    }

    fn weight(&self, coding: &str) -> u16 {
        self.named(coding).or_else(|| self.named("*")).unwrap_or(0)
    }

    fn named(&self, name: &str) -> Option<u16> {
        self.weights.iter().find(|(named, _)| named == name).map(|&(_, weight)| weight)
    }
}

/// An element of the list: `coding [ OWS ";" OWS "q=" qvalue ]`.
fn weighed(element: &str) -> Option<(String, u16)> {
    let (name, weight) = match element.split_once(';') {
        None => (element, 1000),
        Some((name, parameter)) => {
            let (q, weight) = parameter.trim_matches([' ', '\t']).split_once('=')?;
            (
                name.trim_end_matches([' ', '\t']),
                parse_weight(weight).filter(|_| q.eq_ignore_ascii_case("q"))?,
            )
        }
    };
    let name = name.to_ascii_lowercase();
    // RFC 9110 §8.4.1.3.
    Some((if name == "x-gzip" { "gzip".to_owned() } else { name }, weight))
}

/// Whether files of this type get smaller: text, and what is made of it.
pub(super) fn is_worthwhile(content_type: &HeaderValue) -> bool {
    let Some(media) = content_type.to_str().ok().and_then(MediaType::parse) else { return false };
    let is = |kind: &str, names: &[&str]| names.iter().any(|name| media.is(kind, name));
    media.kind.eq_ignore_ascii_case("text")
        || media.has_suffix("xml")
        || media.has_suffix("json")
        || is("application", &["json", "xml", "wasm", "yaml", "toml", "rtf", "vnd.ms-fontobject"])
        || is("font", &["ttf", "otf"])
        || is("image", &["bmp", "vnd.microsoft.icon"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_comes_first() {
        let rows: &[(&[&str], &[&str])] = &[
            (&[], &[]),
            (&[""], &[]),
            (&["gzip, deflate, br, zstd"], &["br", "zstd", "gzip"]),
            (&["gzip;q=1.0, br;q=0.5"], &["gzip", "br"]),
            (&["GZIP"], &["gzip"]),
            (&["x-gzip"], &["gzip"]),
            (&["gzip", "br"], &["br", "gzip"]),
            (&["br;q=0, *"], &["zstd", "gzip"]),
            (&["*;q=0"], &[]),
            (&["gzip;q=0.5, identity"], &[]),
            (&["gzip;q=0.5, identity;q=0.5"], &["gzip"]),
            (&["gzip, identity;q=0"], &["gzip"]),
            (&["gzip;q=2, br;x=1, zstd ; q=0.1"], &["zstd"]),
            (&["deflate, compress"], &[]),
        ];
        for (values, expected) in rows {
            let codings = Codings::parse(values.iter().map(|value| value.as_bytes()));
            assert_eq!(
                codings.by_weight().map(|(name, _)| name).collect::<Vec<_>>(),
                *expected,
                "{values:?}"
            );
        }
    }

    #[test]
    fn what_is_compressed_already_is_not_worth_it() {
        for (content_type, worthwhile) in [
            ("text/html; charset=utf-8", true),
            ("image/svg+xml", true),
            ("application/manifest+json", true),
            ("application/wasm", true),
            ("image/png", false),
            ("font/woff2", false),
            ("application/octet-stream", false),
        ] {
            assert_eq!(is_worthwhile(&HeaderValue::from_static(content_type)), worthwhile, "{content_type}");
        }
    }
}
