use std::time::Duration;

use super::*;
use crate::layers::Cors;
use crate::testing::{Client, TestResponse};
use crate::{Bearer, Server, get, routes};

const TWO: &[Quota] = &[Quota::new("minute", 2, Duration::from_secs(60))];
const BOTH: &[Quota] =
    &[Quota::new("second", 2, Duration::from_secs(1)), Quota::new("hour", 3, Duration::from_secs(3600))];

#[get("/")]
async fn index() -> &'static str {
    "hello"
}

#[derive(Hash)]
struct Token(String);

impl<S: Sync> crate::FromRequest<S> for Token {
    type Rejection = crate::rejection::CredentialsRejection;

    async fn from_request(request: &mut Request, state: &S) -> Result<Self, Self::Rejection> {
        Bearer::from_request(request, state).await.map(|bearer| Self(bearer.token().to_owned()))
    }
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

#[tokio::test(start_paused = true)]
async fn each_answer_tells_what_is_left() {
    let client = client(RateLimit::by_client(TWO));
    check(&client.get("/").await, 200, "\"minute\";r=1;t=30", None);
    check(&client.get("/nowhere").await, 404, "\"minute\";r=0;t=60", None);
    let refused = client.get("/").await;
    check(&refused, 429, "\"minute\";r=0;t=60", Some("30"));
    assert_eq!(refused.header("ratelimit-policy"), Some("\"minute\";q=2;w=60"));
    let problem: serde_json::Value = refused.json();
    assert_eq!(problem["type"], QUOTA_EXCEEDED);
    assert_eq!(problem["violated-policies"], serde_json::json!(["minute"]));
    assert_eq!(problem["detail"], "nothing is left of the quota minute; ask again in 30 s");
    tokio::time::advance(Duration::from_secs(30)).await;
    check(&client.get("/").await, 200, "\"minute\";r=0;t=60", None);
    check(&client.get("/").await, 429, "\"minute\";r=0;t=60", Some("30"));
}

#[tokio::test(start_paused = true)]
async fn the_quota_that_takes_longest_says_when() {
    let client = client(RateLimit::by_client(BOTH));
    let policy = "\"second\";q=2;w=1, \"hour\";q=3;w=3600";
    let response = client.get("/").await;
    assert_eq!(response.header("ratelimit-policy"), Some(policy));
    check(&response, 200, "\"second\";r=1;t=1, \"hour\";r=2;t=1200", None);
    client.get("/").await;
    check(&client.get("/").await, 429, "\"second\";r=0;t=1, \"hour\";r=0;t=3600", Some("1"));
    tokio::time::advance(Duration::from_secs(1)).await;
    client.get("/").await;
    let refused = client.get("/").await;
    assert_eq!((refused.status().as_u16(), refused.header("retry-after")), (429, Some("1199")));
    assert_eq!(refused.json::<serde_json::Value>()["violated-policies"], serde_json::json!(["hour"]));
}

#[tokio::test(start_paused = true)]
async fn each_key_has_its_own() {
    let by_header = client(RateLimit::by_header("x-key", TWO));
    let by_function = client(RateLimit::by(&|request| request.query().map(str::to_owned), TWO));
    let by_extractor = client(RateLimit::<ByExtractor<Token>>::by_extractor(TWO));
    for key in ["one", "two"] {
        for status in [200, 200, 429] {
            assert_eq!(by_header.get("/").header("x-key", key).await.status(), status);
            assert_eq!(by_function.get(&format!("/?{key}")).await.status(), status);
            let request = by_extractor.get("/").header("authorization", format!("Bearer {key}"));
            assert_eq!(request.await.status(), status);
        }
    }
    for status in [200, 200, 429] {
        assert_eq!(by_header.get("/").await.status(), status, "the address is the key");
        assert_eq!(by_function.get("/").await.status(), status, "the address is the key");
        assert_eq!(by_extractor.get("/").await.status(), 401, "the extractor's own answer");
    }
}

#[tokio::test(start_paused = true)]
async fn a_preflight_is_not_counted() {
    const OPEN: Cors = Cors::new().any_origin();
    let server = Server::new(routes![index]).with(RateLimit::by_client(TWO)).with(OPEN);
    let client = Client::unchecked(server);
    for _ in 0..5 {
        let preflight = client.request(http::Method::OPTIONS, "/").header("origin", "https://a.example");
        assert_eq!(preflight.header("access-control-request-method", "GET").await.status(), 204);
    }
    check(&client.get("/").await, 200, "\"minute\";r=1;t=30", None);
    let options = client.request(http::Method::OPTIONS, "/").await;
    check(&options, 204, "\"minute\";r=0;t=60", None);
}

#[test]
fn quotas_are_from_one_to_three() {
    for quotas in [&[] as &[Quota], &[BOTH[0], BOTH[0], BOTH[0], BOTH[0]]] {
        let quotas: &'static [Quota] = quotas.to_vec().leak();
        let panic = std::panic::catch_unwind(|| RateLimit::by_client(quotas)).unwrap_err();
        assert!(crate::net::panic_text(panic.as_ref()).contains("from one quota to three"));
    }
}
