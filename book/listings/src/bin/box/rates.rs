//! So much, and no more.

use server::Routes;
// ANCHOR: rates
use std::time::Duration;

use server::layers::{Quota, RateLimit};
use server::{get, routes};

static SEARCHES: RateLimit = RateLimit::by_client(&[
    Quota::new("burst", 5, Duration::from_secs(1)),
    Quota::new("hour", 600, Duration::from_secs(3600)).burst(60),
])
.max_keys(200_000);

#[get("/search")]
async fn search() -> &'static str {
    "nothing found\n"
}

pub(crate) const ROUTES: Routes = routes![with [SEARCHES] => [search]];
// ANCHOR_END: rates

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    static SLOWLY: RateLimit = RateLimit::by_client(&[Quota::new("hour", 1, Duration::from_secs(3600))]);

    #[get("/once", with = [SLOWLY])]
    async fn once() -> &'static str {
        "once\n"
    }

    #[server::test]
    async fn what_is_left_is_told() {
        let response = Client::new(ROUTES).get("/search").await;
        assert_eq!(response.text(), "nothing found\n");
        assert_eq!(response.header("ratelimit-policy"), Some("\"burst\";q=5;w=1, \"hour\";q=600;w=3600"));
        assert_eq!(response.header("ratelimit"), Some("\"burst\";r=4;t=1, \"hour\";r=59;t=6"));
    }

    #[server::test]
    async fn when_nothing_is_left_it_is_a_429() {
        let client = Client::new(routes![once]);
        assert_eq!(client.get("/once").await.status(), 200);
        let refused = client.get("/once").await;
        assert_eq!((refused.status().as_u16(), refused.header("retry-after")), (429, Some("3600")));
        let problem: serde_json::Value = refused.json();
        assert_eq!(problem["type"], "https://iana.org/assignments/http-problem-types#quota-exceeded");
        assert_eq!(problem["violated-policies"][0], "hour");
    }
}
