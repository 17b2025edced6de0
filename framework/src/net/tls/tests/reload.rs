//! Files that are read again while a server runs.

use super::harness::{Harness, LAST, client, client_with, tls};
use super::{Folder, Term};
use crate::ClientAuth;

#[tokio::test]
async fn new_connections_are_shown_the_new_certificate_and_old_tickets_stay_good() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder)).await;
    let client = client(&folder);
    harness.ask(&client, LAST).await.unwrap();
    folder.issue("server", &["example.org"], Term::Now);
    harness.live.read_again().unwrap();
    assert!(harness.connect(&client, "example.org").await.is_ok());
    let other = super::harness::client(&folder);
    let error = harness.connect(&other, "localhost").await.unwrap_err().to_string();
    assert!(error.contains("not valid for name"), "{error}");
    let resumed = harness.connect(&client, "localhost").await.unwrap();
    assert_eq!(resumed.get_ref().1.handshake_kind(), Some(rustls::HandshakeKind::Resumed));
}

#[tokio::test]
async fn what_is_no_good_is_not_taken() {
    let folder = Folder::new();
    let harness = Harness::start(tls(&folder)).await;
    let (good, key) = (folder.read("server.pem"), folder.read("server.key"));
    folder.issue("old", &["localhost"], Term::Over);
    folder.issue("other", &["localhost"], Term::Now);
    let rows = [
        (folder.read("old.pem"), folder.read("old.key"), "server.pem`: the certificate expired"),
        (good.clone(), folder.read("other.key"), "server.key`: this key is not that of the certificate in"),
        (String::new(), key.clone(), "server.pem`: expected a certificate"),
    ];
    for (certificate, other_key, expected) in rows {
        folder.write("server.pem", &certificate);
        folder.write("server.key", &other_key);
        let error = harness.live.read_again().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(harness.ask(&client(&folder), LAST).await.is_ok(), "{expected}");
    }
    folder.write("server.pem", &good);
    folder.write("server.key", &key);
    harness.live.read_again().unwrap();
}

#[tokio::test]
async fn a_ticket_of_a_client_that_is_no_longer_trusted_is_not_taken() {
    let (folder, others) = (Folder::new(), Folder::new());
    folder.issue("ada", &[], Term::Now);
    let harness = Harness::start(tls(&folder).client_auth(ClientAuth::Required, folder.path("ca.pem"))).await;
    let ada = client_with(&folder, "ada");
    harness.ask(&ada, LAST).await.unwrap();
    folder.write("ca.pem", &others.authority.pem());
    harness.live.read_again().unwrap();
    let error = harness.ask(&ada, LAST).await.unwrap_err().to_string();
    assert!(error.contains("UnknownCA"), "{error}");
}
