//! One limit, several servers, one Redis.

use std::time::{Duration, Instant};

use fingerpost_tests::RedisServer;
use server::layers::{ByExtractor, Quota, RateKey, RateLimit};
use server::testing::{Client, TestResponse};
use server::{Bearer, FromRequest, Redis, Request, Server, get, routes};

const HOUR: Duration = Duration::from_secs(3600);

#[get("/")]
async fn index() -> &'static str {
    "hello"
}

#[derive(Hash)]
struct Token(String);

impl<S: Sync> FromRequest<S> for Token {
    type Rejection = <Bearer as FromRequest<S>>::Rejection;

    async fn from_request(request: &mut Request, state: &S) -> Result<Self, Self::Rejection> {
        Bearer::from_request(request, state).await.map(|bearer| Self(bearer.token().to_owned()))
    }
}

/// Patient: these tests are of what is counted, on a machine that may be busy.
fn redis(server: &RedisServer) -> Redis {
    Redis::open(&server.url()).unwrap().timeout(Duration::from_secs(10))
}

fn client<K: RateKey<()>>(limit: RateLimit<K>) -> Client {
    Client::from(Server::new(routes![index]).with(limit))
}

#[track_caller]
fn check(response: &TestResponse, status: u16, state: &str, retry: Option<&str>) {
    assert_eq!(response.status(), status, "{response:?}");
    assert_eq!(response.header("ratelimit"), Some(state));
    assert_eq!(response.header("retry-after"), retry);
}

#[server::test]
async fn replicas_count_together() {
    let server = RedisServer::start().unwrap();
    let replica = || {
        let limit = RateLimit::by_client(&[Quota::new("hour", 3, HOUR)]);
        client(limit.shared("search", &redis(&server)))
    };
    let (one, other) = (replica(), replica());
    check(&one.get("/").await, 200, "\"hour\";r=2;t=1200", None);
    check(&other.get("/").await, 200, "\"hour\";r=1;t=2400", None);
    check(&one.get("/").await, 200, "\"hour\";r=0;t=3600", None);
    check(&other.get("/").await, 429, "\"hour\";r=0;t=3600", Some("1200"));
    check(&one.get("/").await, 429, "\"hour\";r=0;t=3600", Some("1200"));
}

#[server::test]
async fn limits_of_other_names_and_applications_of_other_prefixes_do_not_meet() {
    let server = RedisServer::start().unwrap();
    let limit = |name: &str, prefix: &str| {
        let limit = RateLimit::by_client(&[Quota::new("hour", 1, HOUR)]);
        client(limit.shared(name, &redis(&server).prefix(prefix)))
    };
    for (name, prefix) in [("search", "a:"), ("login", "a:"), ("search", "b:")] {
        assert_eq!(limit(name, prefix).get("/").await.status(), 200, "{name} {prefix}");
    }
    for (name, prefix) in [("search", "a:"), ("login", "a:"), ("search", "b:")] {
        assert_eq!(limit(name, prefix).get("/").await.status(), 429, "{name} {prefix}");
    }
}

#[server::test]
async fn of_several_quotas_all_give_or_none() {
    let server = RedisServer::start().unwrap();
    let quotas = [Quota::new("day", 5, 24 * HOUR).burst(2), Quota::new("hour", 3, HOUR)];
    let client = client(RateLimit::by_client(&quotas).shared("search", &redis(&server)));
    check(&client.get("/").await, 200, "\"day\";r=1;t=17280, \"hour\";r=2;t=1200", None);
    check(&client.get("/").await, 200, "\"day\";r=0;t=34560, \"hour\";r=1;t=2400", None);
    // The refused ones take nothing of the hour.
    for _ in 0..3 {
        let refused = client.get("/").await;
        check(&refused, 429, "\"day\";r=0;t=34560, \"hour\";r=1;t=2400", Some("17280"));
        let problem: serde_json::Value = refused.json();
        assert_eq!(problem["violated-policies"], serde_json::json!(["day"]));
    }
}

#[server::test]
async fn what_was_taken_comes_back_by_the_clock_of_redis() {
    let server = RedisServer::start().unwrap();
    let quota = Quota::new("slow", 10, Duration::from_secs(30)).burst(1);
    let client = client(RateLimit::by_client(&[quota]).shared("search", &redis(&server)));
    assert_eq!(client.get("/").await.status(), 200);
    let keys = || server.ask(&["KEYS", "server:rate:search:*"]).unwrap();
    assert!(keys().starts_with("*1\r\n$"), "one client, one key: {}", keys());
    let started = Instant::now();
    while keys() != "*0\r\n" {
        assert!(started.elapsed() < Duration::from_secs(30), "a bucket that is full again is not kept");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(client.get("/").await.status(), 200);
}

#[server::test]
async fn each_key_has_its_own_and_none_can_be_read_in_redis() {
    let server = RedisServer::start().unwrap();
    let quotas = [Quota::new("hour", 1, HOUR)];
    let by_header = client(RateLimit::by_header("x-key", &quotas).shared("header", &redis(&server)));
    let by_extractor = RateLimit::<ByExtractor<Token>>::by_extractor(&quotas);
    let by_extractor = client(by_extractor.shared("token", &redis(&server)));
    for key in ["secret-one", "secret-two"] {
        for status in [200, 429] {
            assert_eq!(by_header.get("/").header("x-key", key).await.status(), status);
            let request = by_extractor.get("/").header("authorization", format!("Bearer {key}"));
            assert_eq!(request.await.status(), status);
        }
    }
    assert_eq!(by_extractor.get("/").await.status(), 401, "the extractor's own answer");
    let keys = server.ask(&["KEYS", "*"]).unwrap();
    assert!(keys.starts_with("*4\r\n") && !keys.contains("secret"), "{keys}");
}

#[server::test]
async fn what_another_deploy_left_is_no_obstacle() {
    let server = RedisServer::start().unwrap();
    let limit = |quotas: &[Quota]| client(RateLimit::by_client(quotas).shared("search", &redis(&server)));
    let two = [Quota::new("hour", 9, HOUR), Quota::new("day", 9, HOUR)];
    assert_eq!(limit(&two).get("/").await.status(), 200);
    // One quota fewer: it begins anew. A smaller one: what was taken beyond it is forgiven.
    check(&limit(&two[..1]).get("/").await, 200, "\"hour\";r=8;t=400", None);
    for _ in 0..8 {
        limit(&two[..1]).get("/").await;
    }
    let fewer = [Quota::new("hour", 2, HOUR)];
    check(&limit(&fewer).get("/").await, 429, "\"hour\";r=0;t=3600", Some("1800"));
    // A script that Redis has forgotten is told again.
    server.ask(&["SCRIPT", "FLUSH"]).unwrap();
    check(&limit(&fewer).get("/").await, 429, "\"hour\";r=0;t=3600", Some("1800"));
    // What is no bucket at all is told as an outage, and survived.
    let keys = server.ask(&["KEYS", "*"]).unwrap();
    let key = keys.lines().last().unwrap();
    server.ask(&["SET", key, "1 2 x"]).unwrap();
    assert_eq!(limit(&fewer).get("/").await.status(), 200);
}
