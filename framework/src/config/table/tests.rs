//! Each row against its default, its bounds and the other rows.

use super::*;

#[test]
fn every_default_as_written_is_the_default_in_force() {
    let defaults = Settings::default();
    for setting in SETTINGS.iter().filter(|setting| setting.name != "workers") {
        let mut settings = Settings::default();
        assert_eq!(setting.value.show(&settings), setting.default, "{}", setting.name);
        setting.apply(&mut settings, setting.default).expect(setting.name);
        assert_eq!(settings.address(), defaults.address());
        settings.host = None;
        assert_eq!(settings, defaults, "{}", setting.name);
    }
}

#[test]
fn every_default_keeps_its_bounds() {
    for setting in SETTINGS {
        assert!(setting.value.holds(&Settings::default()), "{}", setting.name);
    }
}

#[test]
fn every_row_sets_a_value_that_no_other_row_sets() {
    for setting in SETTINGS {
        let other = match &setting.value {
            Value::Host(_) => "::1".to_owned(),
            Value::Port(_) => "81".to_owned(),
            Value::Count(..) => "997".to_owned(),
            Value::Duration(..) => "11m".to_owned(),
            Value::Size(..) => "99KiB".to_owned(),
            Value::Rate(..) => "7KiB/s".to_owned(),
            Value::Custom(custom) => match custom.placeholder() {
                "true|false" => "true".to_owned(),
                "FILE" | "stdout|stderr|FILE" => "a.pem".to_owned(),
                _ => "a.pem:a.key,b.pem:b.key".to_owned(),
            },
            Value::Word(word) => {
                let words = word.words();
                let other = words.iter().rfind(|word| **word != setting.default);
                (*other.expect("two words at least")).to_owned()
            }
            Value::Mode(_) => "600".to_owned(),
            Value::List(_) if setting.name == "listen" || setting.name == "tls_redirect" => {
                "[::1]:80, unix:/a".to_owned()
            }
            Value::List(_) if setting.name == "forwarded_fields" => "forwarded".to_owned(),
            Value::List(_) if setting.name == "access_log_masked" => "common, ssn".to_owned(),
            Value::List(_) => "10.0.0.0/8, unix".to_owned(),
        };
        let mut settings = Settings::default();
        setting.apply(&mut settings, &other).expect(setting.name);
        assert_eq!(setting.value.show(&settings), other, "{}", setting.name);
        let before = Settings::default();
        for row in SETTINGS.iter().filter(|row| row.name != setting.name) {
            assert_eq!(
                row.value.show(&settings),
                row.value.show(&before),
                "{} sets {}",
                setting.name,
                row.name
            );
        }
    }
}

#[test]
fn names_are_of_one_form_and_differ() {
    let names: std::collections::BTreeSet<_> = SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!(names.len(), SETTINGS.len());
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    assert!(names.iter().all(|name| name.bytes().all(is_plain)));
    let (_, setting) = find("keep_alive_timeout").expect("a setting");
    assert_eq!(setting.environment_name(), "SERVER_KEEP_ALIVE_TIMEOUT");
    assert_eq!(setting.option_name(), "--keep-alive-timeout");
}

#[test]
fn refuses_what_is_out_of_bounds_and_sets_nothing() {
    let rows = [
        ("workers", "0"),
        ("workers", "16385"),
        ("workers", "+2"),
        ("workers", "-2"),
        ("workers", ""),
        ("workers", "two"),
        ("workers", "99999999999999999999"),
        ("port", "65536"),
        ("port", "-1"),
        ("port", ""),
        ("host", "example.org"),
        ("host", "localhost:80"),
        ("host", "256.0.0.1"),
        ("host", ""),
        ("host", "[127.0.0.1"),
        ("backlog", "0"),
        ("max_connections", "0"),
        ("max_head", "0"),
        ("max_head", "17MiB"),
        ("max_request_target", "0"),
        ("max_fields", "0"),
        ("header_read_timeout", "0"),
        ("request_timeout", "0s"),
        ("request_timeout", "8761h"),
        ("keep_alive_timeout", "-1s"),
        ("body_min_rate", "2GiB/s"),
        ("runtime", "percore"),
        ("runtime", ""),
        ("reuse_port", "yes"),
        ("log", "INFO"),
        ("access_log", "JSON"),
        ("access_log_to", ""),
        ("access_log_to", "a\nb"),
        ("access_log_queue", "1KiB"),
        ("access_log_masked", "a,,b"),
        ("access_log_masked", "a b"),
        ("unix_mode", "1000"),
        ("unix_mode", "68"),
        ("unix_mode", "rw"),
        ("unix_mode", ""),
        ("listen", "8080"),
        ("trusted_proxies", "10.0.0.1/8"),
        ("trusted_proxies", "10.0.0.0/8,"),
        ("trusted_proxies", "loopback"),
        ("forwarded_fields", "x-real-ip"),
    ];
    for (name, text) in rows {
        let (_, setting) = find(name).expect(name);
        let mut settings = Settings::default();
        assert!(setting.apply(&mut settings, text).is_err(), "{name}={text}");
        assert_eq!(settings, Settings::default(), "{name}={text}");
    }
}

#[test]
fn takes_what_is_at_the_bound() {
    let rows = [
        ("workers", "1", "1"),
        ("workers", "16384", "16384"),
        ("port", "0", "0"),
        ("port", "65535", "65535"),
        ("host", "localhost", "127.0.0.1"),
        ("host", "[::1]", "::1"),
        ("host", "::", "::"),
        ("max_body", "0", "0B"),
        ("max_body", "18446744073709551615B", "18446744073709551615B"),
        ("max_head", "16MiB", "16MiB"),
        ("keep_alive_timeout", "0", "0s"),
        ("request_timeout", "8760h", "8760h"),
        ("body_min_rate", "0", "0B/s"),
        ("runtime", "shared", "shared"),
        ("access_log_to", "/var/log/a b.log", "/var/log/a b.log"),
        ("access_log_masked", "", "none"),
        ("access_log_masked", "common,ssn", "common, ssn"),
        ("unix_mode", "0777", "777"),
        ("unix_mode", "7", "007"),
        ("listen", "localhost:80,unix:@a", "127.0.0.1:80, unix:@a"),
        ("trusted_proxies", "none", "none"),
        ("trusted_proxies", "", "none"),
        ("trusted_proxies", " 10.0.0.0/8 ,::1,unix", "10.0.0.0/8, ::1, unix"),
        ("forwarded_fields", "X-Forwarded-For", "x-forwarded-for"),
    ];
    for (name, text, shown) in rows {
        let (_, setting) = find(name).expect(name);
        let mut settings = Settings::default();
        assert_eq!(setting.apply(&mut settings, text), Ok(()), "{name}={text}");
        assert_eq!(setting.value.show(&settings), shown, "{name}={text}");
    }
}
