//! `examples/service`: all of the box at once, by its own file; and its page, in a browser.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fingerpost_tests::{Answer, App, forget_settings};
use serde_json::Value;

use super::browser::Browser;
use super::programs::program;

/// The file that the example comes with.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/service/service.yaml");

/// The longest wait for what the page or a check shows after a moment.
const PATIENCE: Duration = Duration::from_secs(60);

#[track_caller]
fn start(settings: &[(&str, &str)]) -> App {
    App::launch(command(&[]), settings).unwrap()
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(program("service"));
    command.args(["--config", FILE]).args(args);
    command
}

/// Asks until the answer is as it is to be.
#[track_caller]
fn wait_for(what: &str, is_there: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_there() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(answer.body()).unwrap_or_else(|error| panic!("{error}: {}", answer.text()))
}

#[test]
fn answers_its_probes_in_their_forms() {
    let app = start(&[]);
    let healthy = || app.get("/health").send().unwrap();
    wait_for("a check that has run", || healthy().status() == 200);
    let health = json(&healthy());
    assert_eq!(health["checks"]["room for notes"]["status"], "pass", "{health}");
    assert_eq!(app.get("/api/factors/360").send().unwrap().text(), "[2,2,2,3,3,5]");

    let text = app.get("/metrics").send().unwrap().text();
    let line = r#"fingerpost_requests_total{route="/api/factors/:number",method="GET",status="2xx"} 1"#;
    assert!(text.lines().any(|found| found == line), "{text}");
    let metrics = json(&app.get("/metrics").field("accept", "application/json").send().unwrap());
    assert_eq!(metrics["requests"]["total"], 1, "{metrics}");
    assert_eq!(metrics["caches"]["factors"]["entries"], 1, "{metrics}");
    assert_eq!(metrics["checks"]["room for notes"], true, "{metrics}");
}

#[test]
fn is_not_ready_without_room() {
    let app = start(&[("SERVER_APP__NOTES__MOST", "2"), ("SERVER_APP__ADMIN_TOKEN", "hunter2")]);
    let ready = || app.get("/health/ready").send().unwrap().status();
    wait_for("ready", || ready() == 200);
    let note = || app.call("POST", "/api/notes").json(r#"{"text":"buy milk"}"#).send().unwrap();
    assert_eq!([note(), note(), note()].map(|answer| answer.status()), [201, 201, 507]);
    assert_eq!(json(&note())["most"], 2);
    wait_for("not ready", || ready() == 503);
    let clear = |token: &str| {
        let answer = app.call("DELETE", "/api/notes").field("authorization", token).send().unwrap();
        (answer.status(), answer.text())
    };
    assert_eq!(clear("Bearer guess").0, 401);
    assert_eq!(clear("Bearer hunter2"), (200, "2 notes removed\n".to_owned()));
    wait_for("ready again", || ready() == 200);
}

#[test]
fn each_layer_has_its_say() {
    let app = start(&[("SERVER_APP__RATE_LIMIT__REQUESTS", "12"), ("SERVER_APP__RATE_LIMIT__WINDOW", "1h")]);
    // Kept once, and known to who has it.
    let kept = || app.get("/api/factors/7").send().unwrap();
    assert_eq!(kept().field("cache-status"), Some("fingerpost; fwd=uri-miss; fwd-status=200; stored"));
    assert!(kept().field("cache-status").unwrap().starts_with("fingerpost; hit"));
    let page = app.get("/").send().unwrap();
    for (target, tag) in [("/api/factors/7", "\"7\""), ("/", page.field("etag").unwrap())] {
        let known = app.get(target).field("if-none-match", tag).send().unwrap();
        assert_eq!((known.status(), known.body()), (304, &b""[..]), "{target}");
    }
    // Smaller for who takes it so, in the program already or as it is sent.
    for (coding, target) in [("br", "/"), ("gzip", "/live.js"), ("gzip", "/metrics")] {
        let small = app.get(target).field("accept-encoding", coding).send().unwrap();
        assert_eq!((small.status(), small.field("content-encoding")), (200, Some(coding)), "{target}");
    }
    // Two origins, a page of another site, and what nobody may send.
    for (origin, allowed) in [("https://app.example.org", true), ("https://evil.example", false)] {
        let answer = app.get("/api/notes").field("origin", origin).send().unwrap();
        assert_eq!(answer.field("access-control-allow-origin"), allowed.then_some(origin));
    }
    let post = |name: &str, value: &str, text: &str| {
        let body = format!(r#"{{"text":"{text}"}}"#);
        app.call("POST", "/api/notes").field(name, value).json(&body).send().unwrap().status()
    };
    assert_eq!(post("sec-fetch-site", "cross-site", ""), 403);
    assert_eq!(post("x-a", "b", &"a".repeat(65 * 1024)), 413);
    // Ten so far, as what CSRF keeps out is not counted. Another client has his own, as the proxy says.
    let left = |client: &str| {
        let answer = app.get("/api/notes").field("x-forwarded-for", client).send().unwrap();
        (answer.status(), answer.field("retry-after").is_some())
    };
    let found: Vec<_> = std::iter::from_fn(|| Some(left("127.0.0.1"))).take(6).collect();
    assert_eq!(found.last(), Some(&(429, true)), "{found:?}");
    assert_eq!(left("203.0.113.7"), (200, false));
    let page = app.get("/").field("x-forwarded-for", "203.0.113.7").send().unwrap();
    assert!(page.field("content-security-policy").unwrap().starts_with("default-src 'self'"));
}

#[test]
fn its_file_is_good_in_each_profile() {
    let said = |args: &[&str]| {
        let mut command = command(args);
        forget_settings(&mut command);
        let output = command.stdin(Stdio::null()).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(said(&["--check-config"]), (true, format!("every setting is good ({FILE})\n")));
    let (is_good, _) = said(&["--check-config", "--profile", "prod"]);
    assert!(is_good);
    assert!(!said(&["--check-config", "--app.rate-limit.window", "1min"]).0);
}

#[test]
fn logs_a_line_of_json_for_each_request() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("access.log");
    let app = start(&[("SERVER_ACCESS_LOG_TO", log.to_str().unwrap())]);
    let asked = app.get("/api/factors/6?token=hunter2").field("x-forwarded-for", "203.0.113.7");
    assert_eq!(asked.send().unwrap().status(), 200);
    wait_for("a line", || fs::read_to_string(&log).unwrap().ends_with('\n'));
    let line: Value = serde_json::from_str(fs::read_to_string(&log).unwrap().trim_end()).unwrap();
    assert_eq!(line["route"], "/api/factors/:number");
    assert_eq!(line["client"], "203.0.113.7", "it says no port");
    assert_eq!(line["request_target"], "/api/factors/6?token=***");
}

#[test]
fn a_person_sees_it_live() {
    let app = start(&[("SERVER_APP__NOTES__MOST", "1"), ("SERVER_APP__HEALTH_INTERVAL", "100ms")]);
    let browser = Browser::start();
    browser.resize(1100, 1250);
    browser.open(&format!("http://{}/", app.address()));
    assert_eq!(browser.text("h1"), "service");
    assert_eq!(browser.text("#state.pass"), "healthy");
    assert!(browser.text("#uptime").starts_with("up for "));
    assert!(browser.text("#checks li.pass:last-child").starts_with("room for notes"));

    // The figures are those of the service, and move with it.
    let total = || browser.text("#total").replace(',', "").parse::<u64>().unwrap();
    wait_for("a total", || browser.text("#total") != "–");
    let before = total();
    for number in 0..40 {
        let target = ["/api/factors/360", "/api/notes", "/nowhere", "/api/factors/x"][number % 4];
        app.get(target).send().unwrap();
    }
    wait_for("a higher total", || total() >= before + 40);
    let rows = |name: &str| browser.text(name).lines().map(str::to_owned).collect::<Vec<_>>();
    wait_for("a 404", || rows("#statuses").iter().any(|row| row.starts_with("404")));
    let routes = rows("#routes");
    assert!(routes.iter().any(|row| row.starts_with("GET /api/factors/:number 10 × 2xx")), "{routes:?}");
    assert!(browser.text("#workers").starts_with("workers "));
    assert!(browser.text("#pool").ends_with(" 64 0"), "{}", browser.text("#pool"));
    let line = || browser.attribute("#line", "points").split(' ').count();
    wait_for("a line", || line() >= 5);

    // What a person asks and says.
    browser.click("#ask button");
    wait_for("factors", || browser.text("#answer") == "999999999989 = 999999999989");
    browser.clear("#number");
    browser.enter("#number", "1000000000000");
    browser.click("#ask button");
    let twelve = |factor: &str| [factor; 12].join(" · ");
    let factors = format!("1000000000000 = {} · {}", twelve("2"), twelve("5"));
    wait_for("other factors", || browser.text("#answer") == factors);
    save(&browser, "service.png");
    browser.click("#write button");
    wait_for("a note", || browser.text("#answer") == "kept");
    assert_eq!(browser.text("#state.fail"), "not healthy");
    assert!(browser.text("#checks li.fail").ends_with("failed"));
    browser.click("#write button");
    wait_for("no room", || browser.text("#answer").starts_with("there is no room for another note"));
    save(&browser, "service-unhealthy.png");

    // Nothing of the page breaks its policy. What is refused is told as well, such as the note, and so are devices of the
    // policy that this browser was built without.
    let complaints = browser.complaints();
    let told = complaints.iter().map(|told| told["message"].as_str().unwrap());
    let expected = ["Failed to load resource", "Permissions-Policy header: Unrecognized feature"];
    let others: Vec<_> = told.filter(|told| !expected.iter().any(|text| told.contains(text))).collect();
    assert!(others.is_empty(), "{others:?}");
}

/// Keeps what is seen where cargo builds to, for whoever wants to look at it.
fn save(browser: &Browser, name: &str) {
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), browser.picture()).unwrap();
}
