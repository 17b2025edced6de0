//! Origins as they are configured, and whether a request's is one of them (RFC 6454 §6.2, Fetch §3.1).
//!
//! A configured origin is compared byte by byte with what browsers send: scheme and host in lower case, and no port
//! where it is the scheme's own. One that could never match is refused when it is written.

/// Refuses a list of which one could never match.
#[inline]
pub(crate) const fn check_all(origins: &[&str]) {
    let mut rest = origins;
    while let [first, more @ ..] = rest {
        if let Some(fault) = fault(first) {
            panic!("{}", fault);
        }
        rest = more;
    }
}

/// What is wrong with a configured origin, as a sentence; `None` for a good one.
#[inline]
const fn fault(origin: &str) -> Option<&'static str> {
    let bytes = origin.as_bytes();
    let Some((scheme, rest)) = split_scheme(bytes) else {
        return Some("an origin begins with its scheme, as in \"https://app.example.org\"");
    };
    let host = match rest {
        [b'*', b'.', rest @ ..] => rest,
        [b'*', ..] => return Some("in an origin `*` stands for subdomains, as in \"https://*.example.org\""),
        _ => rest,
    };
    let (len, is_host) = host_len(host);
    let (_, rest) = host.split_at(len);
    if len == 0 || !is_host {
        return Some("an origin has a host in lower case, in ASCII, and nothing else of a URL");
    }
    match rest {
        [] => None,
        [b':', port @ ..] => port_fault(scheme, port),
        [b'/', ..] => Some("an origin ends with its host or port: it has no path, and no slash at its end"),
        _ => Some("an origin has a host in lower case, in ASCII, and nothing else of a URL"),
    }
}

/// Whether a browser's `origin` is the site that `host`, the field of a request, names; the scheme is not looked at, as
/// a proxy in front may have ended TLS.
#[inline]
pub(crate) fn is_own(origin: &str, host: &str) -> bool {
    let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
    !authority.is_empty() && authority.eq_ignore_ascii_case(host)
}

/// Whether `origin`, as a browser sent it, is the one configured, or below it.
#[inline]
pub(crate) fn is_match(configured: &str, origin: &str) -> bool {
    let Some((scheme, domain)) = configured.split_once("*.") else { return configured == origin };
    let subdomain = origin.strip_prefix(scheme).and_then(|host| host.strip_suffix(domain));
    // The dot in front of the domain is what keeps `evilexample.org` out of `*.example.org`.
    subdomain.and_then(|labels| labels.strip_suffix('.')).is_some_and(are_labels)
}

#[inline]
fn are_labels(text: &str) -> bool {
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_host_byte);
    text.split('.').all(is_label)
}

#[inline]
const fn is_host_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')
}

/// Scheme and what follows `://`.
#[inline]
const fn split_scheme(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut len = 0;
    let mut rest = bytes;
    while let [first, more @ ..] = rest {
        match first {
            b'a'..=b'z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if len > 0 => {}
            _ => break,
        }
        len += 1;
        rest = more;
    }
    match rest {
        [b':', b'/', b'/', rest @ ..] if len > 0 => Some((bytes.split_at(len).0, rest)),
        _ => None,
    }
}

/// How long the host is, and whether it is one: labels between dots, or an address in brackets.
#[inline]
const fn host_len(bytes: &[u8]) -> (usize, bool) {
    let is_address = matches!(bytes, [b'[', ..]);
    let (mut len, mut is_host, mut rest) = (0, true, bytes);
    let mut before = b'.';
    while let [byte, more @ ..] = rest {
        match byte {
            b']' if is_address => return (len + 1, len > 1),
            b'[' if len == 0 => {}
            b':' if is_address => {}
            b'.' => is_host = is_host && (before != b'.'),
            _ if is_host_byte(*byte) => {}
            _ => break,
        }
        before = *byte;
        len += 1;
        rest = more;
    }
    (len, is_host && before != b'.' && !is_address)
}

#[inline]
const fn port_fault(scheme: &[u8], port: &[u8]) -> Option<&'static str> {
    let is_default = matches!((scheme, port), (b"https", b"443") | (b"http", b"80"));
    if is_default {
        return Some("browsers leave out the port 443 of https and 80 of http: leave it out");
    }
    let mut rest = port;
    while let [b'0'..=b'9', more @ ..] = rest {
        rest = more;
    }
    match (port, rest) {
        ([b'1'..=b'9', ..], []) if port.len() <= 5 => None,
        _ => Some("the port of an origin is a number from 1 to 65535"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_never_matches_is_refused() {
        let good = [
            "https://example.org",
            "http://localhost:3000",
            "https://*.example.org",
            "https://*.example.org:8443",
            "http://[::1]:8080",
            "http://127.0.0.1:5173",
            "tauri://localhost",
            "https://xn--bcher-kva.example",
        ];
        for origin in good {
            assert_eq!(fault(origin), None, "{origin}");
        }
        let rows = [
            ("example.org", "begins with its scheme"),
            ("*", "begins with its scheme"),
            ("", "begins with its scheme"),
            ("null", "begins with its scheme"),
            ("HTTPS://example.org", "begins with its scheme"),
            ("https:/example.org", "begins with its scheme"),
            ("://example.org", "begins with its scheme"),
            ("https://*", "stands for subdomains"),
            ("https://*example.org", "stands for subdomains"),
            ("https://a.*.example.org", "host in lower case"),
            ("https://", "host in lower case"),
            ("https://*.", "host in lower case"),
            ("https://Example.org", "host in lower case"),
            ("https://bücher.example", "host in lower case"),
            ("https://example..org", "host in lower case"),
            ("https://.example.org", "host in lower case"),
            ("https://example.org.", "host in lower case"),
            ("https://user@example.org", "host in lower case"),
            ("https://[::1", "host in lower case"),
            ("https://[]", "host in lower case"),
            ("https://example.org/", "no path"),
            ("https://example.org/app", "no path"),
            ("https://example.org?a", "host in lower case"),
            ("https://example.org:443", "leave it out"),
            ("http://example.org:80", "leave it out"),
            ("https://example.org:", "number"),
            ("https://example.org:a", "number"),
            ("https://example.org:080", "number"),
            ("https://example.org:123456", "number"),
        ];
        for (origin, expected) in rows {
            let fault = fault(origin).unwrap_or_default();
            assert!(fault.contains(expected), "{origin:?}: {fault:?}");
        }
    }

    #[test]
    fn a_subdomain_ends_where_the_dot_is() {
        let rows = [
            ("https://example.org", "https://example.org", true),
            ("https://example.org", "http://example.org", false),
            ("https://example.org", "https://example.org:8443", false),
            ("https://example.org", "https://example.org.evil.net", false),
            ("https://*.example.org", "https://a.example.org", true),
            ("https://*.example.org", "https://a.b-c.example.org", true),
            ("https://*.example.org", "https://example.org", false),
            ("https://*.example.org", "https://.example.org", false),
            ("https://*.example.org", "https://a..example.org", false),
            ("https://*.example.org", "https://evilexample.org", false),
            ("https://*.example.org", "https://a.evilexample.org", false),
            ("https://*.example.org", "http://a.example.org", false),
            ("https://*.example.org", "https://a.example.org:8443", false),
            ("https://*.example.org", "https://evil.net/.example.org", false),
            ("https://*.example.org", "https://evil.net:1.example.org", false),
            ("https://*.example.org", "https://a@b.example.org", false),
            ("https://*.example.org", "https://A.example.org", false),
            ("https://*.example.org:8443", "https://a.example.org:8443", true),
            ("https://*.example.org:8443", "https://a.example.org", false),
        ];
        for (configured, origin, expected) in rows {
            assert_eq!(is_match(configured, origin), expected, "{configured} {origin}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_origin_of_another_domain_matches(origin in "(https?://)?[a-z.:/@*]{0,12}(example\\.org)?[a-z.:]{0,3}") {
            let is_below = origin.strip_prefix("https://").is_some_and(|host| {
                host.len() > ".example.org".len()
                    && host.ends_with(".example.org")
                    && host.split('.').all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_lowercase()))
            });
            proptest::prop_assert_eq!(is_match("https://*.example.org", &origin), is_below);
        }
    }
}
