//! Requests in a user's name.

use server::Routes;
// ANCHOR: csrf
use server::layers::Csrf;
use server::{post, routes};

const CSRF: Csrf = Csrf::new().trusted_origins(&["https://app.example.org"]).except(&["/hooks/*"]);

#[post("/transfer")]
async fn transfer() -> &'static str {
    "done\n"
}

/// Other programs come here, with a signature in place of a cookie.
#[post("/hooks/:sender")]
async fn hook(sender: &str) -> String {
    format!("thank you, {sender}\n")
}

pub(crate) const ROUTES: Routes = routes![with [CSRF] => [transfer, hook]];
// ANCHOR_END: csrf

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn a_page_of_another_site_sends_nothing() {
        let rows = [
            ("/transfer", "sec-fetch-site", "same-origin", 200),
            ("/transfer", "sec-fetch-site", "cross-site", 403),
            ("/transfer", "origin", "http://localhost", 200),
            ("/transfer", "origin", "https://evil.example", 403),
            ("/transfer", "origin", "https://app.example.org", 200),
            ("/transfer", "user-agent", "curl", 200),
            ("/hooks/forge", "sec-fetch-site", "cross-site", 200),
        ];
        for (target, name, value, status) in rows {
            let response = Client::new(ROUTES).post(target).header(name, value).await;
            assert_eq!(response.status(), status, "{target} {name}: {value}");
        }
        let refused = Client::new(ROUTES).post("/transfer").header("sec-fetch-site", "cross-site").await;
        let detail = &refused.json::<serde_json::Value>()["detail"];
        assert_eq!(detail, "this came from a page of another site: `sec-fetch-site` is `cross-site`");
    }
}
