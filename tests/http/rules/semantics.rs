//! Methods, status codes and the fields of answers: RFC 9110 §6 to §15.

use super::rule::{check, rule};

/// A request with this method and target, and these lines behind Host.
fn request(start: &str, lines: &str) -> String {
    format!("{start} HTTP/1.1\r\nhost: a\r\n{lines}\r\n")
}

#[test]
fn methods() {
    let get = |start| request(start, "");
    check([
        rule("get", "9110 §9.1", get("GET /")).body("root"),
        rule("head", "9110 §9.1", get("HEAD /")).has("content-length", "4").body(""),
        rule("head-has-the-fields-of-get", "9110 §9.3.2", get("HEAD /choosy"))
            .has("content-type", "text/plain; charset=utf-8")
            .has("content-length", "6")
            .has("x-own", "1"),
        rule("head-of-an-error", "9110 §9.3.2", get("HEAD /nowhere"))
            .answers(404)
            .has("content-type", "application/problem+json")
            .body(""),
        rule("method-not-allowed", "9110 §15.5.6", get("POST /"))
            .answers(405)
            .has("allow", "GET, HEAD, OPTIONS"),
        rule("method-unknown", "9110 §9.1", get("FROBNICATE /")).answers(405).has("allow", ""),
        rule("method-in-another-case", "9110 §9.1", get("get /")).answers(405),
        rule("options", "9110 §9.3.7", get("OPTIONS /echo")).answers(204).has("allow", "POST, OPTIONS"),
        rule("trace", "9110 §9.3.8", get("TRACE /")).answers(405),
    ]);
}

#[test]
fn dates_and_versions() {
    check([
        rule("date-of-2xx", "9110 §6.6.1", request("GET /", "")).has("date", ""),
        rule("date-of-3xx", "9110 §6.6.1", request("GET /moved", "")).answers(308).has("date", ""),
        rule("date-of-4xx", "9110 §6.6.1", request("GET /nowhere", "")).answers(404).has("date", ""),
        rule("date-of-a-fault", "9110 §6.6.1", "GET / HTTP/1.1\r\n\r\n").refused(400).has("date", ""),
        rule("server-is-not-named", "9110 §10.2.4", request("GET /", "")).lacks("server"),
        // Its status line says HTTP/1.1, or no answer would be read.
        rule("version-of-the-answer", "9110 §6.2", "GET / HTTP/1.0\r\n\r\n").closes(&[200]).body("root"),
        rule("no-trailers", "9110 §6.5.1", request("GET /stream", "te: trailers\r\nconnection: te\r\n"))
            .lacks("trailer")
            .body("onetwo"),
    ]);
}

#[test]
fn statuses() {
    let html = "accept: text/html\r\n";
    let weights = "accept: text/html;q=0.1;level=1, , text/plain;q=0.2\r\n";
    let wrong_type =
        "POST /number HTTP/1.1\r\nhost: a\r\ncontent-type: text/csv\r\ncontent-length: 1\r\n\r\n7";
    let coded = "POST /number HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n\
                 content-length: 1\r\n\r\n7";
    let large = request("POST /echo", &format!("content-length: {}\r\n", 2 * 1024 * 1024 + 1));
    check([
        rule("answer-interim", "9110 §15.2", request("GET /status/103", "")).answers(500),
        rule("answer-101", "9110 §7.8", request("GET /status/101", "upgrade: x\r\nconnection: upgrade\r\n"))
            .answers(500)
            .lacks("upgrade"),
        rule("created-says-where", "9110 §9.3.3", request("POST /created", ""))
            .answers(201)
            .has("location", "/status/200"),
        rule("moved-says-where", "9110 §15.4.9", request("GET /moved", "")).answers(308).has("location", "/"),
        rule("client-error-explains", "9110 §15.5", request("GET /nowhere", ""))
            .answers(404)
            .has("content-type", "application/problem+json"),
        rule("error-as-the-client-likes-it", "9110 §12.5.1", request("GET /nowhere", html))
            .answers(404)
            .has("content-type", "text/html; charset=utf-8")
            .has("vary", "accept"),
        rule("error-by-weight", "9110 §12.5.1", request("GET /nowhere", weights))
            .answers(404)
            .has("content-type", "text/plain; charset=utf-8"),
        rule("server-error-explains", "9110 §15.6", request("POST /panics", ""))
            .answers(500)
            .has("content-type", "application/problem+json"),
        rule("no-accept-encoding-in-415", "9110 §12.5.3", wrong_type).answers(415).lacks("accept-encoding"),
        rule("accept-encoding-in-415", "9110 §12.5.3", coded)
            .answers(415)
            .has("accept-encoding", "identity")
            .lacks("accept"),
        rule("body-beyond-the-default-limit", "9110 §15.5.14", large).refused(413),
        rule("parameter-error-explains", "9110 §15.5", request("GET /status/x", ""))
            .answers(400)
            .has("content-type", "application/problem+json"),
    ]);
}

/// Text of the client's never ends a line of the answer.
#[test]
fn what_would_split_an_answer() {
    let goes = request("GET /goes/a%0D%0Aset-cookie:%20b", "");
    let says = |text: &str| request(&format!("GET /says/{text}"), "");
    check([
        rule("splits-location", "9112 §2.2", goes)
            .answers(303)
            .has("location", "a%0D%0Aset-cookie:%20b")
            .lacks("set-cookie"),
        rule("splits-with-crlf", "9112 §2.2", says("a%0D%0Aset-cookie:%20b"))
            .answers(500)
            .lacks("set-cookie"),
        rule("splits-with-lf", "9112 §2.2", says("a%0Aset-cookie:%20b")).answers(500).lacks("set-cookie"),
        rule("splits-with-cr", "9112 §2.2", says("a%0Db")).answers(500).lacks("x-said"),
        rule("splits-with-nul", "9110 §5.5", says("a%00b")).answers(500).lacks("x-said"),
    ]);
}

#[test]
fn what_nobody_here_speaks() {
    let get = |lines| request("GET /", lines);
    let with_content =
        "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-location: /other\r\ncontent-length: 2\r\n\r\nhi";
    let upgrade = "upgrade: websocket, h2c\r\nconnection: upgrade\r\n";
    let in_10 = "GET / HTTP/1.0\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
    check([
        rule("upgrade-ignored", "9110 §7.8", get(upgrade)).lacks("upgrade").body("root"),
        rule("upgrade-in-10", "9110 §7.8", in_10).closes(&[200]).lacks("upgrade"),
        rule("range-ignored", "9110 §14.2", get("range: bytes=0-1\r\n")).lacks("content-range").body("root"),
        rule("range-of-another-unit", "9110 §14.2", get("range: lines=0-1\r\n")).body("root"),
        rule("if-range-without-range", "9110 §13.1.5", get("if-range: \"a\"\r\n")).body("root"),
        rule("content-range-ignored", "9110 §14.4", get("content-range: bytes 0-1/4\r\n")).body("root"),
        rule("content-location-ignored", "9110 §8.7", with_content).body("hi"),
        rule("conditions-ignored-for-options", "9110 §13.2.1", request("OPTIONS /", "if-match: \"a\"\r\n"))
            .answers(204),
        rule("conditions-ignored-for-404", "9110 §13.2.1", request("GET /nowhere", "if-match: \"a\"\r\n"))
            .answers(404),
    ]);
}

/// Parts of 260 bytes whose tag is `"1"`.
#[test]
fn ranges() {
    let get = |lines: &str| request("GET /alphabet", lines);
    let many = format!("range: bytes={}\r\n", "0-0,".repeat(1000));
    check([
        rule("range-one", "9110 §15.3.7.1", get("range: bytes=1-3\r\n"))
            .answers(206)
            .has("content-range", "bytes 1-3/260")
            .has("content-length", "3")
            .has("etag", "\"1\"")
            .body("bcd"),
        rule("range-overlapping", "9110 §15.3.7.2", get("range: bytes=2-3,0-1,1-2\r\n"))
            .answers(206)
            .has("content-range", "bytes 0-3/260")
            .body("abcd"),
        rule("range-several", "9110 §15.3.7.2", get("range: bytes=0-0,259-259\r\n"))
            .answers(206)
            .has("content-type", "")
            .lacks("content-range"),
        rule("range-outside", "9110 §15.5.17", get("range: bytes=260-\r\n"))
            .answers(416)
            .has("content-range", "bytes */260"),
        rule("range-of-this-state", "9110 §13.1.5", get("range: bytes=-1\r\nif-range: \"1\"\r\n"))
            .answers(206)
            .body("z"),
        rule("range-of-another-state", "9110 §13.1.5", get("range: bytes=-1\r\nif-range: \"2\"\r\n"))
            .has("content-length", "260")
            .lacks("content-range"),
        rule("range-of-head", "9110 §14.2", request("HEAD /alphabet", "range: bytes=1-3\r\n"))
            .has("content-length", "260")
            .has("accept-ranges", "bytes")
            .lacks("content-range"),
        rule("range-of-many-parts", "9110 §14.2", get(&many))
            .has("content-length", "260")
            .lacks("content-range"),
    ]);
}
