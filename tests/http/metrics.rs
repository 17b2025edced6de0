//! `/metrics` before its readers: Prometheus's checker, Prometheus itself, and the dashboard.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use fingerpost_tests::App;
use serde_json::Value;

use super::programs::start_with;

const MISSING: &str = "is missing: `cargo xtask test` installs it";
/// The longest time until a Prometheus that was just started has asked twice.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts the book's program, and lets it meet what there is to count.
fn start() -> App {
    let app = start_with("watched", &[]);
    for target in ["/sum/1/2", "/sum/1/x", "/missing", "/orders"] {
        app.get(target).send().unwrap();
    }
    let mut malformed = TcpStream::connect(app.address()).unwrap();
    malformed.write_all(b"GET / HTTP/1.1\r\nno field\r\n\r\n").unwrap();
    malformed.read_to_end(&mut Vec::new()).unwrap();
    app
}

/// The names that the text declares, as samples have them.
fn names(text: &str) -> BTreeSet<&str> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect()
}

fn dashboard() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/grafana/fingerpost.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Whether it is of what this program does without: TLS, a response cache, a collector of traces.
fn is_of_a_part(text: &str) -> bool {
    ["fingerpost_tls_", "fingerpost_cache_", "fingerpost_spans_"].into_iter().any(|part| text.contains(part))
}

/// Every query of the dashboard's panels.
fn queries(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn passes_promtools_check() {
    let app = start();
    let text = app.get("/metrics").send().unwrap().text();
    let mut check = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("promtool {MISSING}: {error}"));
    check.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = check.wait_with_output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // It complains of names on its standard error, and of what it cannot parse.
    assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
}

#[test]
fn has_all_that_the_dashboard_shows() {
    let app = start();
    let text = app.get("/metrics").send().unwrap().text();
    let (names, dashboard) = (names(&text), dashboard().to_string());
    let mut shown = BTreeSet::new();
    for part in dashboard.split("fingerpost_").skip(1) {
        let end = part
            .find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
            .unwrap_or(part.len());
        shown.insert(format!("fingerpost_{}", &part[..end]));
    }
    let missing: Vec<_> =
        shown.iter().filter(|name| !names.contains(name.as_str()) && !is_of_a_part(name)).collect();
    assert!(shown.len() > 15 && missing.is_empty(), "no {missing:?} in\n{text}");
    let unseen = |name: &&&str| {
        let shown_by_its_sum = name.strip_suffix("_bucket").is_some();
        !shown_by_its_sum && !shown.contains(**name)
    };
    assert_eq!(names.iter().filter(unseen).collect::<Vec<_>>(), Vec::<&&str>::new(), "nobody looks at these");
}

/// A Prometheus that asks one program each second; dropping it ends it and removes what it stored.
struct Prometheus {
    child: Child,
    address: SocketAddr,
    folder: PathBuf,
}

impl Prometheus {
    fn start(target: SocketAddr) -> Self {
        let folder = std::env::temp_dir().join(format!("prometheus-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let config = format!(
            "global: {{scrape_interval: 1s}}\nscrape_configs: [{{job_name: a, static_configs: [{{targets: ['{target}']}}]}}]\n"
        );
        std::fs::write(folder.join("prometheus.yml"), config).unwrap();
        // Free a moment ago, and taken again at once.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("prometheus {MISSING}: {error}"));
        Self { child, address, folder }
    }

    /// What it answers to a query: `None` while it does not, and an error where the query is none.
    fn query(&self, query: &str) -> Option<Result<Vec<Value>, String>> {
        let mut encoded = String::new();
        for byte in query.bytes() {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        write!(stream, "GET /api/v1/query?query={encoded} HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (_, body) = answer.split_once("\r\n\r\n")?;
        let body: Value = serde_json::from_str(body).ok()?;
        if body.get("status") != Some(&"success".into()) {
            return Some(Err(body.to_string()));
        }
        body.pointer("/data/result")?.as_array().cloned().map(Ok)
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn prometheus_reads_it_and_the_dashboards_queries_find_it() {
    let app = start();
    let prometheus = Prometheus::start(app.address());
    let start = Instant::now();
    // It asks for OpenMetrics before anything else; two samples make a rate.
    let asked = r#"count_over_time(fingerpost_requests_total{route="/sum/:a/:b",status="2xx"}[1m]) >= 2"#;
    while prometheus.query(asked).is_none_or(|found| found.unwrap().is_empty()) {
        assert!(start.elapsed() < PATIENCE, "nothing was read: {:?}", prometheus.query("up"));
        sleep(Duration::from_millis(200));
    }
    for query in queries(&dashboard()) {
        let query = query.replace("$__rate_interval", "1m").replace("$job", ".*").replace("$instance", ".*");
        let found = prometheus.query(&query).unwrap();
        let found = found.unwrap_or_else(|error| panic!("{query}: {error}"));
        assert!(!found.is_empty() || is_of_a_part(&query), "{query}");
    }
}
