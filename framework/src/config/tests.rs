//! What the sources say together: which of them wins, and every fault with its text.

use std::ffi::OsString;

use proptest::prelude::*;

use super::sources::Loaded;
use super::*;

type Variables<'a> = &'a [(&'a str, &'a str)];

fn load(base: Settings, variables: Variables<'_>, arguments: &[&str]) -> Result<Loaded, ConfigErrors> {
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    gather(base, variables, arguments.iter().map(OsString::from))
}

fn gather(
    base: Settings,
    variables: impl Iterator<Item = (OsString, OsString)>,
    arguments: impl Iterator<Item = OsString>,
) -> Result<Loaded, ConfigErrors> {
    Settings::gather(base, &FileSource::default(), variables, arguments).finish()
}

#[track_caller]
fn settings(variables: Variables<'_>, arguments: &[&str]) -> Settings {
    let loaded = load(Settings::default(), variables, arguments);
    loaded.unwrap_or_else(|errors| panic!("{errors}")).settings
}

#[track_caller]
fn action(variables: Variables<'_>, arguments: &[&str]) -> Action {
    let loaded = load(Settings::default(), variables, arguments);
    loaded.unwrap_or_else(|errors| panic!("{errors}")).action
}

/// Every fault's line, in the order told.
#[track_caller]
fn faults_of(result: Result<Loaded, ConfigErrors>) -> Vec<String> {
    let text = result.expect_err("something is wrong").to_string();
    let (head, lines) = text.split_once('\n').expect("a line for each fault");
    let lines: Vec<_> = lines.lines().map(|line| line.trim_start().to_owned()).collect();
    let count =
        if lines.len() == 1 { "1 setting is".to_owned() } else { format!("{} settings are", lines.len()) };
    assert_eq!(head, format!("the server does not start, as {count} wrong"));
    lines
}

#[track_caller]
fn check_faults(variables: Variables<'_>, arguments: &[&str], expected: &[&str]) {
    assert_eq!(faults_of(load(Settings::default(), variables, arguments)), expected);
}

mod precedence {
    use super::*;

    #[test]
    fn nothing_said_is_the_program() {
        let base = Settings { port: 9, max_body: 7, ..Settings::default() };
        let loaded =
            load(base.clone(), &[("PATH", "/bin"), ("OBSERVER_PORT", "x")], &[]).expect("nothing is wrong");
        assert_eq!((loaded.settings, loaded.action), (base, Action::Serve));
    }

    #[test]
    fn the_environment_beats_the_program_and_the_command_line_beats_both() {
        let base = || Settings { port: 1, ..Settings::default() };
        let port = |variables, arguments| {
            load(base(), variables, arguments).expect("nothing is wrong").settings.port
        };
        assert_eq!(port(&[], &[]), 1);
        assert_eq!(port(&[("SERVER_PORT", "2")], &[]), 2);
        assert_eq!(port(&[], &["--port", "3"]), 3);
        assert_eq!(port(&[("SERVER_PORT", "2")], &["--port", "3"]), 3);
        assert_eq!(port(&[("SERVER_PORT", "2")], &["--port=3"]), 3);
        assert_eq!(port(&[("PORT", "4")], &[]), 4);
        assert_eq!(port(&[("PORT", "4"), ("SERVER_PORT", "2")], &[]), 2);
        assert_eq!(port(&[("SERVER_PORT", "2"), ("PORT", "4")], &[]), 2);
    }

    #[test]
    fn of_one_option_twice_the_last_wins() {
        assert_eq!(settings(&[], &["--port", "1", "--port=2"]).port, 2);
    }

    #[test]
    fn port_alone_listens_on_every_address_unless_a_host_is_set_anywhere() {
        let rows: [(Variables<'_>, &[&str], &str); 8] = [
            (&[], &[], "127.0.0.1:8080"),
            (&[("PORT", "5000")], &[], "0.0.0.0:5000"),
            (&[("PORT", "5000"), ("SERVER_HOST", "::1")], &[], "[::1]:5000"),
            (&[("PORT", "5000"), ("SERVER_HOST", "127.0.0.1")], &[], "127.0.0.1:5000"),
            (&[("PORT", "5000")], &["--host", "localhost"], "127.0.0.1:5000"),
            (&[("PORT", "5000"), ("SERVER_PORT", "6000")], &[], "127.0.0.1:6000"),
            (&[("PORT", "5000")], &["--port", "6000"], "127.0.0.1:6000"),
            // What is not heeded is not read either.
            (&[("PORT", "none of ours")], &["--port", "6000"], "127.0.0.1:6000"),
        ];
        for (variables, arguments, address) in rows {
            let found = settings(variables, arguments).address().to_string();
            assert_eq!(found, address, "{variables:?} {arguments:?}");
        }
    }

    #[test]
    fn port_alone_leaves_the_programs_host() {
        let host = Some([127, 0, 0, 1].into());
        let base = Settings { host, port: 1, ..Settings::default() };
        let loaded = load(base, &[("PORT", "5000")], &[]).expect("nothing is wrong");
        assert_eq!(loaded.settings.address().to_string(), "127.0.0.1:5000");
    }

    #[test]
    fn the_rest_belongs_to_the_application_after_two_dashes() {
        assert_eq!(settings(&[], &["--port", "1", "--", "--port", "x", "y"]).port, 1);
    }

    #[test]
    fn help_and_version_are_given_whatever_else_is_wrong() {
        let wrong = [("SERVER_PORT", "x")];
        assert_eq!(action(&wrong, &["--help"]), Action::PrintHelp);
        assert_eq!(action(&wrong, &["--nonsense", "-h"]), Action::PrintHelp);
        assert_eq!(action(&wrong, &["--version"]), Action::PrintVersion);
        assert_eq!(action(&wrong, &["-V", "--routes"]), Action::PrintVersion);
        assert_eq!(action(&[], &["--routes", "--help", "--version"]), Action::PrintHelp);
        assert_eq!(action(&[], &["--port", "1", "--routes"]), Action::PrintRoutes);
        assert_eq!(action(&[], &["--", "--help"]), Action::Serve);
        assert!(load(Settings::default(), &wrong, &["--routes"]).is_err());
    }

    proptest! {
        #[test]
        fn no_source_makes_it_panic(
            variables in proptest::collection::vec(("(SERVER_|PORT)?[A-Z_]{0,12}", any::<String>()), 0..4),
            arguments in proptest::collection::vec("(--?)?[a-z-]{0,12}(=\\PC{0,9})?", 0..5),
        ) {
            let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
            let result = gather(Settings::default(), variables, arguments.iter().map(OsString::from));
            if let Err(errors) = result {
                for line in errors.to_string().lines() {
                    prop_assert!(!line.contains(char::is_control), "{line:?}");
                }
            }
        }
    }
}

mod faults {
    use super::*;

    #[test]
    fn an_unknown_name_says_the_nearest_in_its_sources_spelling() {
        check_faults(
            &[("SERVER_KEEPALIVE_TIMEOUT", "1s"), ("SERVER_ELEPHANT", "")],
            &["--prot", "80", "--keep_alive_timeout=1s", "-route", "--Elephant=5", "-x"],
            &[
                "`SERVER_ELEPHANT` (environment): no such setting; `--help` lists them all",
                "`SERVER_KEEPALIVE_TIMEOUT` (environment): no such setting; did you mean `SERVER_KEEP_ALIVE_TIMEOUT`?",
                "`--prot` (command line): no such setting; did you mean `--port`?",
                "`--keep_alive_timeout` (command line): no such setting; did you mean `--keep-alive-timeout`?",
                "`-route` (command line): no such setting; did you mean `--routes`?",
                "`--Elephant` (command line): no such setting; `--help` lists them all",
                "`-x` (command line): no such setting; `--help` lists them all",
            ],
        );
    }

    #[test]
    fn a_bad_value_says_what_is_expected_and_what_was_probably_meant() {
        let duration = "expected a duration from 0s to 8760h, in ms, s, m or h, such as 75s";
        check_faults(
            &[
                ("SERVER_HOST", "127.0.0.1:80"),
                ("SERVER_KEEP_ALIVE_TIMEOUT", "75"),
                ("SERVER_MAX_BODY", "2M"),
                ("SERVER_PORT", "http"),
                ("SERVER_RUNTIME", "per_core"),
                ("SERVER_WORKERS", ""),
            ],
            &["--max-connections=25_000", "--shutdown-timeout", "1 minute", "--body-min-rate", "240"],
            &[
                "`SERVER_HOST` (environment): expected an IP address such as 127.0.0.1, 0.0.0.0 (all of IPv4), :: (all), \
                 or localhost, found `127.0.0.1:80`; did you mean `127.0.0.1`?",
                &format!(
                    "`SERVER_KEEP_ALIVE_TIMEOUT` (environment): {duration}, found `75`; did you mean `75s`?"
                ),
                "`SERVER_MAX_BODY` (environment): expected a size in B, KB, MB, GB, KiB, MiB or GiB, such as 2MiB, found \
                 `2M`; did you mean `2MiB`?",
                "`SERVER_PORT` (environment): expected a port from 0 (any free one) to 65535, found `http`",
                "`SERVER_RUNTIME` (environment): expected `per-core` or `shared`, found `per_core`; did you mean \
                 `per-core`?",
                "`SERVER_WORKERS` (environment): expected a whole number from 1 to 16384, found an empty value",
                "`--max-connections` (command line): expected a whole number from 1 to 100000000, found `25_000`; did \
                 you mean `25000`?",
                &format!(
                    "`--shutdown-timeout` (command line): {duration}, found `1 minute`; did you mean `1m`?"
                ),
                "`--body-min-rate` (command line): expected a rate up to 1GiB/s, such as 240B/s, found `240`; did you \
                 mean `240B/s`?",
            ],
        );
    }

    #[test]
    fn a_bad_value_is_told_even_where_a_later_source_has_a_good_one() {
        check_faults(
            &[("SERVER_PORT", "x")],
            &["--port", "1"],
            &["`SERVER_PORT` (environment): expected a port from 0 (any free one) to 65535, found `x`"],
        );
    }

    #[test]
    fn a_bad_platform_port_is_told_by_its_own_name() {
        check_faults(
            &[("PORT", "tcp")],
            &[],
            &["`PORT` (environment): expected a port from 0 (any free one) to 65535, found `tcp`"],
        );
    }

    #[test]
    fn what_is_missing_or_too_much_on_the_command_line() {
        check_faults(
            &[],
            &["8080", "--port", "--routes=all", "--log"],
            &[
                "`8080` (command line): belongs to no option; what is the application's goes after `--`",
                "`--port` (command line): has no value; expected a port from 0 (any free one) to 65535",
                "`--routes` (command line): takes no value",
                "`--log` (command line): has no value; expected `error`, `warn`, `info`, `debug` or `trace`",
            ],
        );
    }

    #[test]
    fn the_links_of_a_service_have_a_sentence_of_their_own() {
        let links = [
            ("SERVER_PORT", "tcp://10.0.0.1:80"),
            ("SERVER_PORT_80_TCP", "tcp://10.0.0.1:80"),
            ("SERVER_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("SERVER_PORT_80_TCP_PORT", "80"),
            ("SERVER_PORT_80_TCP_PROTO", "tcp"),
            ("SERVER_SERVICE_HOST", "10.0.0.1"),
            ("SERVER_SERVICE_PORT", "80"),
            ("SERVER_SERVICE_PORT_HTTP", "80"),
            ("SERVER_TWO_SERVICE_HOST", "10.0.0.2"),
        ];
        let names = links.map(|(name, _)| format!("`{name}`")).join(", ");
        let expected = format!(
            "{names} (environment): made by Kubernetes for a Service whose name begins with `server`, and no settings; \
             put `enableServiceLinks: false` into the pod's spec, or rename the Service"
        );
        check_faults(&links, &[], &[&expected]);
        for link in links {
            let faults = faults_of(load(Settings::default(), &[link], &[]));
            assert!(faults.len() == 1 && faults[0].contains("Kubernetes"), "{link:?}: {faults:?}");
        }
    }

    #[test]
    fn no_setting_is_taken_for_a_service_link() {
        let defaults = table::SETTINGS.iter().filter(|setting| setting.name != "workers");
        let variables: Vec<_> =
            defaults.map(|setting| (setting.environment_name().into(), setting.default.into())).collect();
        let loaded = gather(Settings::default(), variables.into_iter(), std::iter::empty());
        let defaults = Settings { host: Some([127, 0, 0, 1].into()), ..Settings::default() };
        assert_eq!(loaded.expect("nothing is wrong").settings, defaults);
    }

    #[test]
    fn the_programs_own_values_are_held_to_the_bounds() {
        let base = Settings {
            workers: 0,
            request_timeout: std::time::Duration::MAX,
            max_fields: 0,
            ..Settings::default()
        };
        let faults = faults_of(load(base.clone(), &[], &["--max-fields", "7"]));
        let long = std::time::Duration::MAX.as_secs();
        assert_eq!(
            faults,
            [
                "`workers` (in the program): expected a whole number from 1 to 16384, found `0`".to_owned(),
                format!(
                    "`request_timeout` (in the program): expected a duration from 1ms to 8760h, in ms, s, m or h, such \
                     as 75s, found `{long}.999999999s`"
                ),
            ]
        );
        let mended = load(base, &[("SERVER_MAX_FIELDS", "7")], &["--workers=1", "--request-timeout=1h"]);
        assert!(mended.is_ok(), "a later source beats a bad value of the program");
    }

    #[test]
    fn a_head_must_hold_its_target() {
        check_faults(
            &[("SERVER_MAX_REQUEST_TARGET", "16KiB")],
            &[],
            &["`max_head` (default) = 16KiB must be at least 512B more than `SERVER_MAX_REQUEST_TARGET` \
               (environment) = 16KiB: 16896B or more"],
        );
        let base = Settings { max_head: 9000, ..Settings::default() };
        let faults = faults_of(load(base, &[], &["--max-request-target", "8489B"]));
        assert_eq!(
            faults,
            [
                "`max_head` (in the program) = 9KB must be at least 512B more than `--max-request-target` (command line) \
              = 8489B: 9001B or more"
            ]
        );
        assert_eq!(settings(&[("SERVER_MAX_HEAD", "1024B")], &["--max-request-target=512B"]).max_head, 1024);
        assert_eq!(settings(&[], &["--max-head", "8704B"]).max_head, 8704);
        check_faults(
            &[("SERVER_MAX_REQUEST_TARGET", "16")],
            &["--max-head=600B"],
            &[
                "`SERVER_MAX_REQUEST_TARGET` (environment): expected a size from 1B to 16MiB, in B, KB, MB, KiB or MiB, \
               such as 16KiB, found `16`; did you mean `16B`?",
            ],
        );
    }

    #[test]
    fn what_others_wrote_is_cut_and_cannot_forge_a_line() {
        let long = "x".repeat(61);
        check_faults(
            &[("SERVER_PORT", "1\n  `--fine`\u{1b}[2J"), ("SERVER_LOG", &long), ("SERVER_\r", "")],
            &[],
            &[
                "`SERVER_\\r` (environment): no such setting; `--help` lists them all",
                &format!(
                    "`SERVER_LOG` (environment): expected `error`, `warn`, `info`, `debug` or `trace`, found `{}…`",
                    &long[..60]
                ),
                "`SERVER_PORT` (environment): expected a port from 0 (any free one) to 65535, found \
                 `1\\n  `--fine`\\u{1b}[2J`",
            ],
        );
    }

    #[test]
    #[cfg(unix)]
    fn what_is_not_utf_8_is_refused_by_name() {
        use std::os::unix::ffi::OsStringExt;

        let raw = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
        let variables = [
            (raw(b"SERVER_LOG"), raw(b"\xff")),
            (raw(b"SERVER_\xff"), raw(b"1")),
            (raw(b"OTHER_\xff"), raw(b"\xff")),
        ];
        let arguments =
            [raw(b"--port"), raw(b"8\xff"), raw(b"--workers=\xff"), raw(b"--\xff"), raw(b"--"), raw(b"\xff")];
        let faults = faults_of(gather(Settings::default(), variables.into_iter(), arguments.into_iter()));
        let port = "its value is not UTF-8; expected a port from 0 (any free one) to 65535";
        assert_eq!(
            faults,
            [
                "`SERVER_LOG` (environment): its value is not UTF-8; expected `error`, `warn`, `info`, `debug` or `trace`",
                "`SERVER_\u{fffd}` (environment): no such setting; `--help` lists them all",
                "`--\u{fffd}` (command line): no such setting; `--help` lists them all",
                &format!("`--port` (command line): {port}"),
                "`--workers` (command line): its value is not UTF-8; expected a whole number from 1 to 16384",
            ]
        );
    }
}
