//! What is said of files that are no good, and who is shown which certificate.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::crypto::aws_lc_rs;

use super::super::names::Names;
use super::super::pair::{Pair, Term as Life, read_authorities};
use super::{Folder, Term, without};

fn read(certificate: &Path, key: &Path) -> Result<Pair, String> {
    let pair = Pair::read(certificate, key, &aws_lc_rs::default_provider(), SystemTime::now());
    pair.map_err(|error| error.to_string())
}

#[track_caller]
fn check(folder: &Folder, certificate: &str, key: &str, expected: &str) {
    let error = read(&folder.path(certificate), &folder.path(key)).unwrap_err();
    let error = without(folder.dir.path(), &error);
    assert!(error.starts_with(expected), "expected {expected}\nfound    {error}");
}

#[test]
fn a_good_pair_is_read_from_one_file_or_two() {
    let folder = Folder::new();
    let (certificate, key) = folder.issue("a", &["Example.org"], Term::Now);
    let pair = read(&certificate, &key).unwrap();
    assert_eq!(pair.names, ["example.org"]);
    let both = [folder.read("a.key"), folder.read("a.pem"), folder.authority.pem()].concat();
    folder.write("both.pem", &both);
    let both = folder.path("both.pem");
    assert_eq!(read(&both, &both).unwrap().key.cert.len(), 2);
}

#[test]
fn says_which_file_is_no_good_and_why() {
    let folder = Folder::new();
    folder.issue("a", &["a.example"], Term::Now);
    folder.issue("b", &["b.example"], Term::Now);
    folder.issue("old", &["old.example"], Term::Over);
    folder.issue("new", &["new.example"], Term::Later);
    folder.write("empty.pem", "");
    folder.write("der.pem", "\u{0}\u{1}");
    folder.write("cut.pem", folder.read("a.pem").get(..200).unwrap());
    folder.write("junk.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    folder.write("junk.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    folder.write(
        "locked.key",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    folder.write("wrong-way.pem", &[folder.authority.pem(), folder.read("a.pem")].concat());
    folder.write("old-chain.pem", &[folder.read("a.pem"), folder.authority.pem()].concat());
    let rows = [
        ("none.pem", "a.key", "`none.pem`: cannot be read: No such file"),
        ("a.pem", "none.key", "`none.key`: cannot be read: No such file"),
        (
            "empty.pem",
            "a.key",
            "`empty.pem`: expected a certificate in PEM (`-----BEGIN CERTIFICATE-----`), found nothing",
        ),
        (
            "der.pem",
            "a.key",
            "`der.pem`: expected a certificate in PEM (`-----BEGIN CERTIFICATE-----`), found bytes that are no text",
        ),
        (
            "a.key",
            "a.key",
            "`a.key`: expected a certificate in PEM (`-----BEGIN CERTIFICATE-----`), found a private key",
        ),
        (
            "a.pem",
            "a.pem",
            "`a.pem`: expected a private key in PEM (`-----BEGIN PRIVATE KEY-----`), found a certificate",
        ),
        (
            "a.pem",
            "locked.key",
            "`locked.key`: expected a private key in PEM (`-----BEGIN PRIVATE KEY-----`), found one that is encrypted; `openssl",
        ),
        ("cut.pem", "a.key", "`cut.pem`: expected PEM, found what is none: "),
        ("junk.pem", "a.key", "`junk.pem`: expected a certificate, found PEM whose content is none"),
        ("a.pem", "junk.key", "`junk.key`: this key cannot be used: "),
        ("a.pem", "b.key", "`b.key`: this key is not that of the certificate in `a.pem`"),
        (
            "wrong-way.pem",
            "a.key",
            "`wrong-way.pem`: its certificate 2 (CN=a) is not of the one that issued certificate 1;",
        ),
        ("old.pem", "old.key", "`old.pem`: the certificate expired at 2021-02-03T00:00:00.000Z"),
        ("new.pem", "new.key", "`new.pem`: the certificate is not valid before 2119-01-01T00:00:00.000Z;"),
    ];
    for (certificate, key, expected) in rows {
        check(&folder, certificate, key, expected);
    }
    let none = read_authorities(&folder.path("a.key")).unwrap_err().to_string();
    assert!(none.contains("a.key`: expected a certificate in PEM"), "{none}");
}

#[test]
fn a_chain_whose_issuer_has_expired_is_no_good() {
    let folder = Folder::new();
    folder.issue("a", &["a.example"], Term::Now);
    folder.write("chain.pem", &[folder.read("a.pem"), folder.authority.pem()].concat());
    let far = UNIX_EPOCH + Duration::from_secs(4_733_510_400) - Duration::from_secs(1);
    let (chain, key) = (folder.path("chain.pem"), folder.path("a.key"));
    assert!(Pair::read(&chain, &key, &aws_lc_rs::default_provider(), far).is_ok());
    let later = far + Duration::from_secs(2);
    let error = Pair::read(&chain, &key, &aws_lc_rs::default_provider(), later).unwrap_err().to_string();
    assert!(error.contains("the certificate expired at 2120-01-01"), "{error}");
}

#[test]
fn a_client_is_shown_the_certificate_of_the_name_it_asks_for() {
    let folder = Folder::new();
    let pair = |name: &str, hosts: &[&str]| {
        let (certificate, key) = folder.issue(name, hosts, Term::Now);
        read(&certificate, &key).unwrap()
    };
    let pairs = [
        pair("default", &["example.org"]),
        pair("shop", &["shop.example.org", "example.org"]),
        pair("wild", &["*.example.org"]),
        pair("old-fashioned", &[]),
    ];
    let names = Names::new(&pairs).unwrap();
    let rows = [
        (None, 0),
        (Some("example.org"), 0),
        (Some("shop.example.org"), 1),
        (Some("SHOP.Example.ORG"), 1),
        (Some("other.example.org"), 2),
        (Some("a.b.example.org"), 0),
        (Some("old-fashioned"), 3),
        (Some("example.com"), 0),
        (Some("localhost"), 0),
    ];
    for (name, expected) in rows {
        assert!(Arc::ptr_eq(names.find(name), &pairs[expected].key), "{name:?}");
    }
    assert!(Names::new(&[]).is_none());
}

#[test]
fn a_certificate_is_said_to_end_14_days_before_or_in_its_last_third() {
    let day = Duration::from_secs(86_400);
    let ends = |life: u32, left: u32| {
        let begin = UNIX_EPOCH + day * 1000;
        let life = Life { path: "a.pem".into(), not_before: begin, not_after: begin + day * life };
        let now = life.not_after - day * left;
        (life.is_ending(now), life.left(now) == day * left)
    };
    let rows = [
        (90, 15, false),
        (90, 14, false),
        (90, 13, true),
        (90, 0, true),
        (6, 3, false),
        (6, 2, false),
        (6, 1, true),
    ];
    for (life, left, expected) in rows {
        assert_eq!(ends(life, left), (expected, true), "{left} days of {life}");
    }
}
