//! Fields that browsers keep their users safe by.

use server::Routes;
// ANCHOR: headers
use server::layers::{Csp, CspNonce, SecurityHeaders};
use server::{Html, get, routes};

const HEADERS: SecurityHeaders = SecurityHeaders::new().csp(
    Csp::new()
        .default_src(&["'self'"])
        .script_src(&["'self'", Csp::NONCE])
        .object_src(&["'none'"])
        .base_uri(&["'none'"]),
);

#[get("/clock")]
async fn clock(nonce: CspNonce) -> Html<String> {
    Html(format!(
        "<!DOCTYPE html><title>Now</title><script nonce=\"{nonce}\">document.write(new Date())</script>\n"
    ))
}

pub(crate) const ROUTES: Routes = routes![with [HEADERS] => [clock]];
// ANCHOR_END: headers

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn the_page_has_the_nonce_of_its_policy() {
        let response = Client::new(ROUTES).get("/clock").await;
        let (_, nonce) = response.text().split_once("nonce=\"").unwrap_or_default();
        let (nonce, _) = nonce.split_once('"').unwrap_or_default();
        assert_eq!(nonce.len(), 32);
        let policy = format!(
            "default-src 'self'; script-src 'self' 'nonce-{nonce}'; object-src 'none'; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        assert_eq!(response.header("content-security-policy"), Some(policy.as_str()));
        assert_eq!(response.header("referrer-policy"), Some("same-origin"));
        assert_eq!(response.header("strict-transport-security"), None);
    }
}
