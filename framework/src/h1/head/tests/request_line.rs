//! RFC 9112 §2.2, §2.3 and §3.

use super::*;
use crate::http::Request;

/// A request line with the fields that make it a head.
fn with_host(line: &str) -> Vec<u8> {
    format!("{line}\r\nHost: a\r\n\r\n").into_bytes()
}

#[track_caller]
fn refuse_target(target: &str, expected: HeadError) {
    refuse(with_host(&format!("GET {target} HTTP/1.1")), expected);
}

#[test]
fn reads_an_origin_form() {
    for (target, path, query) in [
        ("/", "/", None),
        ("/a/b", "/a/b", None),
        ("/a?", "/a", Some("")),
        ("/a?b=c", "/a", Some("b=c")),
        ("/?a?b??", "/", Some("a?b??")),
        ("//a//b", "//a//b", None),
        ("/a%2Fb%c3%A9?%20", "/a%2Fb%c3%A9", Some("%20")),
        ("/-._~!$&'()*+,;=:@", "/-._~!$&'()*+,;=:@", None),
        ("/../a?id[]=1|2^`{}", "/../a", Some("id[]=1|2^`{}")),
        ("/http://b/", "/http://b/", None),
    ] {
        let said = accept(with_host(&format!("GET {target} HTTP/1.1")));
        assert_eq!((said.target.as_str(), said.path.as_str()), (target, path));
        assert_eq!((said.query.as_deref(), said.authority), (query, None));
    }
}

#[test]
fn reads_an_absolute_form() {
    for (target, authority, path, query) in [
        ("http://example.com/a?b", "example.com", "/a", Some("b")),
        ("HTTPS://example.com:8080", "example.com:8080", "/", None),
        ("hTTp://[::1]:80?x", "[::1]:80", "/", Some("x")),
        ("https://a%41:/", "a%41:", "/", None),
        ("http://b//c", "b", "//c", None),
    ] {
        let said = accept(with_host(&format!("GET {target} HTTP/1.1")));
        assert_eq!((said.target.as_str(), said.path.as_str()), (target, path));
        assert_eq!((said.query.as_deref(), said.authority.as_deref()), (query, Some(authority)));
    }
}

#[test]
fn a_uri_says_what_the_target_says() {
    for (target, expected) in [
        ("/a?b", "/a?b"),
        ("/a`?b`", "/a%60?b`"),
        ("/?id[]=1|2^{}", "/?id[]=1|2^{}"),
        ("http://a:1/b?c", "http://a:1/b?c"),
        ("http://a/`?c", "http://a/%60?c"),
        ("http://caf%C3%A9/b?c", "/b?c"),
        ("http://caf%C3%A9?c", "/?c"),
        ("http://[v1.a:1:2:3:4:5:6:7:8]:1/b?c", "http://[v1.a:1:2:3:4:5:6:7:8]:1/b?c"),
        ("http://[v1.a:1:2:3:4:5:6:7:8:9]:1/b?c", "/b?c"),
    ] {
        let mut request = Request::empty();
        let input = with_host(&format!("GET {target} HTTP/1.1"));
        let parsed = HeadParser::default().parse(&input, &HeadLimits::default(), request.head_mut());
        assert!(matches!(parsed, Ok(Some(_))), "{target}");
        assert_eq!(request.uri().to_string(), expected);
    }
}

#[test]
fn refuses_an_absolute_form_without_a_host_or_with_userinfo() {
    for target in
        ["http://", "http:///", "http://?a", "http://:80/", "http://a:b/", "http://a:65536/", "http://[::1/"]
    {
        refuse_target(target, HeadError::InvalidAuthority);
    }
    refuse_target("http://user@a/", HeadError::InvalidTarget(b'@'));
    refuse_target("http://a%zz/", HeadError::InvalidAuthority);
    refuse_target("http://a\\b/", HeadError::InvalidTarget(b'\\'));
}

#[test]
fn refuses_other_schemes_and_forms_at_once() {
    refuse_at_its_last_byte("GET f", HeadError::UnexpectedTargetForm);
    refuse_at_its_last_byte("GET httpx", HeadError::UnexpectedTargetForm);
    for target in ["x", "ftp://a/", "https:/a", "http:a", "httpx://a", "a/b", "example.com:80", "*"] {
        refuse_target(target, HeadError::UnexpectedTargetForm);
    }
}

#[test]
fn the_asterisk_form_is_for_options_alone() {
    let said = accept(with_host("OPTIONS * HTTP/1.1"));
    assert_eq!((said.path.as_str(), said.target.as_str()), ("*", "*"));
    refuse(with_host("OPTIONS *a HTTP/1.1"), HeadError::InvalidTarget(b'a'));
    refuse(with_host("OPTIONS */ HTTP/1.1"), HeadError::InvalidTarget(b'/'));
    assert_eq!(accept(with_host("OPTIONS /* HTTP/1.1")).path, "/*");
}

#[test]
fn the_authority_form_is_for_connect_alone() {
    let said = accept(with_host("CONNECT example.com:443 HTTP/1.1"));
    assert_eq!((said.path.as_str(), said.authority.as_deref()), ("", Some("example.com:443")));
    assert_eq!(accept(with_host("CONNECT [::1]:443 HTTP/1.1")).target, "[::1]:443");
    for target in ["example.com", "example.com:", ":443", "a:b", "a:65536"] {
        refuse(with_host(&format!("CONNECT {target} HTTP/1.1")), HeadError::InvalidAuthority);
    }
    refuse(with_host("CONNECT /a HTTP/1.1"), HeadError::InvalidTarget(b'/'));
    refuse(with_host("CONNECT http://a:1/ HTTP/1.1"), HeadError::InvalidTarget(b'/'));
}

#[test]
fn refuses_what_no_uri_holds() {
    let refused = (0..=b' ').chain(0x7f..=0xff).chain(*b"\"<>\\#");
    for found in refused.filter(|byte| !matches!(byte, b' ' | b'\r' | b'\n')) {
        for start in ["/", "/a", "/a?", "/a?b"] {
            let mut line = format!("GET {start}").into_bytes();
            line.push(found);
            refuse_at_its_last_byte(&line, HeadError::InvalidTarget(found));
        }
    }
}

#[test]
fn refuses_a_percent_sign_without_two_digits() {
    for target in ["/%", "/%4", "/%zz", "/%4z", "/%%41", "/?%", "/?%4", "/a?b%g0", "/%4?", "/%\u{e9}"] {
        refuse_target(target, HeadError::InvalidPercentEncoding);
    }
    refuse_at_its_last_byte("GET /%z", HeadError::InvalidPercentEncoding);
    refuse_at_its_last_byte("GET /?%4z", HeadError::InvalidPercentEncoding);
}

#[test]
fn takes_every_method_that_is_a_token() {
    for method in ["GET", "get", "M-SEARCH", "!#$%&'*+-.^_`|~09azAZ", &"M".repeat(64)] {
        assert_eq!(accept(with_host(&format!("{method} / HTTP/1.1"))).method, method);
    }
}

#[test]
fn refuses_a_method_that_is_no_token_at_once() {
    for found in (0..=0xff).filter(|&byte| !crate::h1::ascii::is(byte, crate::h1::ascii::TOKEN)) {
        let expected = if found == b'\n' { HeadError::BareLf } else { HeadError::InvalidMethod(found) };
        if found != b' ' {
            refuse_at_its_last_byte([b'G', b'E', found], expected);
        }
        if found != b'\r' {
            refuse_at_its_last_byte([found], expected);
        }
    }
    refuse_at_its_last_byte("M".repeat(65), HeadError::MethodTooLong);
}

#[test]
fn serves_each_later_minor_version_as_1_1() {
    for minor in 1..=9 {
        assert_eq!(accept(with_host(&format!("GET / HTTP/1.{minor}"))).parsed.version, Version::HTTP_11);
    }
    assert_eq!(accept("GET / HTTP/1.0\r\n\r\n").parsed.version, Version::HTTP_10);
}

#[test]
fn refuses_another_major_version_with_505() {
    for version in ["HTTP/0.9", "HTTP/2.0", "HTTP/9.1"] {
        refuse(with_host(&format!("GET / {version}")), HeadError::UnsupportedVersion);
    }
}

#[test]
fn refuses_what_is_no_version() {
    for (version, found) in [
        ("http/1.1", b'h'),
        ("HTTPS/1.1", b'S'),
        ("HTP/1.1", b'P'),
        ("HTTP/.1", b'.'),
        ("HTTP/1", b'\r'),
        ("HTTP/1.", b'\r'),
        ("HTTP/11.1", b'1'),
        ("HTTP/01.1", b'1'),
        ("HTTP/1.10", b'0'),
        ("HTTP/1.1.1", b'.'),
        ("HTTP/1,1", b','),
        ("HTTP/+1.1", b'+'),
        ("HTTP/1.1 ", b' '),
        ("HTTP/1.1\t", b'\t'),
        (" HTTP/1.1", b' '),
        ("b HTTP/1.1", b'b'),
        ("", b'\r'),
    ] {
        refuse(with_host(&format!("GET / {version}")), HeadError::InvalidVersion(found));
    }
    refuse(with_host("GET /"), HeadError::MissingVersion);
    refuse(with_host("GET /a?b"), HeadError::MissingVersion);
}

#[test]
fn one_space_separates() {
    refuse(with_host("GET  / HTTP/1.1"), HeadError::InvalidTarget(b' '));
    refuse(with_host("GET\t/ HTTP/1.1"), HeadError::InvalidMethod(b'\t'));
    refuse(with_host("GET /\tHTTP/1.1"), HeadError::InvalidTarget(b'\t'));
    refuse(with_host(" GET / HTTP/1.1"), HeadError::InvalidMethod(b' '));
    refuse(with_host("GET\r\n / HTTP/1.1"), HeadError::InvalidMethod(b'\r'));
}

#[test]
fn passes_over_one_empty_line_before_the_request() {
    let said = accept("\r\nGET / HTTP/1.0\r\n\r\n");
    assert_eq!((said.parsed.len, said.bytes.as_slice()), (20, b"GET / HTTP/1.0\r\n\r\n".as_slice()));
    refuse_at_its_last_byte("\r\n\r", HeadError::InvalidMethod(b'\r'));
    refuse_at_its_last_byte("\rG", HeadError::BareCr);
    refuse_at_its_last_byte("\n", HeadError::BareLf);
}

#[test]
fn refuses_a_bare_lf_or_cr() {
    for line in ["GET / HTTP/1.1\n", "GET /\n", "GET\n", "GET \n", "GET /?\n", "OPTIONS *\n", "CONNECT a:1\n"]
    {
        refuse_at_its_last_byte(line, HeadError::BareLf);
    }
    refuse_at_its_last_byte("GET / HTTP/1.1\r\r", HeadError::BareCr);
    refuse_at_its_last_byte("GET / HTTP/1.1\rH", HeadError::BareCr);
}

#[test]
fn refuses_other_protocols_at_once() {
    refuse_at_its_last_byte(b"\x16", HeadError::InvalidMethod(0x16));
    refuse_at_its_last_byte("SSH-2.0-OpenSSH_9.6\r", HeadError::InvalidMethod(b'\r'));
    refuse_at_its_last_byte("EHLO m", HeadError::UnexpectedTargetForm);
    refuse_at_its_last_byte("PROXY T", HeadError::UnexpectedTargetForm);
    refuse_at_its_last_byte("PRI *", HeadError::UnexpectedTargetForm);
    refuse_at_its_last_byte("QUIT\r", HeadError::InvalidMethod(b'\r'));
}
