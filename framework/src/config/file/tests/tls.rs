//! The section `tls` of a file.

use super::*;
use crate::config::{ClientAuth, ListenAddr, Tls, TlsVersion};

const WHOLE: &str = "tls:\n  certificate: a.pem\n  key: a.key\n  pairs:\n    - {certificate: b.pem, key: b.key}\n    \
                     - key: c.key\n      certificate: c.pem\n  client_auth: required\n  client_ca: ca.pem\n  \
                     min_version: 1.3\n  handshake_timeout: 3s\n  redirect: [\"0.0.0.0:80\", \"[::]:80\"]\n  \
                     redirect_port: 443\n";

fn expected() -> Tls {
    Tls::pem("a.pem", "a.key")
        .pair("b.pem", "b.key")
        .pair("c.pem", "c.key")
        .client_auth(ClientAuth::Required, "ca.pem")
        .min_version(TlsVersion::V1_3)
        .handshake_timeout(Duration::from_secs(3))
        .redirect(std::net::SocketAddr::from(([0, 0, 0, 0], 80)))
        .redirect("[::]:80".parse::<ListenAddr>().unwrap())
        .redirect_port(443)
}

#[test]
fn says_all_that_the_program_can() {
    assert_eq!(load(WHOLE, &[], &[]).tls, expected());
    let variables = [
        ("SERVER_TLS_CERTIFICATE", "a.pem"),
        ("SERVER_TLS_KEY", "a.key"),
        ("SERVER_TLS_PAIRS", "b.pem:b.key,c.pem:c.key"),
        ("SERVER_TLS_CLIENT_AUTH", "required"),
        ("SERVER_TLS_CLIENT_CA", "ca.pem"),
        ("SERVER_TLS_MIN_VERSION", "1.3"),
        ("SERVER_TLS_REDIRECT", "0.0.0.0:80, [::]:80"),
        ("SERVER_TLS_REDIRECT_PORT", "443"),
    ];
    assert_eq!(load("", &variables, &["--tls-handshake-timeout", "3s"]).tls, expected());
}

#[test]
fn the_others_beat_it() {
    let settings = load(WHOLE, &[("SERVER_TLS_PAIRS", "none")], &["--tls-key", "other.key"]);
    assert_eq!((settings.tls.pairs, settings.tls.key), (vec![], Some("other.key".into())));
    assert_eq!(load("tls:\n  pairs: []\n", &[], &[]).tls, Tls::default());
    assert_eq!(load("tls:\n", &[], &[]).tls, Tls::default());
}

#[test]
fn a_profile_lays_its_section_over_it() {
    let yaml = "tls:\n  certificate: a.pem\n  key: a.key\nprofiles:\n  prod:\n    tls: {key: prod.key}\n";
    assert_eq!(load(yaml, &[], &["--profile", "prod"]).tls, Tls::pem("a.pem", "prod.key"));
}

#[test]
fn every_fault_is_told_with_its_place() {
    check_faults(
        "tls:\n  certificat: a.pem\n  key: [a]\n  client_auth: maybe\n  min_version: 1.1\n  handshake_timeout: 0\n  \
         client_ca:\ntls_key: b\n",
        &[
            "`certificat` (service.yaml:2:3): no such setting; did you mean `certificate`?",
            "`key` (service.yaml:3:8): expected the path of a PEM file, found a list",
            "`client_auth` (service.yaml:4:16): expected `off`, `optional` or `required`, found `maybe`",
            "`min_version` (service.yaml:5:16): expected `1.2` or `1.3`, found `1.1`; did you mean `1.2`?",
            "`handshake_timeout` (service.yaml:6:22): expected a duration from 1ms to 8760h, in ms, s, m or h, such as \
             75s, found `0`",
            "`client_ca` (service.yaml:7:3): expected the path of a PEM file, found an empty value",
            "`tls_key` (service.yaml:8:1): stands in the section `tls` of a file, as `key`",
        ],
    );
    check_faults("tls: yes\n", &["`tls` (service.yaml:1:6): expected a mapping, found `yes`"]);
    check_faults("tsl: {}\n", &["`tsl` (service.yaml:1:1): no such setting; did you mean `tls`?"]);
}

#[test]
fn every_fault_of_a_list_is_told_with_its_place() {
    check_faults(
        "tls:\n  pairs:\n    - certificate: b.pem\n      kay: b.key\n    - c.pem\n    - {certificate: 'a:b', key: {}}\n",
        &[
            "`kay` (service.yaml:4:7): no such setting; did you mean `key`?",
            "`pairs` (service.yaml:3:7): has an item without `key`",
            "`pairs` (service.yaml:5:7): expected an item with `certificate` and `key`, found `c.pem`",
            "`certificate` (service.yaml:6:21): expected the path of a PEM file, without `:` and `,`, found `a:b`",
            "`key` (service.yaml:6:33): expected the path of a PEM file, without `:` and `,`, found a mapping",
        ],
    );
}

#[test]
fn what_contradicts_itself_is_told_by_both_names() {
    check_faults(
        "tls:\n  certificate: a.pem\n",
        &["`certificate` (service.yaml:2:16) = a.pem: has no key; `tls_key` names its file"],
    );
    check_faults(
        "tls: {key: a.key}\n",
        &["`key` (service.yaml:1:12) = a.key: is of no certificate; `tls_certificate` names its file"],
    );
    check_faults(
        "tls: {client_auth: optional}\n",
        &[
            "`client_auth` (service.yaml:1:20) = optional: asks clients for certificates, and `tls_client_ca` names none \
           that they lead to",
        ],
    );
    check_faults(
        "tls: {certificate: a, key: b, client_ca: c}\n",
        &[
            "`client_ca` (service.yaml:1:42) = c: is for clients' certificates, and `tls_client_auth` asks for none; it may \
           be `optional` or `required`",
        ],
    );
    check_faults(
        "tls: {redirect: 0.0.0.0:80}\n",
        &["`redirect` (service.yaml:1:17) = 0.0.0.0:80: sends to where TLS is spoken, and that is nowhere; \
             `tls_certificate` names a certificate"],
    );
    check_faults(
        "tls: {certificate: a, key: b, redirect_port: 443}\n",
        &[
            "`redirect_port` (service.yaml:1:46) = 443: is where `tls_redirect` sends to, and that names no address",
        ],
    );
    let place = Place::with("");
    let gathered = place.gather(&[("SERVER_TLS_KEY_FILE", "k")], &[]);
    assert_eq!(
        place.faults(gathered.finish()),
        [
            "`SERVER_TLS_KEY_FILE` (environment): no such setting; `SERVER_TLS_KEY` is the path of a file already"
        ]
    );
}

#[test]
fn what_is_printed_is_read_back() {
    let loaded = Place::with(WHOLE).gather(&[], &[]).finish().unwrap();
    let text = PrintedConfig(&loaded).to_string();
    assert!(
        text.contains("\ntls:\n  certificate: a.pem ")
            && text.contains("\n  pairs: b.pem:b.key,c.pem:c.key "),
        "{text}"
    );
    assert_eq!(load(&text, &[], &[]).tls, loaded.settings.tls);
}

#[cfg(feature = "tls-dev")]
#[test]
fn the_switch_needs_no_value_on_the_command_line() {
    assert!(load("", &[], &["--tls-dev"]).tls.dev && load("", &[], &["--tls-dev", "true"]).tls.dev);
    assert!(!load("tls: {dev: true}\n", &[], &["--tls-dev=false"]).tls.dev);
    let settings = load("", &[], &["--tls-dev", "--port", "7"]);
    assert_eq!((settings.tls.dev, settings.port), (true, 7));
}
