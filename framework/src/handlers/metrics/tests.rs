//! What is written, through the whole engine and by itself.

use serde_json::Value;

use super::exposition::{Exposition, Kind};
use super::*;
use crate::testing::Client;
use crate::{Health, Mount, Request, Rest, Routes, Server, StatusCode as Status, get, post, routes};

#[get("/users/:id")]
async fn user(id: u64) -> String {
    format!("user {id}")
}

#[post("/users")]
async fn create() -> Status {
    Status::INTERNAL_SERVER_ERROR
}

struct Nothing;

impl<S: Sync> Mount<S> for Nothing {
    async fn call(&self, _: Request, _: Rest, _: &S) -> Response {
        Response::no_content()
    }
}

fn client() -> Client {
    const ROUTES: Routes = routes!["/v2" => [user, create]];
    Client::from(Server::new(ROUTES).mount("/assets", Nothing).metrics(Metrics::new()).health(Health::new()))
}

async fn exercise(client: &Client) {
    for target in ["/v2/users/1", "/v2/users/2", "/v2/users/x", "/no", "/assets/a.css", "/health", "/metrics"]
    {
        client.get(target).await;
    }
    client.post("/v2/users").await;
    client.head("/v2/users/3").await;
    client.get("/v2/users").await;
}

async fn lines(client: &Client, accept: &str) -> Vec<String> {
    client.get("/metrics").header("accept", accept).await.text().lines().map(str::to_owned).collect()
}

#[track_caller]
fn has(lines: &[String], expected: &[&str]) {
    for line in expected {
        assert!(lines.iter().any(|found| found == line), "no {line} in:\n{}", lines.join("\n"));
    }
}

#[server::test]
async fn counts_by_pattern_and_never_by_path_nor_probes() {
    let client = client();
    exercise(&client).await;
    let lines = lines(&client, "text/plain").await;
    let user = r#"route="/v2/users/:id",method="GET""#;
    has(
        &lines,
        &[
            &format!(r#"fingerpost_requests_total{{{user},status="2xx"}} 3"#),
            &format!(r#"fingerpost_requests_total{{{user},status="4xx"}} 1"#),
            &format!(r#"fingerpost_request_duration_seconds_count{{{user}}} 4"#),
            &format!(r#"fingerpost_request_duration_seconds_bucket{{{user},le="+Inf"}} 4"#),
            r#"fingerpost_requests_total{route="/v2/users",method="POST",status="5xx"} 1"#,
            r#"fingerpost_requests_total{route="/assets/*",method="(any)",status="2xx"} 1"#,
            r#"fingerpost_requests_total{route="(none)",method="(any)",status="4xx"} 2"#,
            r#"fingerpost_requests_total{route="(unread)",method="(any)",status="4xx"} 0"#,
            r#"fingerpost_responses_total{code="200"} 3"#,
            r#"fingerpost_responses_total{code="405"} 1"#,
            "fingerpost_requests_in_flight 0",
            r#"fingerpost_shutdown{step="requested"} 0"#,
            "# TYPE fingerpost_requests_total counter",
        ],
    );
    let text = lines.join("\n");
    assert!(!text.contains("/health") && !text.contains("/metrics") && !text.contains("users/1"), "{text}");
    assert!(text.lines().all(|line| !line.starts_with("# UNIT") && line != "# EOF"), "{text}");
}

#[server::test]
async fn a_request_that_cannot_be_read_counts_as_such() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let client = client();
    let mut connection = client.connect();
    connection.write_all(b"GET / HTTP/1.1\r\n: a\r\n\r\n").await.unwrap();
    connection.shutdown().await.unwrap();
    connection.read_to_end(&mut Vec::new()).await.unwrap();
    let unread = r#"fingerpost_requests_total{route="(unread)",method="(any)",status="4xx"} 1"#;
    let lines = lines(&client, "*/*").await;
    has(&lines, &[unread, "fingerpost_requests_malformed_total 1", "fingerpost_requests_in_flight 0"]);
}

#[server::test]
async fn open_metrics_names_units_and_says_where_it_ends() {
    let client = client();
    exercise(&client).await;
    let lines = lines(&client, "application/openmetrics-text;version=1.0.0,text/plain;q=0.5").await;
    has(
        &lines,
        &[
            "# TYPE fingerpost_requests counter",
            r#"fingerpost_responses_total{code="404"} 1"#,
            "# TYPE fingerpost_received_bytes counter",
            "# UNIT fingerpost_received_bytes bytes",
            "# UNIT fingerpost_request_duration_seconds seconds",
        ],
    );
    assert_eq!(lines.last().unwrap(), "# EOF");
}

#[server::test]
async fn json_tells_the_same() {
    let client = client();
    exercise(&client).await;
    let answer = client.get("/metrics").header("accept", "application/json").await;
    let document: Value = serde_json::from_str(answer.text()).unwrap();
    let requests = &document["requests"];
    assert_eq!((&requests["total"], &requests["by_status"]["404"]), (&8.into(), &1.into()), "{document}");
    let by_route = requests["by_route"].as_array().unwrap();
    let user = by_route.iter().find(|route| route["route"] == "/v2/users/:id").unwrap();
    assert_eq!((&user["total"], &user["by_status"]["2xx"]), (&4.into(), &3.into()), "{document}");
    assert!(document["uptime_seconds"].is_f64() && document["thread_pool"].is_null(), "{document}");
    assert_eq!(document["shutdown"]["draining"], false);
}

#[server::test]
async fn the_form_follows_accept() {
    let client = client();
    let rows = [
        ("*/*", 200, PROMETHEUS),
        ("", 200, PROMETHEUS),
        ("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", 200, PROMETHEUS),
        ("application/openmetrics-text;version=1.0.0,text/plain;q=0.5", 200, OPEN_METRICS),
        ("application/json, text/plain;q=0.9", 200, JSON),
        ("garbage,,;;q=x", 200, PROMETHEUS),
        ("image/png", 406, "application/problem+json"),
        ("text/plain;version=9", 406, "application/problem+json"),
        ("text/plain;q=0, application/*;q=0", 406, "application/problem+json"),
    ];
    for (accept, status, content_type) in rows {
        let answer = client.get("/metrics").header("accept", accept).await;
        assert_eq!(answer.status(), status, "{accept}");
        assert_eq!(answer.header("content-type"), Some(content_type), "{accept}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{accept}");
        assert!(answer.header("vary").unwrap().contains("accept"), "{accept}");
    }
}

#[server::test]
async fn the_servers_middleware_stands_around_it() {
    #[crate::middleware]
    async fn locked(_: Request, _: crate::Next<'_>) -> Response {
        Response::new(Status::FORBIDDEN)
    }
    let client = Client::from(Server::new(Routes::EMPTY).metrics(Metrics::new()).with(locked));
    assert_eq!(client.get("/metrics").await.status(), 403);
}

#[server::test]
async fn checks_are_told_as_numbers() {
    let health = Health::new()
        .check("passes", async |_: &()| Ok(()))
        .check("a \"quoted\\\" name", async |_| Err(crate::Error::message("no")));
    let client = Client::from(Server::new(Routes::EMPTY).health(health).metrics(Metrics::new()));
    client.get("/health").await;
    let lines = lines(&client, "*/*").await;
    has(
        &lines,
        &[
            r#"fingerpost_health_check{check="passes"} 1"#,
            r#"fingerpost_health_check{check="a \"quoted\\\" name"} 0"#,
        ],
    );
}

#[test]
fn a_label_is_escaped() {
    let mut text = Exposition::new(Dialect::Prometheus);
    text.family(Kind::Gauge, "a", "Help.").sample(&[("b", &"c\\d\"e\nf{}=,é")], 1);
    assert_eq!(text.finish(), "# HELP a Help.\n# TYPE a gauge\na{b=\"c\\\\d\\\"e\\nf{}=,é\"} 1\n");
}

#[server::test]
async fn caches_are_told_of_under_their_names() {
    static PAGES: SharedCache = SharedCache::new();

    #[get("/page", with = [PAGES])]
    async fn page() -> (crate::Cache, &'static str) {
        (crate::Cache::public(std::time::Duration::from_secs(60)), "page")
    }

    let client = Client::from(Server::new(routes![page]).metrics(Metrics::new().cache("pages", &PAGES)));
    for _ in 0..3 {
        client.get("/page").await;
    }
    let metrics = client.get("/metrics").await;
    for line in [
        r#"fingerpost_cache_requests_total{cache="pages",result="fresh"} 2"#,
        r#"fingerpost_cache_requests_total{cache="pages",result="stale"} 0"#,
        r#"fingerpost_cache_requests_total{cache="pages",result="forwarded"} 1"#,
        r#"fingerpost_cache_stored_total{cache="pages"} 1"#,
        r#"fingerpost_cache_entries{cache="pages"} 1"#,
    ] {
        assert!(metrics.text().lines().any(|found| found == line), "{line}\n{}", metrics.text());
    }
    let json: Value = client.get("/metrics").header("accept", "application/json").await.json();
    assert_eq!(json["caches"]["pages"]["hits"], 2);
}
