//! A listener without TLS that sends clients to the one with it.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use fingerpost_tests::App;

use super::super::programs::try_start;
use super::{Folder, MISSING, text};

/// Where the banner says that clients are sent to TLS from.
fn redirects(app: &App) -> SocketAddr {
    // It stands behind the address that the start waits for.
    let log = app.log_with(", sent to https\n");
    let line = log.lines().find_map(|line| line.trim().strip_suffix(", sent to https"));
    line.and_then(|line| line.strip_prefix("http://")?.parse().ok()).unwrap()
}

/// Asks at `from` in the clear, goes on to wherever that leads, and shows the heads of all answers.
fn follow(app: &App, from: SocketAddr, target: &str, arguments: &[&str]) -> String {
    let (from, port) = (from.port(), app.address().port());
    let mut command = Command::new("curl");
    command.args(["-sS", "--include", "--location", "--max-time", "20"]).args(arguments);
    for port in [from, port] {
        command.args(["--resolve", &format!("localhost:{port}:127.0.0.1")]);
    }
    let output = command.arg(format!("http://localhost:{from}{target}")).output();
    text(&output.unwrap_or_else(|error| panic!("curl {MISSING}: {error}")))
}

#[test]
fn curl_follows_from_the_clear_to_tls_with_either_runtime() {
    let folder = Folder::new();
    let ca = folder.text("ca.pem");
    for runtime in ["per-core", "shared"] {
        let settings = [("SERVER_TLS_REDIRECT", "127.0.0.1:0"), ("SERVER_RUNTIME", runtime)];
        let app = folder.start(&settings);
        let from = redirects(&app);
        assert_ne!(from, app.address());
        for version in ["--http1.1", "--http2-prior-knowledge"] {
            let said = follow(&app, from, "/?a=b", &["--cacert", &ca, version]);
            let (first, second) = said.split_once("\r\n\r\n").unwrap();
            let location = format!("location: https://localhost:{}/?a=b", app.address().port());
            assert!(first.contains(" 308") && first.contains(&location), "{first}");
            assert!(!first.contains("strict-transport-security"), "{first}");
            assert!(
                second.contains("\r\nstrict-transport-security: ") && second.contains(" 200"),
                "{second}"
            );
            assert!(second.ends_with("Hello over https!\n"), "{second}");
        }
        app.terminate().unwrap();
        let (status, log) = app.wait().unwrap();
        assert!(status.success() && log.lines().last().unwrap().contains("nothing was cut"), "{log}");
    }
}

#[test]
fn a_port_can_be_named_that_leads_here_from_outside() {
    let folder = Folder::new();
    let app = folder.start(&[("SERVER_TLS_REDIRECT", "127.0.0.1:0"), ("SERVER_TLS_REDIRECT_PORT", "443")]);
    let misdirected = app.get("/a?b").at(redirects(&app)).send().unwrap();
    // The certificate is for localhost, and not for the address that the field names.
    assert_eq!(misdirected.status(), 421);
    let at = redirects(&app);
    let curl = |target: &str| {
        let mut command = Command::new("curl");
        command.args(["-sS", "--include", "--max-time", "20", "-H", "host: localhost"]);
        text(&command.arg(format!("http://{at}{target}")).output().unwrap())
    };
    let said = curl("/a?b");
    assert!(said.contains("location: https://localhost/a?b\r\n"), "{said}");
    let said = curl("/.well-known/acme-challenge/token");
    // The application is asked, and has no such route.
    assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
}

#[test]
fn an_address_that_is_taken_or_leads_nowhere_keeps_it_from_starting() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = try_start("tls", &[("SERVER_TLS_DEV", "true"), ("SERVER_TLS_REDIRECT", &address)]);
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains(&address) && error.contains("`--tls-redirect` chooses another address"),
        "{error}"
    );
    // That of the server itself as well.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (port, address) = (free.port().to_string(), free.to_string());
    let settings = [("SERVER_TLS_DEV", "true"), ("SERVER_PORT", &port), ("SERVER_TLS_REDIRECT", &address)];
    let error = try_start("tls", &settings).unwrap_err().to_string();
    assert!(error.contains("`--tls-redirect` chooses another address"), "{error}");
    let error = try_start("tls", &[("SERVER_TLS_REDIRECT", "127.0.0.1:0")]).unwrap_err().to_string();
    assert!(error.contains("sends to where TLS is spoken, and that is nowhere"), "{error}");
}
