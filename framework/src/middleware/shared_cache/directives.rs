//! Cache-Control in both directions (RFC 9111 §5.2), as a shared cache reads it.
//!
//! ```text
//! Cache-Control   = #cache-directive
//! cache-directive = token [ "=" ( token / quoted-string ) ]
//! delta-seconds   = 1*DIGIT
//! ```

use std::time::Duration;

/// What is longer is taken for this (RFC 9111 §1.2.2).
const LONGEST: u64 = 1 << 31;

/// What a request says of the answers that it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Nothing is to be kept of it.
    pub(super) no_store: bool,
    /// What is kept is to be asked about first.
    pub(super) no_cache: bool,
    /// What is kept, or nothing.
    pub(super) only_if_cached: bool,
    /// No older than this.
    pub(super) max_age: Option<Duration>,
    /// Fresh for so long still.
    pub(super) min_fresh: Option<Duration>,
    /// Out of date for no longer than this.
    pub(super) max_stale: Option<Duration>,
}

/// What a response says of who may keep it, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "directives of the RFC, each there or not")]
pub(super) struct Allowed {
    pub(super) no_store: bool,
    pub(super) no_cache: bool,
    pub(super) private: bool,
    pub(super) public: bool,
    pub(super) must_revalidate: bool,
    pub(super) proxy_revalidate: bool,
    pub(super) must_understand: bool,
    pub(super) max_age: Option<Duration>,
    pub(super) s_maxage: Option<Duration>,
    /// RFC 5861.
    pub(super) stale_while_revalidate: Option<Duration>,
    pub(super) stale_if_error: Option<Duration>,
}

impl Wanted {
    /// Of all field lines of a request.
    #[inline]
    pub(super) fn parse<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut wanted = Self::default();
        for_each(lines, |name, value| match name {
            "no-store" => wanted.no_store = true,
            "no-cache" => wanted.no_cache = true,
            "only-if-cached" => wanted.only_if_cached = true,
            "max-age" => set(&mut wanted.max_age, Some(seconds(value))),
            // What cannot be read asks for what cannot be had.
            "min-fresh" => set(&mut wanted.min_fresh, Some(parse_seconds(value).unwrap_or(Duration::MAX))),
            "max-stale" if value.is_none() => set(&mut wanted.max_stale, Some(Duration::MAX)),
            "max-stale" => set(&mut wanted.max_stale, parse_seconds(value)),
            _ => {}
        });
        wanted
    }
}

impl Allowed {
    /// Of all field lines of a response. Of a directive with names of fields, `no-cache="set-cookie"` say, the names are
    /// not looked at: it then holds for the whole.
    #[inline]
    pub(super) fn parse<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut allowed = Self::default();
        for_each(lines, |name, value| match name {
            "no-store" => allowed.no_store = true,
            "no-cache" => allowed.no_cache = true,
            "private" => allowed.private = true,
            "public" => allowed.public = true,
            "must-revalidate" => allowed.must_revalidate = true,
            "proxy-revalidate" => allowed.proxy_revalidate = true,
            "must-understand" => allowed.must_understand = true,
            "max-age" => set(&mut allowed.max_age, Some(seconds(value))),
            "s-maxage" => set(&mut allowed.s_maxage, Some(seconds(value))),
            "stale-while-revalidate" => set(&mut allowed.stale_while_revalidate, Some(seconds(value))),
            "stale-if-error" => set(&mut allowed.stale_if_error, Some(seconds(value))),
            _ => {}
        });
        allowed
    }
}

/// Of several the first is used (RFC 9111 §4.2.1).
fn set(place: &mut Option<Duration>, value: Option<Duration>) {
    if place.is_none() {
        *place = value;
    }
}

/// The seconds of a directive; none at all where they cannot be read, as it is then to be taken for out of date.
#[inline]
fn seconds(value: Option<&str>) -> Duration {
    parse_seconds(value).unwrap_or_default()
}

/// Digits alone; what is more than 2³¹ is as good as that.
#[inline]
pub(super) fn parse_seconds(value: Option<&str>) -> Option<Duration> {
    let digits = value?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Duration::from_secs(digits.parse().unwrap_or(LONGEST).min(LONGEST)))
}

/// Calls `take` with each directive, its name in lower case.
#[inline]
fn for_each<'a>(lines: impl Iterator<Item = &'a [u8]>, mut take: impl FnMut(&str, Option<&str>)) {
    for line in lines {
        let mut rest = line;
        while !rest.is_empty() {
            let (element, others) = split(rest);
            rest = others;
            let Ok(element) = std::str::from_utf8(element.trim_ascii()) else { continue };
            let (name, value) = match element.split_once('=') {
                Some((name, value)) => (name.trim_end(), Some(value.trim_start().trim_matches('"'))),
                None => (element, None),
            };
            take(&name.to_ascii_lowercase(), value);
        }
    }
}

/// Takes what stands before the next comma that is in no quoted string.
#[inline]
fn split(line: &[u8]) -> (&[u8], &[u8]) {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (index, byte) in line.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => {
                let (element, rest) = line.split_at(index);
                return (element, rest.get(1..).unwrap_or_default());
            }
            _ => {}
        }
    }
    (line, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    #[test]
    fn a_response_says_who_may_keep_it() {
        let none = Allowed::default();
        let rows: [(&[&str], Allowed); 14] = [
            (&[], none),
            (&["No-Store"], Allowed { no_store: true, ..none }),
            (&["public, max-age=60"], Allowed { public: true, max_age: secs(60), ..none }),
            (
                &["public", "S-MAXAGE=\"9\" ,, max-age = 60"],
                Allowed { public: true, max_age: secs(60), s_maxage: secs(9), ..none },
            ),
            (&["max-age=1, max-age=2"], Allowed { max_age: secs(1), ..none }),
            (&["max-age"], Allowed { max_age: secs(0), ..none }),
            (&["max-age=-1"], Allowed { max_age: secs(0), ..none }),
            (&["max-age=1.5"], Allowed { max_age: secs(0), ..none }),
            (&["max-age=99999999999999999999999"], Allowed { max_age: secs(LONGEST), ..none }),
            (&["private=\"a, no-store\""], Allowed { private: true, ..none }),
            (&["x=\"\\\", no-store\", no-cache=\"a\""], Allowed { no_cache: true, ..none }),
            (&["x=\"no-store"], none),
            (
                &["must-understand,proxy-revalidate,must-revalidate"],
                Allowed { must_understand: true, must_revalidate: true, proxy_revalidate: true, ..none },
            ),
            (
                &["stale-while-revalidate=3,stale-if-error=4"],
                Allowed { stale_while_revalidate: secs(3), stale_if_error: secs(4), ..none },
            ),
        ];
        for (lines, expected) in rows {
            assert_eq!(Allowed::parse(lines.iter().map(|line| line.as_bytes())), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_request_says_what_it_takes() {
        let none = Wanted::default();
        let rows: [(&str, Wanted); 7] = [
            (
                "no-cache, no-store, only-if-cached",
                Wanted { no_store: true, no_cache: true, only_if_cached: true, ..none },
            ),
            ("max-age=0", Wanted { max_age: secs(0), ..none }),
            ("max-age=x", Wanted { max_age: secs(0), ..none }),
            ("min-fresh=5", Wanted { min_fresh: secs(5), ..none }),
            ("max-stale", Wanted { max_stale: Some(Duration::MAX), ..none }),
            ("max-stale=5", Wanted { max_stale: secs(5), ..none }),
            ("max-stale=x, public", none),
        ];
        for (line, expected) in rows {
            assert_eq!(Wanted::parse([line.as_bytes()].into_iter()), expected, "{line}");
        }
    }

    #[test]
    fn a_client_may_say_anything() {
        for line in ["", ",", "=", "x-new=1", "community=\"a, b\"", "max-ages=1", "no-storey", "\u{e9}"] {
            assert_eq!(Allowed::parse([line.as_bytes()].into_iter()), Allowed::default(), "{line}");
            assert_eq!(Wanted::parse([line.as_bytes()].into_iter()), Wanted::default(), "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_too_strange(line in proptest::collection::vec(proptest::num::u8::ANY, 0..40)) {
            Allowed::parse([line.as_slice()].into_iter());
            Wanted::parse([line.as_slice()].into_iter());
        }
    }
}
