//! What a line says, in each form, and what it never says.

use std::io::Write;
use std::net::TcpStream;
use std::process::{Command, Stdio};

use super::{Logged, exchange};

#[test]
fn json_has_every_field_and_no_secret() {
    let mut logged = Logged::start(&[]);
    let target = "/orders/7?token=s3cret&page=2&API_KEY=s3cret&%70assword=s3cret";
    let call = logged.app.get(target).field("Authorization", "Bearer s3cret").field("Cookie", "id=s3cret");
    let answer = call.field("User-Agent", "a \"b\" \\c").send().unwrap();
    assert_eq!(answer.text(), "order 7\n");
    let line = logged.line();
    assert!(!line.contains("s3cret"), "{line}");
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    let fields: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = [
        "time",
        "request_id",
        "trace_id",
        "client",
        "method",
        "request_target",
        "route",
        "status",
        "bytes_in",
        "bytes_out",
        "duration_us",
        "user_agent",
        "ended",
    ];
    expected.sort_unstable();
    assert_eq!(fields, expected);
    assert_eq!(line["method"], "GET");
    assert_eq!(line["request_target"], "/orders/7?token=***&page=2&API_KEY=***&%70assword=***");
    assert_eq!((&line["route"], &line["status"]), (&"/orders/:number".into(), &200.into()));
    assert_eq!((&line["user_agent"], &line["ended"]), (&"a \"b\" \\c".into(), &"done".into()));
    assert!(line["client"].as_str().unwrap().starts_with("127.0.0.1:"), "{line}");
    let time = line["time"].as_str().unwrap();
    assert!(time.len() == 24 && time.starts_with("20") && time.ends_with('Z'), "{time}");
    let counts = ["bytes_in", "bytes_out", "duration_us"].map(|name| line[name].as_u64().unwrap());
    assert!(counts[0] > 100 && counts[1] > 50, "{line}");
    assert_eq!(line["request_id"].as_str().unwrap().replace('-', ""), line["trace_id"].as_str().unwrap());
}

#[test]
fn combined_is_what_apache_writes() {
    let mut logged = Logged::start(&[("SERVER_ACCESS_LOG", "combined")]);
    let call = logged.app.get("/orders/7?sig=1\"").field("Referer", "http://a/?token=1&b=\"");
    call.field("User-Agent", "x\\y\u{e9}").send().unwrap();
    let line = logged.line();
    let (head, rest) = line.split_once(" [").unwrap();
    let (time, rest) = rest.split_once("] ").unwrap();
    assert_eq!(head, "127.0.0.1 - -");
    assert!(time.len() == 26 && time.ends_with(" +0000") && time.as_bytes()[11] == b':', "{time}");
    // The quotation mark in the target is none of RFC 9112's: the request was refused.
    let (request, rest) = rest.split_once(" 400 ").unwrap();
    assert_eq!(request, "\"-\"", "{line}");
    assert!(rest.split(' ').next().unwrap().parse::<u64>().unwrap() > 0, "{line}");
    let call = logged.app.get("/orders/7?sig=1").field("Referer", "http://a/?token=1&b=\"");
    call.field("User-Agent", "x\\y\u{e9}").send().unwrap();
    let line = logged.line();
    let (_, rest) = line.split_once("] ").unwrap();
    let (begin, end) =
        ("\"GET /orders/7?sig=*** HTTP/1.1\" 200 ", "\"http://a/?token=***&b=\\\"\" \"x\\\\y\\xc3\\xa9\"");
    assert!(rest.starts_with(begin) && rest.ends_with(end), "{line}");
}

#[test]
fn readable_has_no_colours_where_nobody_looks() {
    let mut logged = Logged::start(&[("SERVER_ACCESS_LOG", "readable")]);
    logged.app.get("/orders/x").send().unwrap();
    let line = logged.line();
    let words: Vec<_> = line.split_whitespace().collect();
    assert_eq!(words[1..4], ["400", "GET", "/orders/x"], "{line}");
    assert!(words[5].starts_with("127.0.0.1:") && words[6].len() == 36, "{line}");
    assert!(!line.contains('\x1b'), "{line}");
}

/// What the program writes to a terminal for a request, and what it is told of colours.
fn on_a_terminal(no_color: &str) -> String {
    let program = super::program("logs");
    // The terminal is the program's standard output alone: its standard error says where it listens.
    let mut command = Command::new("sh");
    command
        .args(["-c", "exec 3>&2; exec script --quiet --return --command \"exec $0 2>&3\" /dev/null"])
        .arg(program);
    command.env("NO_COLOR", no_color).env("SHELL", "/bin/sh");
    let (reader, writer) = std::io::pipe().unwrap();
    let settings = [("SERVER_ACCESS_LOG", "readable")];
    let app = fingerpost_tests::App::launch_into(command, &settings, writer).unwrap();
    let mut logged = Logged { app, lines: std::io::BufReader::new(reader) };
    logged.app.get("/orders/7").send().unwrap();
    let line = logged.line();
    // The end of a terminal does not end a program that was started with SIGHUP ignored.
    logged.app.terminate().unwrap();
    logged.app.wait().unwrap();
    line
}

#[test]
fn readable_is_coloured_on_a_terminal_unless_told_not_to_be() {
    assert!(Command::new("script").arg("--version").stdout(Stdio::null()).status().is_ok(), "util-linux");
    let coloured = on_a_terminal("");
    assert!(coloured.contains(" \x1b[32m200\x1b[0m GET "), "{coloured:?}");
    let plain = on_a_terminal("1");
    assert!(plain.contains(" 200 GET "), "{plain:?}");
}

#[test]
fn events_go_to_the_programs_log() {
    let logged = Logged::start(&[("SERVER_ACCESS_LOG", "events")]);
    for target in ["/orders/7?token=s3cret", "/orders/x"] {
        logged.app.get(target).send().unwrap();
    }
    let line = |level: &str, target: &str, status: &str| {
        let log = logged.app.log();
        log.lines().any(|line| {
            let parts = [level, " access ", target, status, " trace_id=", " ended=done"];
            parts.iter().all(|part| line.contains(part))
        })
    };
    super::until(|| line(" INFO ", "request_target=\"/orders/7?token=***\"", "status=200"));
    super::until(|| line(" WARN ", "request_target=/orders/x", "status=400"));
    assert!(!logged.app.log().contains("s3cret"));
    assert_eq!(logged.rest(), "");
}

#[test]
fn a_line_says_how_it_ended() {
    let mut logged = Logged::start(&[("SERVER_HEADER_READ_TIMEOUT", "200ms")]);
    let address = logged.app.address();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /archive HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    // A client that only closed its half at once would be waited for.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    drop(stream);
    let line = logged.json();
    assert_eq!((&line["ended"], &line["route"]), (&"client-left".into(), &"/archive".into()), "{line}");
    assert!(line.get("status").is_none(), "{line}");
    let mut late = TcpStream::connect(address).unwrap();
    late.write_all(b"GET /late HT").unwrap();
    let line = logged.json();
    assert_eq!((&line["ended"], &line["status"]), (&"head-timeout".into(), &408.into()), "{line}");
    assert_eq!((&line["method"], &line["request_target"]), (&"GET".into(), &"/late".into()), "{line}");
    exchange(address, b"GET / HTTP/1.1\nhost: a\r\n\r\n");
    let line = logged.json();
    assert_eq!((&line["ended"], &line["status"]), (&"bare-lf".into(), &400.into()), "{line}");
}

#[test]
fn what_the_end_of_the_server_cuts_has_its_line() {
    let logged = Logged::start(&[("SERVER_SHUTDOWN_TIMEOUT", "50ms")]);
    let mut stream = TcpStream::connect(logged.app.address()).unwrap();
    stream.write_all(b"GET /archive HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let app = &logged.app;
    super::until(|| app.get("/metrics").send().unwrap().text().contains("state=\"busy\"} 2"));
    let rest = logged.rest();
    assert!(rest.ends_with("\"ended\":\"cut\"}\n") && rest.contains("/archive"), "{rest}");
}

#[test]
fn no_client_forges_a_line() {
    let mut logged = Logged::start(&[]);
    let address = logged.app.address();
    let forged = b"GET /orders/7 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
                   user-agent: x\xff\xe2\x80\xa8{\"time\":\"1\"}\xc2\x85\xe2\x80\xae\r\n\r\n";
    exchange(address, forged);
    let line = logged.line();
    assert!(line.contains("x\u{fffd}\\u2028{\\\"time\\\":\\\"1\\\"}\\u0085\\u202e"), "{line}");
    for forged in [
        &b"GET /a\x1b[2Kb HTTP/1.1\r\n\r\n"[..],
        b"G\x00T / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\na: b\x07\r\n\r\n",
    ] {
        exchange(address, forged);
        let line = logged.json();
        assert_eq!(line["status"], 400, "{line}");
    }
}

#[test]
fn probes_and_what_asks_for_it_have_no_lines_while_they_are_well() {
    let quiet = Logged::start(&[]);
    for target in ["/health/live", "/metrics", "/ping", "/orders/1"] {
        assert_eq!(quiet.app.get(target).send().unwrap().status(), 200);
    }
    quiet.app.call("POST", "/ping").send().unwrap();
    let rest = quiet.rest();
    let targets: Vec<_> =
        rest.lines().map(|line| line.split("\"request_target\":\"").nth(1).unwrap()).collect();
    assert!(targets.len() == 2 && targets[0].starts_with("/orders/1\""), "{rest}");
    assert!(targets[1].starts_with("/ping\"") && targets[1].contains("\"status\":405"), "{rest}");
    let loud = Logged::start(&[("SERVER_ACCESS_LOG_PROBES", "true")]);
    loud.app.get("/health/live").send().unwrap();
    assert!(loud.rest().contains("\"request_target\":\"/health/live\""));
}
