//! Request lines, targets, Host and field lines: RFC 9112 §2 to §5, RFC 9110 §4, §5 and §7.

use super::rule::{check, rule};

/// A GET of the root with these lines behind Host, each ended by CRLF.
fn with(lines: &str) -> String {
    format!("GET / HTTP/1.1\r\nhost: a\r\n{lines}\r\n")
}

/// A request whose first line is this.
fn first(line: &str) -> String {
    format!("{line}\r\nhost: a\r\n\r\n")
}

/// A request of the root whose host lines are these.
fn hosts(lines: &str) -> String {
    format!("GET / HTTP/1.1\r\n{lines}\r\n")
}

/// One of `/field`, with this value for the field that it gives back.
fn field(value: &[u8]) -> Vec<u8> {
    [b"GET /field HTTP/1.1\r\nhost: a\r\nx:".as_slice(), value, b"\r\n\r\n"].concat()
}

#[test]
fn line_ends() {
    let rules = [
        ("lf-after-request-line", "GET / HTTP/1.1\nhost: a\r\n\r\n"),
        ("lf-after-field", "GET / HTTP/1.1\r\nhost: a\n\r\n"),
        ("lf-at-the-end", "GET / HTTP/1.1\r\nhost: a\r\n\n"),
        ("lf-before-the-request", "\nGET / HTTP/1.1\r\nhost: a\r\n\r\n"),
        ("cr-in-request-line", "GET /\r HTTP/1.1\r\nhost: a\r\n\r\n"),
        ("cr-after-request-line", "GET / HTTP/1.1\rhost: a\r\n\r\n"),
        ("cr-in-value", "GET / HTTP/1.1\r\nhost: a\r\nx: b\rc: d\r\n\r\n"),
        ("cr-before-crlf", "GET / HTTP/1.1\r\nhost: a\r\nx: b\r\r\n\r\n"),
        ("cr-at-the-end", "GET / HTTP/1.1\r\nhost: a\r\n\r\r\n"),
        ("cr-before-the-request", "\rGET / HTTP/1.1\r\nhost: a\r\n\r\n"),
    ];
    check(rules.map(|(id, sent)| rule(id, "9112 §2.2", sent).refused(400)));
}

#[test]
fn empty_lines() {
    let get = with("");
    check([
        rule("empty-line-before", "9112 §2.2", format!("\r\n{get}")),
        rule("empty-line-between", "9112 §2.2", format!("{get}\r\n{get}")).answers_each(&[200, 200]),
        // One is passed over, which is what old clients sent.
        rule("empty-lines-before", "9112 §2.2", format!("\r\n\r\n{get}")).refused(400),
        rule("indented-first-field", "9112 §2.2", "GET / HTTP/1.1\r\n host: a\r\n\r\n").refused(400),
        rule("indented-first-line", "9112 §2.2", "GET / HTTP/1.1\r\n \r\nhost: a\r\n\r\n").refused(400),
    ]);
}

#[test]
fn what_is_no_request() {
    let rules = [
        ("no-http-tls", "\x16\x03\x01\x02"),
        ("no-http-answer", "HTTP/1.1 200 OK\r\n\r\n"),
        ("no-http-09", "GET /\r\n"),
        ("no-method", " / HTTP/1.1\r\nhost: a\r\n\r\n"),
        ("method-no-token", "GE(T / HTTP/1.1\r\nhost: a\r\n\r\n"),
        ("two-spaces", "GET  / HTTP/1.1\r\nhost: a\r\n\r\n"),
        ("two-spaces-before-version", "GET /  HTTP/1.1\r\nhost: a\r\n\r\n"),
        ("tab-for-space", "GET\t/ HTTP/1.1\r\nhost: a\r\n\r\n"),
        ("space-after-version", "GET / HTTP/1.1 \r\nhost: a\r\n\r\n"),
        ("version-lower-case", "GET / http/1.1\r\nhost: a\r\n\r\n"),
        ("version-of-two-digits", "GET / HTTP/1.10\r\nhost: a\r\n\r\n"),
        ("version-without-minor", "GET / HTTP/1\r\nhost: a\r\n\r\n"),
    ];
    check(rules.map(|(id, sent)| rule(id, "9112 §2.2", sent).refused(400)));
}

#[test]
fn versions() {
    check([
        rule("version-minor-higher", "9110 §6.2", first("GET / HTTP/1.9")),
        rule("version-major-higher", "9110 §15.6.6", first("GET / HTTP/2.0")).refused(505),
        rule("version-major-lower", "9110 §15.6.6", first("GET / HTTP/0.9")).refused(505),
        rule("version-of-http2", "9110 §15.6.6", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n").refused(400),
    ]);
}

#[test]
fn lengths() {
    let target = |len: usize| format!("/field?{}", "q".repeat(len - 7));
    let get = |len| first(&format!("GET {} HTTP/1.1", target(len)));
    let line = |len: usize| format!("x: {}\r\n", "v".repeat(len));
    let method = |len: usize| first(&format!("{} / HTTP/1.1", "M".repeat(len)));
    check([
        rule("target-of-8000", "9110 §4.1", get(8000)),
        rule("target-of-8192", "9112 §3", get(8192)),
        rule("target-too-long", "9112 §3", get(8193)).refused(414),
        rule("method-of-64", "9112 §3", method(64)).answers(405),
        rule("method-too-long", "9112 §3", method(65)).refused(501),
        rule("field-of-8000", "9110 §5.4", with(&line(8000))),
        rule("field-too-large", "9110 §5.4", with(&line(16 * 1024))).refused(431),
        rule("fields-too-large", "9110 §5.4", with(&line(1000).repeat(17))).refused(431),
        rule("fields-of-100", "9110 §5.4", with(&"x:\r\n".repeat(99))),
        rule("fields-too-many", "9110 §5.4", with(&"x:\r\n".repeat(100))).refused(431),
    ]);
}

#[test]
fn targets_at_fault() {
    let rules = [
        ("target-with-fragment", "/#a"),
        ("target-with-control", "/\x01"),
        ("target-with-nul", "/\0"),
        ("target-with-utf-8", "/\u{e9}"),
        ("target-with-angle", "/<a>"),
        ("target-with-backslash", "/..\\a"),
        ("target-with-bad-percent", "/%zz"),
        ("target-with-short-percent", "/%4"),
        ("target-without-slash", "root"),
        ("target-authority-for-get", "a:80"),
        ("target-asterisk-for-get", "*"),
        ("target-of-another-scheme", "ftp://a/"),
        ("target-without-host", "http:///a"),
        ("target-with-port-alone", "http://:80/"),
        ("target-with-userinfo", "http://user@a/"),
    ];
    check(rules.map(|(id, target)| {
        let clause = match id {
            "target-with-userinfo" => "9110 §4.2.4",
            "target-without-host" | "target-with-port-alone" => "9110 §4.2.1",
            _ => "9112 §3.2",
        };
        rule(id, clause, first(&format!("GET {target} HTTP/1.1"))).refused(400)
    }));
}

#[test]
fn targets_are_taken_as_they_are() {
    let get = |target: &str| first(&format!("GET {target} HTTP/1.1"));
    check([
        rule("target-dots-are-kept", "9112 §3.2", get("/behind/../")).answers(404),
        rule("target-encodings-are-kept", "9112 §3.2", get("/%62ehind")).answers(404),
        rule("target-slashes-are-kept", "9112 §3.2", get("//")).answers(404),
        rule("target-as-browsers-write-it", "9112 §3.2", get("/field?a[]={b}|^`")),
        rule("target-empty-query", "9112 §3.2.1", get("/?")),
        rule("target-absolute", "9112 §3.2.2", get("http://a/")),
        rule("target-absolute-without-path", "9112 §3.2.2", get("HTTP://a")),
        rule("target-absolute-with-query", "9112 §3.2.2", get("http://a?b")),
        rule("target-host-wins", "9112 §3.2.2", get("http://b:80/host")).body("b:80 b:80"),
        rule("target-https", "9110 §7.4", get("https://a/")).closes(&[421]),
        rule("target-asterisk", "9110 §9.3.7", first("OPTIONS * HTTP/1.1")).answers(204).has("allow", ""),
        rule("connect-without-port", "9110 §9.3.6", first("CONNECT a HTTP/1.1")).refused(400),
        rule("connect-empty-port", "9110 §9.3.6", first("CONNECT a: HTTP/1.1")).refused(400),
        rule("connect-large-port", "9110 §9.3.6", first("CONNECT a:65536 HTTP/1.1")).refused(400),
        rule("connect-path", "9112 §3.2.3", first("CONNECT /a HTTP/1.1")).refused(400),
        rule("connect-is-no-tunnel", "9110 §9.3.6", first("CONNECT a:80 HTTP/1.1")).closes(&[501]),
    ]);
}

#[test]
fn host() {
    let absolute = "GET http://a/ HTTP/1.1\r\n\r\n";
    let refused = [
        ("host-missing", ""),
        ("host-twice", "host: a\r\nhost: b\r\n"),
        ("host-twice-the-same", "host: a\r\nx: b\r\nHOST: a\r\n"),
        ("host-list", "host: a, b\r\n"),
        ("host-with-userinfo", "host: user@a\r\n"),
        ("host-with-path", "host: a/b\r\n"),
        ("host-with-scheme", "host: http://a\r\n"),
        ("host-with-bad-port", "host: a:b\r\n"),
        ("host-with-two-ports", "host: a:1:2\r\n"),
        ("host-with-large-port", "host: a:65536\r\n"),
        ("host-with-space", "host: a b\r\n"),
        ("host-with-open-bracket", "host: [::1\r\n"),
        ("host-no-address", "host: [1::2::3]\r\n"),
    ];
    check(refused.map(|(id, lines)| rule(id, "9112 §3.2", hosts(lines)).refused(400)));
    check([
        rule("host-missing-beside-absolute", "9112 §3.2", absolute).refused(400),
        rule("host-twice-in-10", "9112 §3.2", "GET / HTTP/1.0\r\nhost: a\r\nhost: a\r\n\r\n").refused(400),
        rule("host-missing-in-10", "9112 §3.2", "GET / HTTP/1.0\r\n\r\n").closes(&[200]),
        rule("host-empty", "9112 §3.2", hosts("host:\r\n")),
        rule("host-address", "9112 §3.2", hosts("host: [::1]:8080\r\n")),
    ]);
}

#[test]
fn field_lines_at_fault() {
    let rules = [
        ("space-before-colon", "9112 §5.1", "x : b\r\n"),
        ("tab-before-colon", "9112 §5.1", "x\t: b\r\n"),
        ("space-in-name", "9112 §5", "x y: b\r\n"),
        ("no-colon", "9112 §5", "x\r\n"),
        ("no-name", "9112 §5", ": b\r\n"),
        ("name-no-token", "9112 §5", "x(y): b\r\n"),
        ("name-with-utf-8", "9112 §5", "\u{e9}: b\r\n"),
        ("fold-with-space", "9112 §5.2", "x: b\r\n c\r\n"),
        ("fold-with-tab", "9112 §5.2", "x: b\r\n\tc\r\n"),
        ("fold-that-is-empty", "9112 §5.2", "x: b\r\n \r\n"),
        ("nul-in-value", "9110 §5.5", "x: b\0c\r\n"),
        ("control-in-value", "9110 §5.5", "x: b\x01c\r\n"),
        ("delete-in-value", "9110 §5.5", "x: b\x7fc\r\n"),
    ];
    check(rules.map(|(id, clause, lines)| rule(id, clause, with(lines)).refused(400)));
}

#[test]
fn field_values() {
    let lines = |sent: &[u8]| rule("field-lines-in-order", "9110 §5.3", field(sent));
    check([
        rule("field-unknown", "9110 §5.1", with("x-nobody-knows: b\r\n")),
        rule("field-space-around", "9110 §5.5", field(b" \t b c\t ")).body("b c"),
        rule("field-empty", "9110 §5.5", field(b"")).body(""),
        lines(b" 1\r\nX: 2\r\nx: 3").body("1, 2, 3"),
        rule("field-opaque", "9110 §5.5", field("\u{e9}\u{80}".as_bytes())).body("\u{e9}\u{80}"),
        rule("field-name-in-any-case", "9110 §5.1", hosts("hOsT: a\r\n")),
    ]);
}

#[test]
fn lists_with_empty_elements() {
    let expect = "POST /echo HTTP/1.1\r\nhost: a\r\nexpect: , 100-continue ,,\r\ncontent-length: 2\r\n\r\nhi";
    check([
        rule("list-of-connection", "9110 §5.6.1.2", with("connection: , x,, close ,\r\n")).closes(&[200]),
        rule("list-of-expect", "9110 §5.6.1.2", expect).continues().body("hi"),
    ]);
}

/// The answer begins when the header section is whole, and not before.
#[test]
fn nothing_is_applied_before_the_head_is_whole() {
    let get = with("");
    let head = "POST /echo HTTP/1.1\r\nhost: a\r\n";
    check([
        rule("head-not-whole", "9110 §5.3", format!("{get}{head}")).half_closed(200),
        rule("head-not-begun", "9110 §5.3", format!("{get}POS")).half_closed(200),
    ]);
}
