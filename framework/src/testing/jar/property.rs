//! Any bytes as `Set-Cookie`: the test client keeps what stands there by RFC 6265 §5.2, and never panics.

use std::time::SystemTime;

use super::Jar;

/// The paths of the requests in whose answers the lines stand, in turn.
const PATHS: [&str; 3] = ["/", "/a/b", "/a/"];

/// Holds where `input`, as lines of `Set-Cookie`, leaves in the jar of the test client what it leaves by hand.
///
/// # Panics
///
/// Where it does not hold.
pub fn jar(input: &[u8]) {
    let (mut jar, mut by_hand) = (Jar::default(), Vec::<Kept<'_>>::new());
    for (line, request) in input.split(|&byte| byte == b'\n').zip(PATHS.into_iter().cycle()) {
        jar.set(line, request);
        let Some((cookie, is_over)) = std::str::from_utf8(line).ok().and_then(|line| read(line, request))
        else {
            continue;
        };
        let known = by_hand.iter().position(|kept| (kept.name, &kept.path) == (cookie.name, &cookie.path));
        match (known.and_then(|known| by_hand.get_mut(known).zip(Some(known))), is_over) {
            (Some((_, known)), true) => drop(by_hand.remove(known)),
            (Some((kept, _)), false) => *kept = cookie,
            (None, false) => by_hand.push(cookie),
            (None, true) => {}
        }
    }
    // A stable sort: among paths of a length, the older stands first.
    by_hand.sort_by_key(|kept| usize::MAX - kept.path.len());
    for request in PATHS.into_iter().chain(["/ab"]) {
        let sent = by_hand.iter().filter(|kept| kept.goes_with(request));
        let pairs: Vec<_> = sent.map(|kept| format!("{}={}", kept.name, kept.value)).collect();
        assert_eq!(jar.line(request).unwrap_or_default(), pairs.join("; "), "with {request}");
    }
}

struct Kept<'a> {
    name: &'a str,
    value: &'a str,
    path: String,
}

impl Kept<'_> {
    /// Whether the segments of the path begin those of the request's.
    fn goes_with(&self, request: &str) -> bool {
        let whole = |path: &str| if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        self.path == request || request.starts_with(&whole(&self.path))
    }
}

/// What a line says, and whether it says that the cookie is over.
fn read<'a>(line: &'a str, request: &str) -> Option<(Kept<'a>, bool)> {
    let mut parts = line.split(';').map(|part| {
        let (name, value) = part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)));
        (name.trim(), value.map(str::trim))
    });
    let (name, value) = parts.next().filter(|(name, _)| !name.is_empty())?;
    let value = value?;
    let attributes: Vec<_> =
        parts.map(|(name, value)| (name.to_ascii_lowercase(), value.unwrap_or_default())).collect();
    let values =
        |name: &'static str| attributes.iter().rev().filter(move |(key, _)| key == name).map(|(_, v)| *v);
    let folder = match request.rfind('/') {
        Some(0) | None => "/".to_owned(),
        Some(slash) => request.chars().take(slash).collect(),
    };
    let path = values("path").next().filter(|path| path.starts_with('/')).map_or(folder, str::to_owned);
    let is_over_by_age = values("max-age").find_map(|age| {
        let digits = age.trim_start_matches('-');
        let is_age = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_age = is_age && age.len() - digits.len() <= 1;
        is_age.then(|| age.starts_with('-') || digits.bytes().all(|byte| byte == b'0'))
    });
    let date = || values("expires").find_map(|date| httpdate::parse_http_date(date).ok());
    let is_over = is_over_by_age.or_else(|| date().map(|date| date <= SystemTime::now()));
    Some((Kept { name, value, path }, is_over.unwrap_or(false)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::__properties::replay;

    const LINE: &str = "[ab=]{1,2}=?[ -~é]{0,3}(; ?(Path=/?[ab]?/?|max-age=-?[0-9]{0,2}\
                        |Expires=Sun, 06 Nov (19|20|99)94 08:49:37 GMT))*";

    proptest::proptest! {
        #[test]
        fn any_lines_are_kept_as_by_hand(
            lines in proptest::collection::vec(LINE, 0..6),
        ) {
            jar(lines.join("\n").as_bytes());
        }
    }

    #[test]
    fn the_fuzzers_lines_are_kept_as_by_hand() {
        replay("jar", jar);
    }
}
