//! Which content codings a client takes (RFC 9110 §12.5.3), and which content they are worth it for.

#[cfg(any(feature = "compression", all(unix, feature = "files")))]
use http::HeaderValue;

#[cfg(any(feature = "compression", all(unix, feature = "files")))]
use super::MediaType;
use super::{elements, parse_weight};

/// What a client can say something of that anybody here asks about.
const NAMES: [&str; 6] = ["zstd", "br", "gzip", "deflate", IDENTITY, ANY];
/// No coding at all.
const IDENTITY: &str = "identity";
/// Whatever is not named.
const ANY: &str = "*";

/// What a client says of codings; nothing where it said nothing, and then none is used.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Codings {
    /// The weight of each of [`NAMES`] in thousandths, where it stands there.
    weights: [Option<u16>; NAMES.len()],
}

impl Codings {
    /// Understands the values of all `Accept-Encoding` lines; what is malformed is passed over. Where a coding stands
    /// twice, the first counts.
    pub(crate) fn parse<'a>(values: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut codings = Self::default();
        let values = values.filter_map(|value| std::str::from_utf8(value).ok());
        for (name, weight) in values.flat_map(elements).filter_map(weighed) {
            let place = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name));
            if let Some(noted) = place.and_then(|place| codings.weights.get_mut(place)) {
                noted.get_or_insert(weight);
            }
        }
        codings
    }

    /// Those of `offers` that the client likes at least as well as none, the one that it likes best first; of those that
    /// it likes alike, the first.
    pub(crate) fn by_weight(&self, offers: &[&'static str]) -> impl Iterator<Item = &'static str> + use<> {
        // One that is not named is better than nothing, and no better than a coding.
        let identity = self.named(IDENTITY).unwrap_or(0);
        let liked =
            |name| Some((self.weight(name), name)).filter(|&(weight, _)| weight > 0 && weight >= identity);
        let mut taken: Vec<_> = offers.iter().copied().filter_map(liked).collect();
        taken.sort_by_key(|&(weight, _)| std::cmp::Reverse(weight));
        taken.into_iter().map(|(_, name)| name)
    }

    /// Whether the client does not take content without a coding: `identity;q=0`, or `*;q=0` and no word of identity.
    #[cfg(feature = "compression")]
    pub(crate) fn refuse_identity(&self) -> bool {
        self.named(IDENTITY).or(self.named(ANY)) == Some(0)
    }

    fn weight(&self, coding: &str) -> u16 {
        self.named(coding).or(self.named(ANY)).unwrap_or(0)
    }

    fn named(&self, name: &str) -> Option<u16> {
        let mut named = NAMES.into_iter().zip(self.weights);
        named.find(|(known, _)| *known == name).and_then(|(_, weight)| weight)
    }
}

/// An element of the list: `coding [ OWS ";" OWS "q=" qvalue ]`.
fn weighed(element: &str) -> Option<(&str, u16)> {
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
    // RFC 9110 §8.4.1.3.
    Some((if name.eq_ignore_ascii_case("x-gzip") { "gzip" } else { name }, weight))
}

/// Whether content of this type gets smaller: text, and what is made of it.
#[cfg(any(feature = "compression", all(unix, feature = "files")))]
pub(crate) fn is_worthwhile(content_type: &HeaderValue) -> bool {
    let Some(media) = content_type.to_str().ok().and_then(MediaType::parse) else { return false };
    let is = |kind: &str, names: &[&str]| names.iter().any(|name| media.is(kind, name));
    let application = [
        "json",
        "javascript",
        "x-javascript",
        "x-ndjson",
        "xml",
        "wasm",
        "yaml",
        "toml",
        "rtf",
        "vnd.ms-fontobject",
    ];
    media.kind.eq_ignore_ascii_case("text")
        || media.has_suffix("xml")
        || media.has_suffix("json")
        || is("application", &application)
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
            (&["gzip;q=0, gzip"], &[]),
            (&["deflate, compress"], &[]),
        ];
        for (values, expected) in rows {
            let codings = Codings::parse(values.iter().map(|value| value.as_bytes()));
            assert_eq!(
                codings.by_weight(&["br", "zstd", "gzip"]).collect::<Vec<_>>(),
                *expected,
                "{values:?}"
            );
        }
    }

    #[cfg(feature = "compression")]
    #[test]
    fn no_coding_at_all_is_refused_by_name_or_with_all_the_others() {
        let rows = [
            (None, false),
            (Some(""), false),
            (Some("gzip;q=0"), false),
            (Some("identity;q=0"), true),
            (Some("identity;q=0.000, *"), true),
            (Some("*;q=0"), true),
            (Some("gzip, *;q=0"), true),
            (Some("identity;q=0.1, *;q=0"), false),
        ];
        for (value, expected) in rows {
            let codings = Codings::parse(value.iter().map(|value| value.as_bytes()));
            assert_eq!(codings.refuse_identity(), expected, "{value:?}");
        }
    }

    #[cfg(any(feature = "compression", all(unix, feature = "files")))]
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
