//! The clients that people have.

use std::process::{Command, Stdio};

use fingerpost_tests::App;

use super::programs::start_with;

const MISSING: &str = "is missing: `cargo xtask test` installs it";

/// Runs curl with prior knowledge; gives what it wrote.
fn curl(app: &App, arguments: &[&str], path: &str) -> Vec<u8> {
    let url = format!("http://{}{path}", app.address());
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--max-time", "30", "--http2-prior-knowledge"]);
    let output = command.args(arguments).arg(url).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("curl {MISSING}: {error}"));
    assert!(output.status.success(), "{arguments:?} {path}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn curl_text(app: &App, arguments: &[&str], path: &str) -> String {
    String::from_utf8(curl(app, arguments, path)).unwrap()
}

#[test]
fn curl_gets_what_it_asks_for() {
    for runtime in ["per-core", "shared"] {
        let app = start_with("probe", &[("SERVER_RUNTIME", runtime)]);
        let answer = curl_text(&app, &["--include"], "/hello/Ada");
        assert!(answer.starts_with("HTTP/2 200 \r\n") && answer.ends_with("hello, Ada\n"), "{answer}");
        assert!(curl_text(&app, &["--head"], "/").contains("content-length: 6\r\n"));
        let answer = curl_text(&app, &["--include"], "/nothing");
        assert!(answer.starts_with("HTTP/2 404") && answer.contains("application/problem+json"), "{answer}");
        assert!(curl_text(&app, &["--include"], "/no-content").starts_with("HTTP/2 204"));
        assert!(curl_text(&app, &["--include"], "/not-modified").starts_with("HTTP/2 304"));
        assert_eq!(curl(&app, &[], "/large").len(), 32 << 20);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("upload");
        let content: Vec<u8> = (0..5_000_000_u32).flat_map(u32::to_le_bytes).take(5_000_000).collect();
        std::fs::write(&file, &content).unwrap();
        let data = format!("@{}", file.display());
        for expect in ["expect: 100-continue", "expect:"] {
            let echoed = curl(&app, &["--data-binary", &data, "--header", expect], "/echo");
            assert!(echoed == content, "{runtime}, {expect}");
        }
    }
}

#[test]
fn the_same_port_speaks_both() {
    let app = start_with("probe", &[]);
    let answer = app.get("/").send().unwrap();
    assert_eq!(answer.status(), 200);
    assert!(curl_text(&app, &["--include"], "/").starts_with("HTTP/2 200"));
    let off = start_with("probe", &[("SERVER_HTTP2", "false")]);
    let url = format!("http://{}/", off.address());
    let status =
        Command::new("curl").args(["--silent", "--max-time", "30", "--http2-prior-knowledge", &url]).status();
    assert!(!status.unwrap().success());
    assert_eq!(off.get("/").send().unwrap().status(), 200);
}

#[test]
fn h2load_has_every_request_answered() {
    for runtime in ["per-core", "shared"] {
        let app = start_with("probe", &[("SERVER_RUNTIME", runtime), ("SERVER_WORKERS", "2")]);
        for (path, requests, clients, streams) in [("/", "20000", "10", "100"), ("/stream", "500", "5", "50")]
        {
            let url = format!("http://{}{path}", app.address());
            let mut command = Command::new("h2load");
            command.args(["-n", requests, "-c", clients, "-m", streams, &url]).stdin(Stdio::null());
            let output = command.output().unwrap_or_else(|error| panic!("h2load {MISSING}: {error}"));
            let report = String::from_utf8_lossy(&output.stdout).into_owned();
            let expected = format!("{requests} succeeded, 0 failed, 0 errored, 0 timeout");
            assert!(report.contains(&expected), "{runtime} {path}: {report}");
        }
    }
}
