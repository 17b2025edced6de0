//! Connections over real sockets: handshakes that end and that do not, and what is spoken behind them.

use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, NamedGroup, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::harness::{Harness, LARGE, LAST, client, client_with, roots, tls};
use super::{Folder, Term};
use crate::{ClientAuth, TlsVersion};

fn whoami_request() -> String {
    LAST.replace("GET / ", "GET /whoami ")
}

#[tokio::test]
async fn speaks_1_3_with_a_group_that_outlives_quantum_computers() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder)).await;
    let stream = harness.connect(&client(&folder), "localhost").await.unwrap();
    let connection = stream.get_ref().1;
    assert_eq!(connection.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
    assert_eq!(connection.negotiated_key_exchange_group().unwrap().name(), NamedGroup::X25519MLKEM768);
    let answer = harness.ask(&client(&folder), LAST).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nhttps true"), "{answer}");
}

#[tokio::test]
async fn speaks_1_2_unless_told_otherwise() {
    let folder = Folder::new();
    let versions = ClientConfig::builder_with_protocol_versions(&[&rustls::version::TLS12]);
    let old = Arc::new(versions.with_root_certificates(roots(&folder)).with_no_client_auth());
    let harness = Harness::start(tls(&folder)).await;
    assert!(harness.ask(&old, LAST).await.unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
    let harness = Harness::start(tls(&folder).min_version(TlsVersion::V1_3)).await;
    let error = harness.connect(&old, "localhost").await.unwrap_err().to_string();
    assert!(error.contains("ProtocolVersion"), "{error}");
    assert_eq!(harness.shaken(1).await.failed, 1);
}

#[tokio::test]
async fn an_https_target_is_answered_and_a_body_is_taken() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder)).await;
    let client = client(&folder);
    let target = LAST.replace("GET / ", "GET https://localhost/ ");
    assert!(harness.ask(&client, &target).await.unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
    let body = "b".repeat(1 << 20);
    let request = format!(
        "POST /len HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    assert!(harness.ask(&client, &request).await.unwrap().ends_with("\r\n\r\n1048576"));
}

#[tokio::test]
async fn a_body_that_ends_without_its_length_or_a_word_is_none() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder)).await;
    let client = client(&folder);
    let head = "POST /len HTTP/1.1\r\nhost: a\r\nconnection: close\r\n";
    for (body, expected) in [
        ("content-length: 4\r\n\r\nbody", "\r\n\r\n4"),
        ("content-length: 5\r\n\r\nbody", ""),
        ("transfer-encoding: chunked\r\n\r\n4\r\nbody\r\n", ""),
    ] {
        let mut stream = harness.connect(&client, "localhost").await.unwrap();
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        // The end of TCP, and no close_notify in front of it.
        stream.get_mut().0.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok();
        assert_eq!(answer.starts_with("HTTP/1.1 200 OK"), !expected.is_empty(), "{answer}");
        assert!(answer.ends_with(expected), "{answer}");
    }
}

#[tokio::test]
async fn a_client_that_comes_back_needs_no_whole_handshake() {
    let folder = Folder::new();
    for versions in [&[&rustls::version::TLS13][..], &[&rustls::version::TLS12]] {
        let harness = Harness::start(tls(&folder)).await;
        let builder = ClientConfig::builder_with_protocol_versions(versions);
        let client = Arc::new(builder.with_root_certificates(roots(&folder)).with_no_client_auth());
        for _ in 0..3 {
            harness.ask(&client, LAST).await.unwrap();
        }
        let handshakes = harness.handshakes();
        assert_eq!((handshakes.full, handshakes.resumed), (1, 2), "{versions:?}");
    }
}

#[tokio::test]
async fn agrees_on_http_1_1_and_on_nothing_with_who_speaks_something_else() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder)).await;
    let offering = |protocols: &[&[u8]]| {
        let mut config = ClientConfig::clone(&client(&folder));
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config)
    };
    let stream = harness.connect(&offering(&[b"spdy/3", b"http/1.1"]), "localhost").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let error = harness.connect(&offering(&[b"spdy/3"]), "localhost").await.unwrap_err().to_string();
    assert!(error.contains("NoApplicationProtocol"), "{error}");
}

#[tokio::test]
async fn a_name_that_is_not_known_is_shown_the_first_certificate() {
    let folder = Folder::new();
    let (certificate, key) = folder.issue("shop", &["shop.example"], Term::Now);
    let harness = Harness::start(tls(&folder).pair(certificate, key)).await;
    let client = client(&folder);
    assert!(harness.connect(&client, "shop.example").await.is_ok());
    let error = harness.connect(&client, "wrong.example").await.unwrap_err().to_string();
    assert!(error.contains("not valid for name") && error.contains("localhost"), "{error}");
}

#[tokio::test]
async fn clients_are_known_by_their_certificates() {
    let (folder, others) = (Folder::new(), Folder::new());
    folder.issue("ada", &[], Term::Now);
    folder.issue("late", &[], Term::Over);
    others.issue("mallory", &[], Term::Now);
    let mallory = {
        let chain = vec![CertificateDer::from_pem_file(others.path("mallory.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(others.path("mallory.key")).unwrap();
        let builder = ClientConfig::builder().with_root_certificates(roots(&folder));
        Arc::new(builder.with_client_auth_cert(chain, key).unwrap())
    };
    for (asked, without) in [(ClientAuth::Optional, Some("nobody")), (ClientAuth::Required, None)] {
        let harness = Harness::start(tls(&folder).client_auth(asked, folder.path("ca.pem"))).await;
        let (known, unknown) = (client_with(&folder, "ada"), client(&folder));
        // The second time goes on from the first, and the certificate is known all the same.
        for _ in 0..2 {
            assert!(harness.ask(&known, &whoami_request()).await.unwrap().ends_with("\r\n\r\nCN=ada"));
        }
        assert_eq!(harness.handshakes().resumed, 1);
        match without {
            Some(expected) => {
                assert!(harness.ask(&unknown, &whoami_request()).await.unwrap().ends_with(expected));
            }
            None => {
                let error = harness.ask(&unknown, LAST).await.unwrap_err().to_string();
                assert!(error.contains("CertificateRequired"), "{error}");
            }
        }
        for (client, alert) in
            [(&mallory, "UnknownCA"), (&client_with(&folder, "late"), "CertificateExpired")]
        {
            let error = harness.ask(client, LAST).await.unwrap_err().to_string();
            assert!(error.contains(alert), "{error}");
        }
    }
}

#[tokio::test]
async fn a_large_answer_reaches_a_slow_reader_whole() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder)).await;
    let mut stream = harness.connect(&client(&folder), "localhost").await.unwrap();
    stream.write_all(LAST.replace("GET / ", "GET /large ").as_bytes()).await.unwrap();
    let (mut received, mut buffer) = (0, vec![0; 100_000]);
    loop {
        match stream.read(&mut buffer).await.unwrap() {
            0 => break,
            len => received += len,
        }
        if received % 7 == 0 {
            sleep(Duration::from_millis(1)).await;
        }
    }
    assert!(received > LARGE && received < LARGE + 1000, "{received}");
}

#[tokio::test]
async fn who_speaks_in_the_clear_is_told_so() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder)).await;
    let mut stream = TcpStream::connect(harness.addr).await.unwrap();
    stream.write_all(b"POST /len HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n") && answer.contains("connection: close\r\n"),
        "{answer}"
    );
    assert!(answer.contains("https://") && answer.matches("HTTP/1.1").count() == 1, "{answer}");
    assert_eq!(harness.shaken(1).await.in_the_clear, 1);
    assert_eq!(harness.counters.read().responses.client_error, 1);
}

/// The first bytes of a handshake, as a client sends them.
fn client_hello() -> Vec<u8> {
    let config = ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let mut connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut bytes = Vec::new();
    connection.write_tls(&mut bytes).unwrap();
    bytes
}

#[tokio::test]
async fn a_client_hello_that_breaks_off_or_is_none_ends_the_connection() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder)).await;
    let hello = client_hello();
    let mut count = 0;
    for end in [1, 4, 5, 6, 100, hello.len() - 1] {
        let mut stream = TcpStream::connect(harness.addr).await.unwrap();
        stream.write_all(&hello[..end]).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        count += 1;
        assert_eq!(harness.shaken(count).await.failed, count, "cut at byte {end}");
    }
    // A record of a length that none may have, one of no handshake, and bytes that are nothing.
    for bytes in [&[22, 3, 1, 0xff, 0xff][..], &[23, 3, 3, 0, 1, 0], &[0; 16], &[0xff; 5]] {
        let mut stream = TcpStream::connect(harness.addr).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut rest = Vec::new();
        timeout(Duration::from_secs(20), stream.read_to_end(&mut rest)).await.unwrap().unwrap();
        assert_eq!(rest.first(), Some(&21), "an alert: {rest:?}");
        count += 1;
        assert_eq!(harness.shaken(count).await.failed, count, "{bytes:?}");
    }
    assert!(harness.ask(&client(&folder), LAST).await.is_ok());
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_given_up() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder).handshake_timeout(Duration::from_millis(200))).await;
    for (count, end) in [(1, 0), (2, 1), (3, 200)] {
        let mut stream = TcpStream::connect(harness.addr).await.unwrap();
        stream.write_all(&client_hello()[..end]).await.unwrap();
        let read = timeout(Duration::from_secs(20), stream.read(&mut [0; 16])).await;
        assert!(matches!(read, Ok(Ok(0) | Err(_))), "{read:?}");
        assert_eq!(harness.shaken(count).await.timed_out, count, "after {end} bytes");
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_given_up_after_ten_seconds_unless_told_otherwise() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder)).await;
    let begun = tokio::time::Instant::now();
    let mut stream = TcpStream::connect(harness.addr).await.unwrap();
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    let took = begun.elapsed();
    assert!(took >= Duration::from_secs(10) && took < Duration::from_millis(10_100), "{took:?}");
}

#[tokio::test]
async fn a_drain_announces_the_end_and_waits_for_handshakes() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder)).await;
    let client = client(&folder);
    let mut idle = harness.connect(&client, "localhost").await.unwrap();
    let _silent = TcpStream::connect(harness.addr).await.unwrap();
    let mut begun = TcpStream::connect(harness.addr).await.unwrap();
    begun.write_all(&client_hello()[..100]).await.unwrap();
    sleep(Duration::from_millis(50)).await;
    harness.drain.begin();
    // One that has begun its handshake is served beyond that.
    let late = async {
        sleep(Duration::from_millis(300)).await;
        drop(begun);
    };
    // An end without close_notify would be an error.
    let mut byte = [0];
    let (end, ()) = tokio::join!(idle.read(&mut byte), late);
    assert_eq!(end.unwrap(), 0);
    drop(idle);
    timeout(Duration::from_secs(20), harness.drain.emptied()).await.unwrap();
}
