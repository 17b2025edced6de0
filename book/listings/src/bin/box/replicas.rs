//! So much, and no more: of all replicas together, with figures from a file.

use std::sync::LazyLock;

use server::Server;
// ANCHOR: replicas
use std::time::Duration;

use serde::Deserialize;
use server::layers::{Quota, QuotaError, RateLimit, WithoutRedis};
use server::{Redis, get, routes};

/// The section `search` of the service's configuration.
#[derive(Deserialize)]
struct Search {
    redis: String,
    requests_an_hour: u64,
    burst: u64,
}

#[get("/search")]
async fn search() -> &'static str {
    "nothing found\n"
}

fn quota(settings: &Search) -> Result<Quota, QuotaError> {
    let hour = Duration::from_secs(60 * 60);
    Quota::try_new("hour", settings.requests_an_hour, hour)?.try_burst(settings.burst)
}

fn server(settings: &Search) -> server::Result<Server> {
    let redis = Redis::open(&settings.redis)?.prefix("library:").timeout(Duration::from_millis(100));
    let limit = RateLimit::by_client(&[quota(settings)?])
        .shared("search", &redis)
        .without_redis(WithoutRedis::CountAlone);
    Ok(Server::new(routes![search, login]).with(limit))
}
// ANCHOR_END: replicas

// ANCHOR: route
static LOGINS: LazyLock<RateLimit> = LazyLock::new(|| {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1".to_owned());
    let redis = Redis::open(&url).expect("REDIS_URL is a URL of Redis");
    let limit = RateLimit::by_client(&[Quota::new("minute", 5, Duration::from_secs(60))]);
    limit.shared("login", &redis).without_redis(WithoutRedis::Refuse)
});

#[get("/login", with = [LOGINS])]
async fn login() -> &'static str {
    "who are you?\n"
}
// ANCHOR_END: route

/// The page's server, with settings from the environment in the file's place.
pub(crate) fn page() -> server::Result<Server> {
    let redis = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1".to_owned());
    server(&Search { redis, requests_an_hour: 600, burst: 60 })
}

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    fn settings(requests_an_hour: u64, burst: u64) -> Search {
        // Nobody listens at the discard port: what is shown is what remains without Redis.
        Search { redis: "redis://127.0.0.1:9".to_owned(), requests_an_hour, burst }
    }

    #[server::test]
    async fn without_redis_each_counts_alone() {
        let client = Client::from(server(&settings(600, 1)).unwrap());
        let first = client.get("/search").await;
        assert_eq!((first.status().as_u16(), first.header("ratelimit")), (200, Some("\"hour\";r=0;t=6")));
        assert_eq!(client.get("/search").await.status(), 429);
    }

    #[test]
    fn figures_that_make_no_sense_are_errors() {
        assert_eq!(quota(&settings(0, 1)), Err(QuotaError::Requests));
        assert_eq!(quota(&settings(10, 11)), Err(QuotaError::Burst));
    }
}
