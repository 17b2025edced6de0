//! What proxies say, over whole connections: whose word counts, and everywhere the same.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::layers::{Csrf, HttpsRedirect, Quota, RateLimit};
use crate::testing::Client;
use crate::{Exchange, Observer, Routes, Server, get, post, routes};

#[get("/")]
async fn show(request: Request) -> String {
    let addr = request.client_addr().map_or_else(|| "-".to_owned(), |addr| addr.to_string());
    let scheme = if request.is_secure() { "https" } else { "http" };
    format!("{addr} {scheme} {}", request.host().unwrap_or("-"))
}

#[post("/")]
async fn change() {}

const ROUTES: Routes = routes![show, change];

/// What the test's client has for an address, and what a server says that sees nothing but that.
const PEER: &str = "127.0.0.1:49152 http localhost";

fn server(trusted: &[&str], fields: &[ForwardedField]) -> Server {
    let trusted_proxies = trusted.iter().map(|text| text.parse().unwrap()).collect();
    let settings = Settings { trusted_proxies, forwarded_fields: fields.to_vec(), ..Settings::default() };
    Server::new(ROUTES).settings(settings)
}

/// `fields` come from the trusted proxies 127.0.0.1 and 10.0.0.0/8.
#[track_caller]
fn check(by: &[ForwardedField], fields: &[(&'static str, &'static str)], expected: &str) {
    let client = Client::from(server(&["127.0.0.1", "10.0.0.0/8", "fd00::/8"], by));
    let request = fields.iter().fold(client.get("/"), |request, (name, value)| request.header(*name, *value));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let text = runtime.block_on(async { request.await.text().to_owned() });
    assert_eq!(text, expected, "{fields:?}");
}

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";
const HOST: &str = "x-forwarded-host";
const X: &[ForwardedField] =
    &[ForwardedField::XForwardedFor, ForwardedField::XForwardedProto, ForwardedField::XForwardedHost];
const STANDARD: &[ForwardedField] = &[ForwardedField::Forwarded];

#[test]
fn the_client_is_the_first_that_is_no_proxy_from_the_right() {
    let rows = [
        ("203.0.113.7", "203.0.113.7:0"),
        ("203.0.113.7:4711", "203.0.113.7:4711"),
        ("2001:db8::1", "[2001:db8::1]:0"),
        ("[2001:db8::1]:443", "[2001:db8::1]:443"),
        ("::ffff:203.0.113.7", "203.0.113.7:0"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7:0"),
        ("198.51.100.1, 203.0.113.7, 10.0.0.5", "203.0.113.7:0"),
        ("203.0.113.7, 10.0.0.4:80, fd00::1,10.0.0.5", "203.0.113.7:0"),
        ("1.2.3.4, 10.9.9.9, 203.0.113.7, 10.0.0.5", "203.0.113.7:0"),
        // All of them are proxies: the farthest.
        ("10.0.0.3, 10.0.0.4", "10.0.0.3:0"),
        (", 203.0.113.7 ,,", "203.0.113.7:0"),
    ];
    for (value, client) in rows {
        check(X, &[(FOR, value)], &format!("{client} http localhost"));
    }
    check(
        X,
        &[(FOR, "198.51.100.1"), (FOR, "203.0.113.7"), (FOR, "10.0.0.5")],
        "203.0.113.7:0 http localhost",
    );
}

#[test]
fn what_cannot_be_read_ends_the_reading() {
    for value in [
        "unknown",
        "",
        " ,",
        "localhost",
        "203.0.113.7:",
        "203.0.113.7:65536",
        "203.0.113.7:+1",
        "[2001:db8::1",
        "2001:db8::1%eth0",
        "203.0.113",
        "0xcb007107",
        "203.0.113.7 1",
        "\u{e9}",
    ] {
        check(X, &[(FOR, value)], PEER);
        let behind = format!("203.0.113.7, {value}, 10.0.0.5").leak();
        let expected = if value.trim_matches([' ', ',']).is_empty() { "203.0.113.7:0" } else { "10.0.0.5:0" };
        check(X, &[(FOR, behind)], &format!("{expected} http localhost"));
    }
}

#[test]
fn scheme_and_host_are_what_the_next_proxy_says() {
    let rows: [(&[(&str, &str)], &str); 9] = [
        (&[(PROTO, "https")], "https localhost"),
        (&[(PROTO, "HTTPS")], "https localhost"),
        (&[(PROTO, "wss")], "https localhost"),
        (&[(PROTO, "https, http")], "http localhost"),
        (&[(PROTO, "https"), (PROTO, "http")], "http localhost"),
        (&[(PROTO, "ftp")], "http localhost"),
        (&[(HOST, "example.org:8443")], "http example.org:8443"),
        (&[(HOST, "evil.example, example.org")], "http example.org"),
        (&[(HOST, "a/b"), (PROTO, "https")], "https localhost"),
    ];
    for (fields, expected) in rows {
        let fields: Vec<_> = fields.iter().map(|&(name, value)| (name, &*value.to_owned().leak())).collect();
        check(X, &fields, &format!("127.0.0.1:49152 {expected}"));
    }
}

#[test]
fn the_standard_field_says_it_element_by_element() {
    let rows = [
        ("for=203.0.113.7", "203.0.113.7:0 http localhost"),
        ("for=\"[2001:db8::1]:4711\";proto=https;host=example.org", "[2001:db8::1]:4711 https example.org"),
        ("for=\"203.0.113.7:_port\"", "203.0.113.7:0 http localhost"),
        ("for=1.2.3.4;host=evil.example, for=203.0.113.7;proto=https", "203.0.113.7:0 https localhost"),
        ("for=203.0.113.7;proto=https;host=a, for=10.0.0.5;proto=http;host=b", "203.0.113.7:0 https a"),
        ("for=203.0.113.7, for=10.0.0.5;proto=https;host=b", "203.0.113.7:0 https b"),
        ("for=203.0.113.7, for=unknown;proto=https", "127.0.0.1:49152 https localhost"),
        ("for=203.0.113.7, for=_hidden, for=10.0.0.5", "10.0.0.5:0 http localhost"),
        ("for=203.0.113.7, proto=https", "127.0.0.1:49152 https localhost"),
        ("for=203.0.113.7, for", "127.0.0.1:49152 http localhost"),
        ("for=203.0.113.7;host=\"a/b\"", "203.0.113.7:0 http localhost"),
        ("for=\", for=203.0.113.7", "203.0.113.7:0 http localhost"),
    ];
    for (value, expected) in rows {
        check(STANDARD, &[("forwarded", value)], expected);
    }
    let lines = [("forwarded", "for=1.2.3.4, for=203.0.113.7"), ("Forwarded", "for=10.0.0.5")];
    check(STANDARD, &lines, "203.0.113.7:0 http localhost");
}

#[test]
fn a_field_that_is_not_listed_is_the_clients_word() {
    let by_default = Settings::default().forwarded_fields;
    check(&by_default, &[("forwarded", "for=203.0.113.7;proto=https;host=a")], PEER);
    check(&by_default, &[(HOST, "a"), ("x-real-ip", "203.0.113.7")], PEER);
    check(STANDARD, &[(FOR, "203.0.113.7"), (PROTO, "https"), (HOST, "a")], PEER);
}

#[tokio::test]
async fn a_peer_that_is_not_trusted_is_the_client_whatever_it_says() {
    for trusted in [&[][..], &["10.0.0.0/8", "unix", "::/0"]] {
        let client = Client::from(server(trusted, X));
        let request = client.get("/").header(FOR, "203.0.113.7").header(PROTO, "https").header(HOST, "a");
        assert_eq!(request.await.text(), PEER, "{trusted:?}");
        let standard = Client::from(server(trusted, STANDARD));
        assert_eq!(standard.get("/").header("forwarded", "for=203.0.113.7").await.text(), PEER);
    }
}

/// Keeps the clients that it was told of.
struct Told(Arc<Mutex<Vec<String>>>);

impl Observer for Told {
    fn ended(&self, exchange: &Exchange) {
        let addr = exchange.request().client_addr().map(|addr| addr.to_string());
        self.0.lock().unwrap().push(addr.unwrap_or_default());
    }
}

#[tokio::test]
async fn each_request_of_a_connection_has_its_own() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let client = Client::from(server(&["127.0.0.1"], X).observe(Told(Arc::clone(&told))));
    let mut connection = client.connect();
    let requests = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Host: b\r\n\r\n\
                    GET / HTTP/1.1\r\nHost: a\r\n\r\n\
                    GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.8\r\n\r\nBAD\r\n\r\n";
    connection.write_all(requests.as_bytes()).await.unwrap();
    let mut answers = String::new();
    connection.read_to_string(&mut answers).await.unwrap();
    let shown: Vec<_> = answers.lines().filter(|line| line.contains(" http ")).collect();
    // A body ends where the next answer begins.
    for (line, expected) in
        shown.iter().zip(["203.0.113.7:0 http b", "127.0.0.1:49152 http a", "203.0.113.8:0 http a"])
    {
        assert!(line.starts_with(expected), "{line}");
    }
    assert_eq!(shown.len(), 3);
    let told = told.lock().unwrap().clone();
    assert_eq!(told, ["203.0.113.7:0", "127.0.0.1:49152", "203.0.113.8:0", "127.0.0.1:49152"]);
}

const RATES: &[Quota] = &[Quota::new("minute", 1, std::time::Duration::from_secs(60))];

#[tokio::test]
async fn the_limiter_counts_the_clients_and_not_the_proxy() {
    let limited = server(&["127.0.0.1"], X).with(RateLimit::by_client(RATES));
    let client = Client::from(limited);
    let ask = |addr: &'static str| client.get("/").header(FOR, addr);
    assert_eq!(ask("203.0.113.7").await.status(), 200);
    assert_eq!(ask("203.0.113.8").await.status(), 200);
    assert_eq!(ask("198.51.100.9, 203.0.113.7").await.status(), 429);
}

#[tokio::test]
async fn what_came_over_tls_is_not_sent_there() {
    let client = Client::from(server(&["127.0.0.1"], X).with(HttpsRedirect::new()));
    assert_eq!(client.get("/").header(PROTO, "https").await.status(), 200);
    let redirected = client.get("/").header(PROTO, "http").header(HOST, "example.org").await;
    assert_eq!(redirected.header("location"), Some("https://example.org/"));
    let direct = Client::from(server(&[], X).with(HttpsRedirect::new()));
    assert_eq!(direct.get("/").header(PROTO, "https").await.status(), 308);
}

#[tokio::test]
async fn a_form_of_the_site_that_the_client_sees_is_its_own() {
    let client = Client::from(server(&["127.0.0.1"], X).with(Csrf::new()));
    let post = || client.post("/").header("host", "app-7.internal").header("origin", "https://example.org");
    assert_eq!(post().header(HOST, "example.org").await.status(), 204);
    assert_eq!(post().await.status(), 403);
    assert_eq!(post().header(HOST, "evil.example").await.status(), 403);
}
