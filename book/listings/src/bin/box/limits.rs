//! Work that must not pile up.

use server::Routes;
// ANCHOR: limits
use std::time::Duration;

use server::layers::{ConcurrencyLimit, TimeLimit};
use server::{get, routes};

static REPORTS: ConcurrencyLimit = ConcurrencyLimit::new(4).queue(16).longest_wait(Duration::from_secs(2));
const SOON: TimeLimit = TimeLimit::new(Duration::from_secs(5));

#[get("/reports/:year")]
async fn report(year: u16) -> String {
    format!("{year} was a good year\n")
}

pub(crate) const ROUTES: Routes = routes![with [REPORTS, SOON] => [report]];
// ANCHOR_END: limits

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    static NARROW: ConcurrencyLimit = ConcurrencyLimit::new(1).queue(0);
    const SHORT: TimeLimit = TimeLimit::new(Duration::from_secs(1));

    #[get("/slow")]
    async fn slow() -> &'static str {
        tokio::time::sleep(Duration::from_secs(60)).await;
        "slept"
    }

    const SLOW: Routes = routes![with [NARROW, SHORT] => [slow]];

    #[server::test]
    async fn a_report_is_made() {
        assert_eq!(Client::new(ROUTES).get("/reports/1815").await.text(), "1815 was a good year\n");
    }

    #[server::test]
    async fn what_is_too_much_or_too_slow_is_a_503() {
        let client = Client::new(SLOW);
        let one = tokio::spawn(client.get("/slow").send());
        tokio::task::yield_now().await;
        let other = tokio::spawn(client.get("/slow").send());
        let mut details = Vec::new();
        for sent in [one, other] {
            let response = sent.await.unwrap();
            assert_eq!(response.status(), 503);
            details
                .push(response.json::<serde_json::Value>()["detail"].as_str().unwrap_or_default().to_owned());
        }
        details.sort();
        assert_eq!(details, ["this took longer than 1s", "too many requests are waiting"]);
    }
}
