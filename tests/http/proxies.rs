//! A server behind a proxy: whose word it takes for where a request came from, as settings say it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::programs::start_with;

const FORGED: [(&str, &str); 2] = [("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https")];

/// What the probe says of a request that comes with `fields`.
#[track_caller]
fn origin(settings: &[(&str, &str)], fields: &[(&str, &str)]) -> String {
    let app = start_with("probe", settings);
    let call = fields.iter().fold(app.get("/origin"), |call, (name, value)| call.field(name, value));
    call.send().unwrap().text().trim_end().to_owned()
}

#[test]
fn nobodys_word_is_taken_unless_a_setting_says_so() {
    for settings in [&[][..], &[("SERVER_TRUSTED_PROXIES", "10.0.0.0/8, unix")]] {
        let said = origin(settings, &FORGED);
        assert!(said.starts_with("127.0.0.1:") && said.contains(" http://127.0.0.1:"), "{said}");
    }
}

#[test]
fn a_trusted_proxys_word_is_taken() {
    let trusted = ("SERVER_TRUSTED_PROXIES", "127.0.0.0/8");
    let said = origin(&[trusted], &FORGED);
    assert!(said.starts_with("203.0.113.7:0 https://127.0.0.1:"), "{said}");
    let standard = [trusted, ("SERVER_FORWARDED_FIELDS", "forwarded")];
    let fields = [FORGED[0], ("Forwarded", "for=\"[2001:db8::1]:80\";proto=https;host=example.org")];
    assert_eq!(origin(&standard, &fields), "[2001:db8::1]:80 https://example.org");
}

/// What the probe says to `sent`, as one that requires a PROXY header of everybody at IPv4.
#[track_caller]
fn after(settings: &[(&str, &str)], sent: &[u8]) -> String {
    let app = start_with("probe", settings);
    let mut stream = TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // A server that refuses may close before all is sent.
    let _ = stream.write_all(sent);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

const REQUIRED: &[(&str, &str)] = &[("SERVER_PROXY_PROTOCOL", "127.0.0.0/8, unix")];
const REQUEST: &[u8] = b"GET /origin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const LINE: &[u8] = b"PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\r\n";
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

#[test]
fn a_proxy_header_says_who_the_client_is() {
    let mut v4 =
        [SIGNATURE, &[0x21, 0x11, 0, 12], &[198, 51, 100, 1], &[10, 0, 0, 1], &[0x12, 0x67, 0, 80]].concat();
    let rows = [
        (LINE.to_vec(), "203.0.113.7:4711"),
        (b"PROXY TCP6 2001:db8::7 ::1 4711 80\r\n".to_vec(), "[2001:db8::7]:4711"),
        (v4.clone(), "198.51.100.1:4711"),
        ([SIGNATURE, &[0x20, 0, 0, 0]].concat(), "127.0.0.1:"),
        (b"PROXY UNKNOWN\r\n".to_vec(), "127.0.0.1:"),
        ([SIGNATURE, &[0x21, 0x31, 0, 216], &[b'/'; 216]].concat(), "nowhere "),
    ];
    for (header, client) in rows {
        let answer = after(REQUIRED, &[&header, REQUEST].concat());
        let said = answer.lines().last().unwrap_or_default();
        assert!(said.starts_with(client), "{said}");
    }
    // TLVs of 1,000 bytes, more than is looked at in one go.
    v4.splice(14..16, 1015_u16.to_be_bytes());
    v4.extend([0xee, 0x03, 0xe8]);
    v4.extend([b'G'; 1000]);
    let answer = after(REQUIRED, &[&v4, REQUEST].concat());
    assert!(answer.ends_with("198.51.100.1:4711 http://a\n"), "{answer}");
}

#[test]
fn a_proxy_that_speaks_both_says_it_of_the_address_in_the_header() {
    let both = [("SERVER_PROXY_PROTOCOL", "127.0.0.1"), ("SERVER_TRUSTED_PROXIES", "203.0.113.0/24")];
    let request =
        b"GET /origin HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.9\r\nConnection: close\r\n\r\n";
    let answer = after(&both, &[LINE, request].concat());
    assert!(answer.ends_with("192.0.2.9:0 http://a\n"), "{answer}");
}

#[test]
fn without_a_header_there_is_no_answer() {
    let forged: [&[u8]; 6] = [
        REQUEST,
        b"PROXY TCP4 203.0.113.7 10.0.0.1 4711\r\n",
        &[b"PROXY UNKNOWN ", &[b'x'; 200][..]].concat(),
        &[SIGNATURE, &[0x21, 0x11, 0xff, 0xff]].concat(),
        &[SIGNATURE, &[0x31, 0x11, 0, 12]].concat(),
        b"\x16\x03\x01\x02\x00\x01",
    ];
    for header in forged {
        assert_eq!(after(REQUIRED, &[header, REQUEST].concat()), "", "{}", String::from_utf8_lossy(header));
    }
}

#[test]
fn a_header_has_its_time() {
    let settings = [REQUIRED[0], ("SERVER_HEADER_READ_TIMEOUT", "200ms")];
    for header in [&b""[..], &LINE[..20], &SIGNATURE[..3]] {
        assert_eq!(after(&settings, header), "");
    }
}

#[test]
fn a_header_may_come_in_pieces() {
    let app = start_with("probe", REQUIRED);
    let mut stream = TcpStream::connect(app.address()).unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in [LINE, REQUEST].concat().chunks(7) {
        stream.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(2));
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("203.0.113.7:4711 http://a\n"), "{answer}");
}

#[test]
fn a_header_of_anybody_else_is_a_malformed_request() {
    for settings in [&[][..], &[("SERVER_PROXY_PROTOCOL", "10.0.0.0/8")]] {
        for header in [LINE, &[SIGNATURE, &[0x20, 0, 0, 0]].concat()] {
            let answer = after(settings, &[header, REQUEST].concat());
            assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
            assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "nothing behind it is answered");
        }
    }
}

#[test]
fn the_bound_of_an_address_counts_clients_and_not_their_proxy() {
    let app = start_with("probe", &[REQUIRED[0], ("SERVER_MAX_CONNECTIONS_PER_ADDRESS", "1")]);
    let connect = |client: u8| {
        let mut stream = TcpStream::connect(app.address()).unwrap();
        write!(stream, "PROXY TCP4 203.0.113.{client} 10.0.0.1 4711 80\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        let mut first = [0];
        let len = stream.read(&mut first).unwrap_or(0);
        (stream, len == 1)
    };
    let kept: Vec<_> = (1..=4).map(connect).collect();
    assert!(kept.iter().all(|(_, is_answered)| *is_answered));
    assert!(!connect(1).1, "its client has one open");
}
