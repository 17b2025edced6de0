//! Health through the whole engine, and what a server with it refuses to start with.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::*;
use crate::testing::Client;
use crate::{Error, Metrics, Next, Request, Response, Routes, Server, get, middleware, routes};

const SOON: Duration = Duration::from_millis(20);

#[get("/*path")]
async fn anything(path: &str) -> String {
    format!("anything at {path}")
}

#[get("/health/live")]
async fn mine() {}

#[middleware]
async fn locked(_: Request, _: Next<'_>) -> Response {
    Response::new(crate::StatusCode::FORBIDDEN)
}

async fn ask(client: &Client, target: &str) -> (u16, Value) {
    let answer = client.get(target).await;
    let status = answer.status().as_u16();
    (status, serde_json::from_str(answer.text()).unwrap())
}

#[track_caller]
fn refuses(server: Server, sentence: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(server.ignore_command_line().run()).unwrap_err();
    assert!(error.to_string().starts_with(sentence), "{error}");
}

#[server::test]
async fn each_check_is_told_with_its_fault_and_fails_readiness_alone() {
    let health = Health::new()
        .timeout(SOON)
        .check("passes", async |_: &()| Ok(()))
        .check("fails", async |_| Err(Error::message("password of the database: 1234")))
        .check("panics", async |_| panic!("as it must"))
        .check("hangs", async |_| pending().await)
        .check("does not wait", |_: &()| std::future::ready(Ok(())));
    let client = Client::from(Server::new(Routes::EMPTY).health(health));
    for target in ["/health/ready", "/health"] {
        let (status, report) = ask(&client, target).await;
        assert_eq!((status, &report["status"]), (503, &"fail".into()), "{report}");
        let reason = |name: &str| report["checks"][name]["reason"].as_str().map(str::to_owned);
        let reasons = ["passes", "fails", "panics", "hangs", "does not wait"].map(reason);
        let told = [None, Some("failed"), Some("panicked"), Some("timed out"), None];
        assert_eq!(reasons.each_ref().map(Option::as_deref), told);
        assert!(!report.to_string().contains("1234"), "{report}");
        assert!(report["checks"]["hangs"]["took_ms"].as_f64().unwrap() >= 20.0, "{report}");
        assert!(report["timestamp"].as_str().unwrap().ends_with('Z') && report["uptime_seconds"].is_u64());
    }
    let (status, report) = ask(&client, "/health/live").await;
    assert_eq!((status, &report["status"], &report["checks"]), (200, &"pass".into(), &serde_json::json!({})));
}

#[server::test]
async fn a_check_sees_the_state_and_recovers() {
    let health = Health::new().interval(SOON).check("up", async |up: &Arc<AtomicBool>| {
        if up.load(Ordering::SeqCst) { Ok(()) } else { Err(Error::message("down")) }
    });
    let up = Arc::new(AtomicBool::new(false));
    let client = Client::from(Server::new(Routes::EMPTY).state(Arc::clone(&up)).health(health));
    assert_eq!(ask(&client, "/health/ready").await.0, 503);
    up.store(true, Ordering::SeqCst);
    while ask(&client, "/health/ready").await.0 != 200 {
        tokio::time::sleep(SOON).await;
    }
}

#[server::test]
async fn readiness_ends_with_the_request_to_shut_down_and_liveness_does_not() {
    let server = Server::new(Routes::EMPTY).health(Health::new());
    let shutdown = server.shutdown_handle();
    let client = Client::from(server);
    assert_eq!(ask(&client, "/health/ready").await.0, 200);
    shutdown.request();
    let (status, report) = ask(&client, "/health/ready").await;
    assert_eq!((status, &report["checks"]["server:shutdown"]["reason"]), (503, &"shutting down".into()));
    assert_eq!(ask(&client, "/health/live").await.0, 200);
}

#[server::test]
async fn probes_stand_before_the_table_and_the_middleware() {
    let server = Server::new(routes![anything]).health(Health::new().at("/up")).with(locked);
    let client = Client::from(server);
    for (target, expected) in [
        ("/up", 200),
        ("/up/live", 200),
        ("/up/ready", 200),
        ("/up/", 403),
        ("/upper", 403),
        ("/health", 403),
    ] {
        assert_eq!(client.get(target).await.status(), expected, "{target}");
    }
}

#[server::test]
async fn a_probe_can_only_be_read() {
    let client = Client::from(Server::new(Routes::EMPTY).health(Health::new()));
    let head = client.head("/health/ready").await;
    assert_eq!((head.status().as_u16(), head.text()), (200, ""));
    assert_eq!(head.header("cache-control"), Some("no-store"));
    let post = client.post("/health").await;
    assert_eq!((post.status().as_u16(), post.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
    assert_eq!(client.request(http::Method::OPTIONS, "/health/live").await.status(), 204);
}

#[test]
fn refuses_checks_that_cannot_be_told_apart() {
    let server = |names: &[&str]| {
        let health = names.iter().fold(Health::new(), |health, name| health.check(*name, async |_| Ok(())));
        Server::new(Routes::EMPTY).health(health)
    };
    refuses(server(&["a", "b", "a"]), "two health checks are called \"a\"");
    refuses(server(&[" "]), "a health check has no name");
    refuses(server(&["a\n"]), "the health check \"a\\n\" has a control character");
    refuses(
        server(&["server:worker-0"]),
        "the health check \"server:worker-0\" is called like the server's own",
    );
}

#[test]
fn refuses_paths_that_are_none_or_taken() {
    let server = || Server::new(routes![mine]);
    refuses(server().health(Health::new()), "\"/health/live\" is the route `mine` already (framework/src/");
    refuses(server().health(Health::new().at("up")), "nothing can be mounted at \"up\": expected a slash");
    refuses(server().metrics(Metrics::new().at("/a b")), "nothing can be mounted at \"/a b\"");
    let twice = server().health(Health::new().at("/up")).metrics(Metrics::new().at("/up/live"));
    refuses(twice, "health and metrics are both to be answered at \"/up/live\"");
}
