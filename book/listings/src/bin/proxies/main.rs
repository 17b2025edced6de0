//! A server behind a proxy.

// ANCHOR: proxies
use server::{ClientAddr, Network, Routes, Server, SiteOrigin, get, routes};

/// Where the request came from.
#[get("/ip")]
async fn ip(client: ClientAddr) -> String {
    format!("{}\n", client.ip())
}

/// A link that leads here from anywhere.
#[get("/invitations/:id")]
async fn invitation(id: u64, site: SiteOrigin) -> String {
    format!("{}\n", site.url(invitation::url(id)))
}

#[server::main]
async fn main() -> server::Result {
    let proxy: Network = "10.0.0.0/8".parse()?;
    Server::new(ROUTES).trusted_proxies([proxy]).run().await
}
// ANCHOR_END: proxies

const ROUTES: Routes = routes![ip, invitation];

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use server::testing::Client;

    use super::*;

    // ANCHOR: test
    #[server::test]
    async fn links_lead_where_the_client_came_from() {
        let server = Server::new(ROUTES).trusted_proxies([Ipv4Addr::LOCALHOST]);
        let request = Client::from(server).get("/invitations/7").header("host", "example.org");
        let response = request.header("x-forwarded-proto", "https").await;
        assert_eq!(response.text(), "https://example.org/invitations/7\n");
    }
    // ANCHOR_END: test

    #[server::test]
    async fn an_address_is_the_clients() {
        let rows = [
            ("203.0.113.7", "203.0.113.7\n"),
            ("198.51.100.1, 203.0.113.7", "203.0.113.7\n"),
            ("203.0.113.7, 127.0.0.1", "203.0.113.7\n"),
            ("203.0.113.7, unknown", "127.0.0.1\n"),
        ];
        for (value, expected) in rows {
            let server = Server::new(ROUTES).trusted_proxies([Ipv4Addr::LOCALHOST]);
            let response = Client::from(server).get("/ip").header("x-forwarded-for", value).await;
            assert_eq!(response.text(), expected, "{value}");
            let nobody = Client::new(ROUTES).get("/ip").header("x-forwarded-for", value).await;
            assert_eq!(nobody.text(), "127.0.0.1\n");
        }
    }
}
