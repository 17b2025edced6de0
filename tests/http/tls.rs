//! HTTPS as others' clients see it, curl and openssl.

#[path = "tls/redirect.rs"]
mod redirect;
#[path = "tls/reload.rs"]
mod reload;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use fingerpost_tests::{Answer, App};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

use super::programs::{program, start_with, try_start};

const MISSING: &str = "is missing: `cargo xtask test` installs it";

/// A folder with an authority's certificate, `ca.pem`, and those that it has issued.
pub(super) struct Folder {
    dir: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Folder {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Authority");
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = Self { dir: TempDir::new().unwrap(), authority };
        fs::write(folder.path("ca.pem"), folder.authority.pem()).unwrap();
        folder
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    /// Writes `NAME.pem` and `NAME.key`, for `host`, good until the end of `year`.
    pub(super) fn issue(&self, name: &str, host: &str, year: i32) {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        fs::write(self.path(&format!("{name}.pem")), certificate.pem()).unwrap();
        fs::write(self.path(&format!("{name}.key")), key.serialize_pem()).unwrap();
    }

    /// Starts the example with the pair `server`, made for `localhost`.
    fn start(&self, settings: &[(&str, &str)]) -> App {
        self.issue("server", "localhost", 2120);
        let (certificate, key) = (self.text("server.pem"), self.text("server.key"));
        let pair = [("SERVER_TLS_CERTIFICATE", certificate.as_str()), ("SERVER_TLS_KEY", &key)];
        start_with("tls", &[&pair, settings].concat())
    }

    /// A client that trusts the authority.
    pub(super) fn client(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().clone()).unwrap();
        let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        // Each handshake is to be a whole one.
        config.resumption = rustls::client::Resumption::disabled();
        Arc::new(config)
    }
}

pub(super) type Stream = StreamOwned<ClientConnection, TcpStream>;

pub(super) fn connect(app: &App, client: &Arc<ClientConfig>) -> Stream {
    let stream = TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    StreamOwned::new(ClientConnection::new(Arc::clone(client), name).unwrap(), stream)
}

/// The body of the answer to the last request of a connection, whose end must be announced.
fn rest(stream: &mut Stream) -> Answer {
    let mut received = Vec::new();
    stream.read_to_end(&mut received).unwrap();
    Answer::parse_all(&received, "GET").unwrap().remove(0)
}

/// Asks for `target` at `localhost`.
fn curl(app: &App, target: &str, arguments: &[&str]) -> Output {
    let port = app.address().port();
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--max-time", "20"]).args(arguments);
    command.args(["--resolve", &format!("localhost:{port}:127.0.0.1")]);
    command.arg(format!("https://localhost:{port}{target}"));
    command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("curl {MISSING}: {error}"))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Connects and sends `input`; all that openssl says of it, and that the server answers.
fn openssl(app: &App, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &app.address().to_string()]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut client = command.spawn().unwrap_or_else(|error| panic!("openssl {MISSING}: {error}"));
    let mut stdin = client.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    // It leaves when its input ends, and must have been answered by then.
    thread::sleep(Duration::from_millis(500));
    drop(stdin);
    text(&client.wait_with_output().unwrap())
}

const GET: &str = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

#[test]
fn curl_is_answered_over_both_versions() {
    let folder = Folder::new();
    let app = folder.start(&[]);
    let ca = folder.text("ca.pem");
    for version in [&["--tlsv1.3"][..], &["--tlsv1.2", "--tls-max", "1.2"]] {
        let answer = curl(&app, "/", &[version, &["--http1.1", "--cacert", &ca, "--include"]].concat());
        let answer = text(&answer);
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nHello over https!\n"),
            "{answer}"
        );
        assert!(answer.contains("strict-transport-security: max-age=31536000\r\n"), "{answer}");
    }
    let old = curl(&app, "/", &["--cacert", &ca, "--tlsv1.0", "--tls-max", "1.1"]);
    assert!(!old.status.success(), "{}", text(&old));
    let distrustful = curl(&app, "/", &[]);
    assert_eq!(distrustful.status.code(), Some(60), "{}", text(&distrustful));
    let whole = curl(&app, "/download", &["--cacert", &ca]);
    assert_eq!(whole.stdout.len(), 16 << 20);
}

#[test]
fn curl_agrees_on_http_2_unless_told_otherwise() {
    let folder = Folder::new();
    folder.issue("ada", "ada.example", 2120);
    let (ca, certificate, key) = (folder.text("ca.pem"), folder.text("ada.pem"), folder.text("ada.key"));
    let asking = [("SERVER_TLS_CLIENT_AUTH", "optional"), ("SERVER_TLS_CLIENT_CA", ca.as_str())];
    let app = folder.start(&asking);
    let known = ["--http2", "--include", "--cacert", &ca, "--cert", &certificate, "--key", &key];
    let answer = text(&curl(&app, "/members", &known));
    assert!(answer.starts_with("HTTP/2 200") && answer.ends_with("\r\n\r\nWelcome, ada!\n"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age=31536000\r\n"), "{answer}");
    let whole = curl(&app, "/download", &["--http2", "--cacert", &ca]);
    assert_eq!(whole.stdout.len(), 16 << 20);
    let app = folder.start(&[("SERVER_HTTP2", "false")]);
    let answer = text(&curl(&app, "/", &["--http2", "--include", "--cacert", &ca]));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[test]
fn curl_without_tls_is_told_to_use_it() {
    let folder = Folder::new();
    let app = folder.start(&[]);
    let url = format!("http://{}/", app.address());
    let output = Command::new("curl").args(["-sS", "--include", "--max-time", "20", &url]).output();
    let answer = text(&output.unwrap_or_else(|error| panic!("curl {MISSING}: {error}")));
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n") && answer.contains("connection: close\r\n"),
        "{answer}"
    );
    assert!(answer.contains("this port speaks HTTPS") && !answer.contains("strict-transport"), "{answer}");
}

#[test]
fn openssl_verifies_the_chain_and_agrees_on_http_1_1() {
    let folder = Folder::new();
    let app = folder.start(&[]);
    let ca = folder.text("ca.pem");
    for version in ["-tls1_2", "-tls1_3"] {
        let arguments = [
            version,
            "-CAfile",
            &ca,
            "-verify_return_error",
            "-verify_hostname",
            "localhost",
            "-alpn",
            "h3,http/1.1",
        ];
        let said = openssl(&app, &arguments, GET);
        for part in ["Verification: OK", "ALPN protocol: http/1.1", "Hello over https!"] {
            assert!(said.contains(part), "{version}: no {part} in {said}");
        }
    }
}

#[test]
fn a_name_that_nobody_has_is_shown_the_first_certificate() {
    let folder = Folder::new();
    folder.issue("shop", "shop.example", 2120);
    let pair = format!("{}:{}", folder.text("shop.pem"), folder.text("shop.key"));
    let app = folder.start(&[("SERVER_TLS_PAIRS", &pair)]);
    let rows =
        [("shop.example", "CN = shop"), ("wrong.example", "CN = server"), ("localhost", "CN = server")];
    for (name, expected) in rows {
        let said = openssl(&app, &["-servername", name], "").replace("CN=", "CN = ");
        let subject = said.lines().find(|line| line.starts_with("subject=")).unwrap_or_default();
        assert!(subject.ends_with(expected), "{name}: {said}");
    }
}

#[test]
fn renegotiation_is_refused() {
    let folder = Folder::new();
    // It is said at once: openssl waits for it, and sends nothing meanwhile.
    let app = folder.start(&[("SERVER_KEEP_ALIVE_TIMEOUT", "10m")]);
    let said = openssl(&app, &["-tls1_2"], "R\n");
    assert!(said.contains("RENEGOTIATING") && said.contains("no renegotiation"), "{said}");
    let ca = folder.text("ca.pem");
    assert!(curl(&app, "/", &["--cacert", &ca]).status.success());
}

#[test]
fn curl_is_known_by_its_certificate() {
    let folder = Folder::new();
    folder.issue("ada", "ada.example", 2120);
    let (ca, certificate, key) = (folder.text("ca.pem"), folder.text("ada.pem"), folder.text("ada.key"));
    let app = folder.start(&[("SERVER_TLS_CLIENT_AUTH", "optional"), ("SERVER_TLS_CLIENT_CA", &ca)]);
    let known = ["--cacert", &ca, "--cert", &certificate, "--key", &key];
    assert_eq!(text(&curl(&app, "/members", &known)), "Welcome, ada!\n");
    let unknown = text(&curl(&app, "/members", &["--http1.1", "--cacert", &ca, "--include"]));
    assert!(unknown.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{unknown}");
}

#[test]
fn a_throw_away_certificate_is_made_and_said_so() {
    let app = start_with("tls", &[("SERVER_TLS_DEV", "true")]);
    app.log_with("  https://127.0.0.1:");
    app.log_with("throw-away certificate");
    assert_eq!(text(&curl(&app, "/", &["--insecure"])), "Hello over https!\n");
    assert_eq!(curl(&app, "/", &[]).status.code(), Some(60));
}

#[test]
fn a_pair_that_is_no_good_keeps_it_from_starting() {
    let folder = Folder::new();
    folder.issue("a", "localhost", 2120);
    folder.issue("b", "localhost", 2120);
    folder.issue("old", "localhost", 2021);
    let rows = [
        ("a.pem", "b.key", "b.key`: this key is not that of the certificate in"),
        ("old.pem", "old.key", "old.pem`: the certificate expired at 2021-12-31"),
        ("a.pem", "c.key", "c.key`: cannot be read: No such file or directory"),
    ];
    for (certificate, key, expected) in rows {
        let (certificate, key) = (folder.text(certificate), folder.text(key));
        let settings = [("SERVER_TLS_CERTIFICATE", certificate.as_str()), ("SERVER_TLS_KEY", &key)];
        let error = try_start("tls", &settings).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        let mut check = Command::new(program("tls"));
        let checked =
            check.arg("--check-config").args(["--tls-certificate", &certificate, "--tls-key", &key]).output();
        let checked = checked.unwrap();
        assert!(!checked.status.success() && text(&checked).contains(expected), "{}", text(&checked));
    }
}

#[test]
fn a_file_says_where_its_mistakes_are() {
    let folder = Folder::new();
    let file = folder.text("service.yaml");
    fs::write(&file, "tls:\n  certificate: a.pem\n  min_version: 1.1\n  kex: a\ntls_key: b\n").unwrap();
    let checked = Command::new(program("tls")).args(["--check-config", "--config", &file]).output().unwrap();
    let said = text(&checked).replace(&format!("{}/", folder.dir.path().display()), "");
    for expected in [
        "`min_version` (service.yaml:3:16): expected `1.2` or `1.3`, found `1.1`",
        "`kex` (service.yaml:4:3): no such setting; did you mean `key`?",
        "`tls_key` (service.yaml:5:1): stands in the section `tls` of a file, as `key`",
    ] {
        assert!(said.contains(expected), "no {expected} in {said}");
    }
}

#[test]
fn a_drain_ends_downloads_whole_and_announces_every_end() {
    let folder = Folder::new();
    let app = folder.start(&[]);
    let client = folder.client();
    let begin = |target: &str| {
        let mut stream = connect(&app, &client);
        stream.write_all(format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).unwrap();
        stream
    };
    let mut idle = begin("/");
    assert!(idle.read(&mut [0; 4096]).unwrap() > 0);
    let mut downloads: Vec<_> = (0..3).map(|_| begin("/download")).collect();
    for stream in &mut downloads {
        stream.read_exact(&mut [0; 1]).unwrap();
    }
    app.terminate().unwrap();
    thread::sleep(Duration::from_millis(300));
    for mut stream in downloads {
        let mut received = b"H".to_vec();
        // Without close_notify this were an error.
        stream.read_to_end(&mut received).unwrap();
        let answers = Answer::parse_all(&received, "GET").unwrap();
        assert_eq!((answers.len(), answers[0].body().len()), (1, 16 << 20));
    }
    assert_eq!(idle.read(&mut [0; 1]).unwrap(), 0);
    drop(idle);
    let (status, log) = app.wait().unwrap();
    assert!(status.success() && log.lines().last().unwrap().contains("nothing was cut"), "{log}");
}

#[test]
fn metrics_tell_of_handshakes_and_of_days_left() {
    let folder = Folder::new();
    let app = folder.start(&[]);
    let ca = folder.text("ca.pem");
    let _ = TcpStream::connect(app.address()).unwrap().write_all(&[0; 8]);
    wait_for_metric(&app, &ca, "fingerpost_tls_handshakes_total{result=\"failed\"} 1");
    let metrics = text(&curl(&app, "/metrics", &["--cacert", &ca]));
    let days = metrics.lines().find_map(|line| {
        let (labels, days) =
            line.strip_prefix("fingerpost_tls_certificate_expiry_days{")?.split_once("} ")?;
        labels.contains("server.pem").then(|| days.parse::<f64>().unwrap())
    });
    assert!(days.is_some_and(|days| days > 30_000.0), "{metrics}");
}

fn wait_for_metric(app: &App, ca: &str, line: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let metrics = text(&curl(app, "/metrics", &["--cacert", ca]));
        if metrics.contains(line) {
            return;
        }
        assert!(Instant::now() < deadline, "no {line} in {metrics}");
    }
}
