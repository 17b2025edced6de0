//! One address for each place.

// ANCHOR: redirects
use std::net::Ipv4Addr;

use server::layers::{HttpsRedirect, NormalPath};
use server::{Routes, Server, get, routes};

const TO_TLS: HttpsRedirect =
    HttpsRedirect::new().hosts(&["example.org", "*.example.org"]).except(&["/.well-known/acme-challenge/"]);

#[get("/about/us")]
async fn about() -> &'static str {
    "two people and a cat\n"
}

pub(crate) fn server() -> Server {
    Server::new(ROUTES).trusted_proxies([Ipv4Addr::LOCALHOST]).with(TO_TLS).with(NormalPath)
}
// ANCHOR_END: redirects

pub(crate) const ROUTES: Routes = routes![about];

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn each_place_has_one_address() {
        let rows = [
            ("/about/us", "http", 308, Some("https://www.example.org/about/us")),
            ("/about/us", "https", 200, None),
            ("/about//us", "https", 308, Some("/about/us")),
            ("/about/./them/../us?lang=de", "https", 308, Some("/about/us?lang=de")),
            ("//evil.example", "https", 308, Some("/evil.example")),
        ];
        for (target, proto, status, location) in rows {
            let request = Client::from(server()).get(target).header("host", "www.example.org");
            let response = request.header("x-forwarded-proto", proto).await;
            assert_eq!(
                (response.status().as_u16(), response.header("location")),
                (status, location),
                "{target}"
            );
        }
        let response = Client::from(server()).get("/about/us").header("host", "evil.example").await;
        assert_eq!(response.status(), 421);
    }
}
