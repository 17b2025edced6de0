use std::net::Ipv4Addr;

use super::*;
use crate::testing::{Client, TestResponse};
use crate::{Routes, Server, get, routes};

const STRICT: SecurityHeaders = SecurityHeaders::new();
const OTHER: SecurityHeaders = SecurityHeaders::new()
    .framing(Framing::SameOrigin)
    .set("referrer-policy", "no-referrer")
    .set("cross-origin-embedder-policy", "require-corp")
    .without("permissions-policy")
    .csp(Csp::new().default_src(&["'none'"]))
    .csp_report_only(Csp::new().script_src(&["'self'"]))
    .hsts_with_subdomains(Duration::from_secs(63_072_000));

#[get("/")]
async fn index() -> &'static str {
    "hello"
}

#[get("/framed")]
async fn framed() -> ([(&'static str, &'static str); 2], &'static str) {
    ([("content-security-policy", "frame-ancestors *"), ("x-frame-options", "SAMEORIGIN")], "framed")
}

#[get("/other", with = [OTHER])]
async fn other() -> &'static str {
    "other"
}

const ROUTES: Routes = routes![index, framed, other];

#[track_caller]
fn check(response: &TestResponse, fields: &[(&str, Option<&str>)]) {
    for (name, value) in fields {
        assert_eq!(response.header(name), *value, "{name} of {response:?}");
        assert!(response.headers().get_all(*name).iter().count() <= 1, "{name} of {response:?}");
    }
}

#[tokio::test]
async fn it_is_strict_unless_told_otherwise() {
    let client = Client::from(Server::new(ROUTES).with(STRICT));
    let policy = format!("{}; frame-ancestors 'none'", Csp::strict());
    let fields = [
        ("x-content-type-options", Some("nosniff")),
        ("referrer-policy", Some("same-origin")),
        ("cross-origin-opener-policy", Some("same-origin")),
        ("cross-origin-resource-policy", Some("same-origin")),
        ("cross-origin-embedder-policy", None),
        ("origin-agent-cluster", Some("?1")),
        ("permissions-policy", Some(NO_DEVICES)),
        ("x-frame-options", Some("DENY")),
        ("content-security-policy", Some(policy.as_str())),
        ("content-security-policy-report-only", None),
        ("strict-transport-security", None),
    ];
    for target in ["/", "/nowhere"] {
        check(&client.get(target).await, &fields);
    }
    check(
        &client.get("/framed").await,
        &[
            ("content-security-policy", Some("frame-ancestors *")),
            ("x-frame-options", Some("SAMEORIGIN")),
            ("referrer-policy", Some("same-origin")),
        ],
    );
}

#[tokio::test]
async fn the_innermost_says_what_it_has() {
    let client = Client::from(Server::new(ROUTES).with(STRICT).trusted_proxies([Ipv4Addr::LOCALHOST]));
    let fields = [
        ("referrer-policy", Some("no-referrer")),
        ("cross-origin-embedder-policy", Some("require-corp")),
        ("content-security-policy", Some("default-src 'none'; frame-ancestors 'self'")),
        ("content-security-policy-report-only", Some("script-src 'self'")),
        ("x-frame-options", Some("SAMEORIGIN")),
        ("strict-transport-security", Some("max-age=63072000; includeSubDomains")),
        ("permissions-policy", Some(NO_DEVICES)),
    ];
    check(&client.get("/other").header("x-forwarded-proto", "https").await, &fields);
    let alone = Client::new(ROUTES).get("/other").await;
    check(&alone, &[("permissions-policy", None), ("x-content-type-options", Some("nosniff"))]);
}

#[tokio::test]
async fn what_says_nothing_is_left_out() {
    const OPEN: SecurityHeaders =
        SecurityHeaders::new().framing(Framing::Anybody).without_csp().hsts(Duration::from_secs(60));
    let response = Client::from(Server::new(ROUTES).with(OPEN)).get("/").await;
    let fields =
        [("content-security-policy", None), ("x-frame-options", None), ("strict-transport-security", None)];
    check(&response, &fields);
    const EMPTY: SecurityHeaders = SecurityHeaders::new().csp(Csp::new());
    let response = Client::from(Server::new(ROUTES).with(EMPTY)).get("/").await;
    check(&response, &[("content-security-policy", Some("frame-ancestors 'none'"))]);
}

/// What is built, and what is said of it.
type Refused = (fn() -> SecurityHeaders, &'static str);

#[test]
fn what_cannot_stand_in_a_field_is_refused() {
    let rows: [Refused; 4] = [
        (|| STRICT.set("referrer-policy", "a\r\nset-cookie: x"), "visible ASCII"),
        (|| STRICT.set("referrer-policy", ""), "taken away by"),
        (|| STRICT.set("content-security-policy", "x"), "a policy is set by"),
        (|| STRICT.without("x-frame-options"), "frames by"),
    ];
    for (build, expected) in rows {
        let panic = std::panic::catch_unwind(build).unwrap_err();
        let text = crate::net::panic_text(panic.as_ref());
        assert!(text.contains(expected), "{text}");
    }
}

#[cfg(feature = "csp-nonces")]
mod nonces {
    use super::*;

    const WITH_NONCE: SecurityHeaders = SecurityHeaders::new()
        .csp(Csp::new().script_src(&[Csp::NONCE]).style_src(&["'self'", Csp::NONCE]))
        .framing(Framing::Anybody);

    #[get("/page", with = [WITH_NONCE])]
    async fn page(nonce: CspNonce) -> String {
        format!("{nonce} {nonce:?}")
    }

    #[get("/without", with = [STRICT])]
    async fn without(nonce: CspNonce) -> String {
        nonce.to_string()
    }

    #[tokio::test]
    async fn each_request_has_its_own() {
        let client = Client::new(routes![page]);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..100 {
            let response = client.get("/page").await;
            let (nonce, debug) = response.text().split_once(' ').unwrap();
            assert!(nonce.len() == 32 && nonce.bytes().all(|byte| byte.is_ascii_hexdigit()), "{nonce}");
            assert_eq!(debug, "CspNonce(..)");
            let policy = format!("script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'");
            check(&response, &[("content-security-policy", Some(&policy))]);
            assert!(seen.insert(nonce.to_owned()));
        }
    }

    #[tokio::test]
    async fn without_a_place_for_it_there_is_none() {
        let client = Client::new(routes![without]);
        assert_eq!(client.get("/without").await.status(), 500);
    }
}

#[tokio::test]
async fn hsts_is_said_over_tls_alone() {
    const HSTS: SecurityHeaders = SecurityHeaders::new().hsts(Duration::from_secs(60));
    let direct = || Server::new(ROUTES).with(HSTS);
    let behind = || direct().trusted_proxies([Ipv4Addr::LOCALHOST]);
    let rows = [(direct(), "https", None), (behind(), "http", None), (behind(), "https", Some("max-age=60"))];
    for (server, proto, expected) in rows {
        let response = Client::from(server).get("/").header("x-forwarded-proto", proto).await;
        check(&response, &[("strict-transport-security", expected)]);
    }
}
