//! Listeners that send to TLS: for which hosts, where to, and what is let through to the application.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::live::Live;
use super::super::serve::redirect;
use super::{Folder, Term};
use crate::http::Shutdown;
use crate::net::{Application, Drain, Peer, Place};
use crate::{Network, Routes, Server, Settings, Tls, get, routes};

#[get("/.well-known/acme-challenge/:token")]
async fn challenge(token: String) -> String {
    token
}

#[get("/a")]
async fn index() -> &'static str {
    "never sent in the clear"
}

const ROUTES: Routes = routes![challenge, index];

/// Listens for clients that are sent to `port`.
async fn start(folder: &Folder, hosts: &[&str], port: u16) -> SocketAddr {
    let (certificate, key) = folder.issue("server", hosts, Term::Now);
    let settings = Settings { tls: Tls::pem(certificate, key), ..Settings::default() };
    let live = Live::of(&settings).unwrap().unwrap();
    let proxy: Network = "127.0.0.2".parse().unwrap();
    let (app, limits) = Server::new(ROUTES).trusted_proxies([proxy]).into_app();
    let witness = app.witness();
    let (app, limits) = (Arc::new(app), Arc::new(limits));
    let drain = Arc::new(Drain::new(Shutdown::default()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, addr)) = listener.accept().await {
            let (live, app, limits) = (Arc::clone(&live), Arc::clone(&app), Arc::clone(&limits));
            let place = Place::new(Arc::clone(&drain));
            let peer = Peer { addr: Some(addr), is_secure: false };
            redirect(live, port, stream, peer, app, limits, place, witness.clone(), ());
        }
    });
    addr
}

/// Status, `Location` and body of the answer to `request`, which is the last of its connection.
async fn ask(stream: TcpStream, request: &str) -> (u16, String, String) {
    let mut stream = stream;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(!head.contains("strict-transport-security"), "{head}");
    let location = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default();
    (head[9..12].parse().unwrap(), location.to_owned(), body.to_owned())
}

fn request(target: &str, host: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")
}

const HOSTS: &[&str] = &["example.org", "*.example.org", "127.0.0.1", "::1"];

#[tokio::test]
async fn hosts_with_a_certificate_are_sent_to_the_same_place() {
    let folder = Folder::new();
    let (usual, other) = (start(&folder, HOSTS, 443).await, start(&folder, HOSTS, 8443).await);
    let rows = [
        (usual, "/a?b=/c&d", "example.org", "https://example.org/a?b=/c&d"),
        (usual, "/", "Shop.Example.ORG:80", "https://shop.example.org/"),
        (usual, "//evil.example/%2e", "example.org", "https://example.org//evil.example/%2e"),
        (usual, "http://example.org:81/a?b", "example.org", "https://example.org/a?b"),
        (other, "/a", "example.org:8080", "https://example.org:8443/a"),
        (other, "/a", "127.0.0.1", "https://127.0.0.1:8443/a"),
        (other, "/a", "[::1]:80", "https://[::1]:8443/a"),
        // Nothing of it is the application's, a path of a route as little as another one.
        (
            usual,
            "/.well-known/acme-challenge",
            "example.org",
            "https://example.org/.well-known/acme-challenge",
        ),
    ];
    for (addr, target, host, expected) in rows {
        let stream = TcpStream::connect(addr).await.unwrap();
        let (status, location, _) = ask(stream, &request(target, host)).await;
        assert_eq!((status, location.as_str()), (308, expected), "{target} {host}");
    }
}

#[tokio::test]
async fn hosts_without_one_are_misdirected() {
    let folder = Folder::new();
    let addr = start(&folder, HOSTS, 443).await;
    let hosts =
        ["evil.example", "a.b.example.org", ".example.org", "evilexample.org", "127.0.0.2", "[::2]", ""];
    for host in hosts {
        let stream = TcpStream::connect(addr).await.unwrap();
        let (status, location, body) = ask(stream, &request("/a", host)).await;
        assert_eq!((status, location.as_str()), (421, ""), "{host}");
        assert!(body.contains("no certificate for the host"), "{body}");
    }
    for (target, host, expected) in [("/a", "a/b", 400), ("*", "example.org", 400)] {
        let stream = TcpStream::connect(addr).await.unwrap();
        assert_eq!(ask(stream, &request(target, host)).await.0, expected, "{target} {host}");
    }
}

#[tokio::test]
async fn an_authority_is_answered_by_the_application() {
    let folder = Folder::new();
    let addr = start(&folder, HOSTS, 443).await;
    for host in ["example.org", "new.example"] {
        let stream = TcpStream::connect(addr).await.unwrap();
        let (status, _, body) = ask(stream, &request("/.well-known/acme-challenge/abc", host)).await;
        assert_eq!((status, body.as_str()), (200, "abc"));
    }
    let stream = TcpStream::connect(addr).await.unwrap();
    assert_eq!(ask(stream, &request("/.well-known/acme-challenge/a/b", "example.org")).await.0, 404);
}

#[tokio::test]
async fn nobody_is_sent_around_in_a_circle() {
    let folder = Folder::new();
    let addr = start(&folder, HOSTS, 443).await;
    let came =
        "GET /a HTTP/1.1\r\nhost: example.org\r\nx-forwarded-proto: https\r\nconnection: close\r\n\r\n";
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let (status, _, body) = ask(socket.connect(addr).await.unwrap(), came).await;
    assert!(status == 421 && body.contains("came over that"), "{status} {body}");
    // Of anybody else it is not believed.
    let (status, location, _) = ask(TcpStream::connect(addr).await.unwrap(), came).await;
    assert_eq!((status, location.as_str()), (308, "https://example.org/a"));
}
