//! What a file says together with the other sources, and every fault with its place and text.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::time::Duration;

use serde::Deserialize;
use tempfile::TempDir;

use super::*;
use crate::config::{Action, CheckedConfig, ConfigErrors, Gathered, Loaded, PrintedConfig, Settings};

/// The settings of an application.
#[derive(Debug, PartialEq, Deserialize)]
struct App {
    greeting: String,
    #[serde(default)]
    retries: u8,
    #[serde(default)]
    ratio: Option<f64>,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default, deserialize_with = "units::duration")]
    every: Duration,
    #[serde(default, deserialize_with = "units::size")]
    largest: u64,
    #[serde(default)]
    database: Option<Database>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Database {
    url: String,
    password: Secret,
    #[serde(default)]
    pin: Option<Secret>,
    #[serde(default = "ten")]
    connections: u16,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    #[default]
    Fast,
    VerySafe,
    Limited(u8),
}

fn ten() -> u16 {
    10
}

/// A folder with `service.yaml`.
struct Place(TempDir);

impl Place {
    fn with(yaml: impl AsRef<[u8]>) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.put("service.yaml", yaml);
        place
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn gather(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Gathered {
        let folder = self.0.path().to_str().unwrap();
        let variables =
            variables.iter().map(|(name, value)| (name.into(), value.replace("{}", folder).into()));
        let mut file = FileSource::default();
        file.set_path(self.0.path().join("service.yaml"));
        let arguments = arguments.iter().map(|argument| OsString::from(argument.replace("{}", folder)));
        Settings::gather(Settings::default(), &file, variables, arguments)
    }

    /// Every fault, without the folder's name.
    #[track_caller]
    fn faults<T: std::fmt::Debug>(&self, result: Result<T, ConfigErrors>) -> Vec<String> {
        let text = result.expect_err("something is wrong").to_string();
        let text = text.replace(&format!("{}/", self.0.path().display()), "");
        text.lines().skip(1).map(|line| line.trim_start().to_owned()).collect()
    }
}

#[track_caller]
fn load(yaml: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Settings {
    let loaded = Place::with(yaml).gather(variables, arguments).finish();
    loaded.unwrap_or_else(|errors| panic!("{errors}")).settings
}

#[track_caller]
fn app(yaml: &str, variables: &[(&str, &str)], arguments: &[&str]) -> App {
    let mut gathered = Place::with(yaml).gather(variables, arguments);
    let app = gathered.claim::<App>();
    gathered.finish().unwrap_or_else(|errors| panic!("{errors}"));
    app.expect("a value")
}

#[track_caller]
fn check_faults(yaml: impl AsRef<[u8]>, expected: &[&str]) {
    let place = Place::with(yaml);
    let faults = place.faults(place.gather(&[], &[]).finish());
    assert_eq!(faults, expected);
}

#[track_caller]
fn check_app_faults(yaml: &str, variables: &[(&str, &str)], expected: &[&str]) {
    let place = Place::with(yaml);
    let mut gathered = place.gather(variables, &[]);
    assert_eq!(gathered.claim::<App>(), None);
    assert_eq!(place.faults(gathered.finish()), expected);
}

mod settings {
    use super::*;

    #[test]
    fn the_file_beats_the_program_and_the_others_beat_the_file() {
        let yaml = "port: 1\nmax_body: 4MiB\nlog: debug\n";
        let settings = load(yaml, &[("SERVER_PORT", "2")], &["--log", "warn"]);
        assert_eq!((settings.port, settings.max_body, settings.log), (2, 4 << 20, tracing::Level::WARN));
        assert_eq!(load(yaml, &[("PORT", "5")], &[]).address().to_string(), "0.0.0.0:5");
        assert_eq!(load("host: ::1\n", &[("PORT", "5")], &[]).address().to_string(), "[::1]:5");
    }

    #[test]
    fn every_setting_may_stand_in_a_file() {
        let table = crate::config::table::SETTINGS;
        let yaml: String = table
            .iter()
            .filter(|setting| setting.name != "workers")
            .map(|setting| format!("{}: {}\n", setting.name, setting.default))
            .collect();
        let expected = Settings { host: Some([127, 0, 0, 1].into()), ..Settings::default() };
        assert_eq!(load(&yaml, &[], &[]), expected);
    }

    #[test]
    fn the_command_line_and_the_environment_name_another_file() {
        let place = Place::with("port: 1\n");
        place.put("two.yaml", "port: 2\n");
        place.put("three.yaml", "port: 3\n");
        let port = |variables: &[(&str, &str)], arguments: &[&str]| {
            place.gather(variables, arguments).finish().unwrap().settings.port
        };
        assert_eq!(port(&[], &[]), 1);
        assert_eq!(port(&[("SERVER_CONFIG", "{}/two.yaml")], &[]), 2);
        assert_eq!(port(&[("SERVER_CONFIG", "{}/two.yaml")], &["--config={}/three.yaml"]), 3);
    }

    #[test]
    fn a_profile_lies_over_the_rest_of_the_file() {
        let yaml = "port: 1\nlog: warn\nprofiles:\n  dev: {port: 2}\n  prod:\n    port: 3\n  none:\n";
        assert_eq!(load(yaml, &[], &[]).port, 1);
        assert_eq!(load(yaml, &[], &["--profile", "none"]).port, 1);
        let dev = load(yaml, &[("SERVER_PROFILE", "dev")], &[]);
        assert_eq!((dev.port, dev.log), (2, tracing::Level::WARN));
        assert_eq!(load(yaml, &[("SERVER_PROFILE", "dev")], &["--profile=prod"]).port, 3);
        assert_eq!(load(yaml, &[("SERVER_PORT", "9")], &["--profile=prod"]).port, 9);
    }

    #[test]
    fn aliases_comments_and_quotes_are_read() {
        let yaml =
            "# The port.\n--- # A document.\nheader_read_timeout: &slow '20s'\nrate_grace: *slow\n...\n";
        let settings = load(yaml, &[], &[]);
        assert_eq!(settings.rate_grace, Duration::from_secs(20));
    }

    #[test]
    fn a_file_without_anything_changes_nothing() {
        for yaml in ["", "\n\n", "# nothing\n", "---\n", "{}\n", "\u{feff}", "app:\n", "profiles:\n"] {
            let place = Place::with(yaml);
            let mut gathered = place.gather(&[], &[]);
            gathered.claim::<BTreeMap<String, String>>();
            let loaded = gathered.finish().unwrap_or_else(|errors| panic!("{yaml:?}: {errors}"));
            assert_eq!(loaded.settings, Settings::default(), "{yaml:?}");
        }
    }

    #[test]
    fn a_variable_may_name_a_file_with_the_value() {
        let place = Place::with("");
        place.put("port", "4000\r\n");
        let port = place.gather(&[("SERVER_PORT_FILE", "{}/port")], &[]).finish().unwrap().settings.port;
        assert_eq!(port, 4000);
        let faults = |variables: &[(&str, &str)]| place.faults(place.gather(variables, &[]).finish());
        assert_eq!(
            faults(&[("SERVER_PORT_FILE", "{}/port"), ("SERVER_PORT", "1"), ("SERVER_LOG_FILE", "{}/none")]),
            [
                "`SERVER_LOG_FILE` (environment): there is no file `{}/none`"
                    .replace("{}/none", &excerpt(&format!("{}/none", place.0.path().display()))),
                "`SERVER_PORT_FILE` (environment): stands beside `SERVER_PORT`, which sets the same; one of them is \
                 too many"
                    .to_owned(),
            ]
        );
    }

    fn excerpt(path: &str) -> String {
        path.split_once("tmp/").map_or(path, |(_, rest)| rest.split_once('/').unwrap().1).to_owned()
    }
}

mod faults {
    use super::*;

    #[test]
    fn each_has_its_line_and_column_and_all_are_told() {
        check_faults(
            "prot: 80\nmax_body: 2mb\nworkers: [1, 2]\nkeep-alive-timeout: 75s\nlog:\nrequest_timeout: 75\n",
            &[
                "`prot` (service.yaml:1:1): no such setting; did you mean `port`?",
                "`max_body` (service.yaml:2:11): expected a size in B, KB, MB, GB, KiB, MiB or GiB, such as 2MiB, found \
                 `2mb`; did you mean `2MB`?",
                "`workers` (service.yaml:3:10): expected a whole number from 1 to 16384, found a list",
                "`keep-alive-timeout` (service.yaml:4:1): no such setting; did you mean `keep_alive_timeout`?",
                "`log` (service.yaml:5:1): expected `error`, `warn`, `info`, `debug` or `trace`, found an empty value",
                "`request_timeout` (service.yaml:6:18): expected a duration from 1ms to 8760h, in ms, s, m or h, such \
                 as 75s, found `75`; did you mean `75s`?",
            ],
        );
    }

    #[test]
    fn a_conflict_names_the_place_in_the_file() {
        check_faults(
            "max_head: 4KiB\n",
            &[
                "`max_head` (service.yaml:1:11) = 4KiB must be at least 512B more than `max_request_target` (default) = \
               8KiB: 8704B or more",
            ],
        );
    }

    #[test]
    fn what_is_no_yaml_or_more_than_is_read() {
        let rows: [(&str, &str); 15] = [
            ("port: 1\n\tlog: info\n", "service.yaml:2:1: a tab; YAML is indented by spaces"),
            ("profiles:\n\tdev: {}\n", "service.yaml:2:1: a tab; YAML is indented by spaces"),
            ("port: 1\nlog: info\nport: 2\n", "service.yaml:3:1: the key `port` is there already, on line 1"),
            ("app: {a: 1, a: 2}\n", "service.yaml:1:13: the key `a` is there already, on line 1"),
            ("app: &a\n  b: *a\n", "service.yaml:2:6: the alias stands inside of what it stands for"),
            ("app: *nobody\n", "service.yaml:1:6: while parsing node, found unknown anchor"),
            ("port: 1\n---\nport: 2\n", "service.yaml:2:1: a second document begins here; a file has one"),
            ("port: !!int 1\n", "service.yaml:1:13: the tag `!!int` is not read; write the value without it"),
            (
                "app: {<<: {}}\n",
                "service.yaml:1:7: merge keys are not read; lay values over others by a profile",
            ),
            ("? [a]\n: 1\n", "service.yaml:1:3: a key must be a text, without a tag"),
            ("8080\n", "service.yaml:1:1: expected settings, as `port: 8080`, found `8080`"),
            ("- port\n", "service.yaml:1:1: expected settings, as `port: 8080`, found a list"),
            ("profiles: dev\n", "`profiles` (service.yaml:1:11): expected a mapping, found `dev`"),
            ("profiles: {dev: [1]}\n", "`dev` (service.yaml:1:17): expected a mapping, found a list"),
            ("app: 5\n", "`app` (service.yaml:1:6): expected a mapping, found `5`"),
        ];
        for (yaml, expected) in rows {
            check_faults(yaml, &[expected]);
        }
    }

    #[test]
    fn what_is_wrong_with_the_syntax_has_a_place() {
        for (yaml, place) in [("port: [1\n", "service.yaml:1:7: "), ("a: b: c\n", "service.yaml:1:5: ")] {
            let folder = Place::with(yaml);
            let faults = folder.faults(folder.gather(&[], &[]).finish());
            assert!(matches!(&faults[..], [fault] if fault.starts_with(place)), "{faults:?}");
        }
    }

    #[test]
    fn a_bomb_of_aliases_is_refused_before_it_is_large() {
        let mut yaml = "app:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..40 {
            let before = level - 1;
            yaml += &format!("  a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", "));
        }
        let text = "a file has at most 10000 values, copies by aliases among them";
        check_faults(&yaml, &[&format!("service.yaml:5:47: {text}")]);
        check_faults("- x\n".repeat(10_000), &[&format!("service.yaml:10000:3: {text}")]);
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let yaml = format!("app: {}{}\n", "[".repeat(70), "]".repeat(70));
        let folder = Place::with(yaml);
        let faults = folder.faults(folder.gather(&[], &[]).finish());
        assert!(matches!(&faults[..], [fault] if fault.starts_with("service.yaml:1:")), "{faults:?}");
    }

    #[test]
    fn a_file_that_cannot_be_read_says_why_and_who_named_it() {
        let place = Place::with("");
        place.put("binary", b"port: 1\nlog: \xff\n");
        fs::create_dir(place.0.path().join("d")).unwrap();
        place.put("large", vec![b'#'; (1 << 20) + 1]);
        let faults = |variables: &[(&str, &str)], arguments: &[&str]| {
            let faults = place.faults(place.gather(variables, arguments).finish());
            faults.join("\n").replace("/tmp", "").replace(place.0.path().to_str().unwrap(), "")
        };
        let config = "`--config` (command line)";
        let binary = faults(&[], &["--config={}/binary"]);
        assert!(binary.ends_with("` is not UTF-8, on line 2"), "{binary}");
        assert_eq!(
            faults(&[], &["--config", "nowhere.yaml"]),
            format!("{config}: there is no file `nowhere.yaml`")
        );
        assert_eq!(faults(&[("SERVER_CONFIG", "/")], &[]), "`SERVER_CONFIG` (environment): `/` is a folder");
        assert_eq!(faults(&[], &["--config="]), format!("{config}: names no file"));
        let large = faults(&[], &["--config={}/large"]);
        assert!(large.ends_with("is larger than 1MiB"), "{large}");
        let mut absent = FileSource::default();
        absent.set_path("nowhere.yaml".into());
        let absent =
            Settings::gather(Settings::default(), &absent, std::iter::empty(), std::iter::empty()).finish();
        assert_eq!(place.faults(absent), ["`config_file` (in the program): there is no file `nowhere.yaml`"]);
        assert_eq!(faults(&[], &["--config"]), format!("{config}: has no value; expected a YAML file"));
    }

    #[test]
    fn an_unknown_profile_says_the_nearest() {
        let place = Place::with("profiles: {dev: {}, prod: {}}\n");
        let faults = place.faults(place.gather(&[], &["--profile", "prd"]).finish());
        assert_eq!(
            faults,
            ["`--profile` (command line): the file has no profile `prd`; did you mean `prod`?"]
        );
        let none = Settings::gather(
            Settings::default(),
            &FileSource::default(),
            [(OsString::from("SERVER_PROFILE"), OsString::from("dev"))].into_iter(),
            std::iter::empty(),
        );
        assert_eq!(
            place.faults(none.finish()),
            ["`SERVER_PROFILE` (environment): there is no file that has profiles; `--config` names one"]
        );
    }

    #[test]
    fn a_profile_that_is_not_chosen_is_held_to_the_same_rules() {
        check_faults(
            "profiles:\n  dev:\n    prot: 1\n    profiles: {}\n",
            &[
                "`prot` (service.yaml:3:5): no such setting; did you mean `port`?",
                "`profiles` (service.yaml:4:5): no such setting; did you mean `profiles`?",
            ],
        );
    }

    #[test]
    fn a_section_that_nobody_asks_for_is_refused() {
        let expected = "this program has no settings of its own, and asks for none";
        check_faults("app: {a: 1}\n", &[&format!("`app` (service.yaml:1:6): {expected}")]);
        let place = Place::with("");
        let faults = place.faults(place.gather(&[("SERVER_APP__A", "1")], &[]).finish());
        assert_eq!(faults, [format!("`app` (in the program): {expected}")]);
    }

    #[test]
    fn what_others_wrote_cannot_forge_a_line() {
        check_faults(
            "\"a\\n  b\\e[2J\": 1\nport: \"1\\r2\"\n",
            &[
                "`a\\n  b\\u{1b}[2J` (service.yaml:1:1): no such setting; `--help` lists them all",
                "`port` (service.yaml:2:7): expected a port from 0 (any free one) to 65535, found `1\\r2`",
            ],
        );
    }
}

mod section {
    use super::*;

    #[test]
    fn is_a_value_of_the_applications_own_type() {
        let yaml = "app:\n  greeting: 1.10\n  retries: 3\n  ratio: .5\n  mode: very-safe\n  names: [a, 'b', 3]\n  every: \
                    90s\n  largest: 1KiB\n  labels: {yes: no, 1: true}\n  database:\n    url: db\n    password: \
                    hunter2\n";
        let database =
            Database { url: "db".to_owned(), password: Secret::new("hunter2"), pin: None, connections: 10 };
        let labels = [("yes", "no"), ("1", "true")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        let expected = App {
            greeting: "1.10".to_owned(),
            retries: 3,
            ratio: Some(0.5),
            mode: Mode::VerySafe,
            names: ["a", "b", "3"].map(str::to_owned).to_vec(),
            every: Duration::from_secs(90),
            largest: 1024,
            database: Some(database),
            labels: labels.into(),
        };
        assert_eq!(app(yaml, &[], &[]), expected);
    }

    #[test]
    fn a_profile_the_environment_and_the_command_line_lie_over_it_key_by_key() {
        let yaml = "app:\n  greeting: Hi\n  retries: 1\n  mode: {limited: 4}\n  database: {url: a, password: b}\nprofiles:\n  \
                    p:\n    app:\n      retries: 2\n      database: {url: c}\n";
        let plain = app(yaml, &[], &[]);
        assert_eq!((plain.retries, plain.mode), (1, Mode::Limited(4)));
        let variables = [("SERVER_APP__DATABASE__CONNECTIONS", "7"), ("SERVER_APP__RETRIES", "5")];
        let laid = app(yaml, &variables, &["--profile", "p", "--app.greeting=Hello", "--app.retries", "6"]);
        let database = laid.database.unwrap();
        assert_eq!((&*laid.greeting, laid.retries), ("Hello", 6));
        assert_eq!((&*database.url, database.password.reveal(), database.connections), ("c", "b", 7));
    }

    #[test]
    fn needs_no_file() {
        let variables = [("SERVER_APP__GREETING", "Hi"), ("SERVER_APP__DATABASE__URL", "tcp://db:1")];
        let found = app("", &variables, &["--app.database.password=x"]);
        assert_eq!((&*found.greeting, &*found.database.unwrap().url), ("Hi", "tcp://db:1"));
    }

    #[test]
    fn a_variable_may_name_a_file_with_the_secret() {
        let place = Place::with("app: {greeting: a, database: {url: b, password: other}}\n");
        place.put("db", "hunter2\n");
        let mut gathered = place.gather(&[("SERVER_APP__DATABASE__PASSWORD_FILE", "{}/db")], &[]);
        assert_eq!(gathered.claim::<App>().unwrap().database.unwrap().password.reveal(), "hunter2");
        let mut gathered = place.gather(&[("SERVER_APP__DATABASE__PASSWORD_FILE", "nowhere")], &[]);
        assert_eq!(gathered.claim::<App>(), None);
        assert_eq!(
            place.faults(gathered.finish()),
            ["`SERVER_APP__DATABASE__PASSWORD_FILE` (environment): there is no file `nowhere`"]
        );
    }

    #[test]
    fn all_faults_are_told_at_once_with_their_places() {
        check_app_faults(
            "prot: 1\napp:\n  gretting: Hi\n  retries: 300\n  ratio: many\n  mode: fats\n  names: [a, [b]]\n  every: 90\n  \
             largest: 2mb\n  database: {url: [], connections: 70000, pasword: x}\n",
            &[("SERVER_APP__LABELS", "x"), ("SERVER_APP__ELEPHANT", "1")],
            &[
                "`prot` (service.yaml:1:1): no such setting; did you mean `port`?",
                "`app.gretting` (service.yaml:3:3): no such key; did you mean `greeting`?",
                "`SERVER_APP__ELEPHANT` (environment): no such key; there are `greeting`, `retries`, `ratio`, `mode`, \
                 `names`, `every`, `largest`, `database`, `labels`",
                "`app.retries` (service.yaml:4:12): expected a whole number from 0 to 255, found `300`",
                "`app.ratio` (service.yaml:5:10): expected a number, found `many`",
                "`app.mode` (service.yaml:6:9): expected one of `fast`, `very-safe`, `limited`, found `fats`; did you \
                 mean `fast`?",
                "`app.names.1` (service.yaml:7:14): expected a string, found a list",
                "`app.every` (service.yaml:8:10): expected a duration in ms, s, m or h, such as 75s, found `90`; did \
                 you mean `90s`?",
                "`app.largest` (service.yaml:9:12): expected a size in B, KB, MB, GB, KiB, MiB or GiB, such as 2MiB, \
                 found `2mb`; did you mean `2MB`?",
                "`app.database.pasword` (service.yaml:10:43): no such key; did you mean `password`?",
                "`app.database.url` (service.yaml:10:19): expected a string, found a list",
                "`app.database.connections` (service.yaml:10:36): expected a whole number from 0 to 65535, found \
                 `70000`",
                "`SERVER_APP__LABELS` (environment): expected a mapping, found `x`",
                "`app` (service.yaml:3:3): lacks `greeting`, which `SERVER_APP__GREETING` in the environment sets too",
            ],
        );
    }

    #[test]
    fn what_is_missing_where_there_is_no_section_says_how_to_set_it() {
        check_app_faults(
            "",
            &[],
            &[
                "`app` (in the program): lacks `greeting`, which `SERVER_APP__GREETING` in the environment sets too",
            ],
        );
    }

    #[test]
    fn no_fault_repeats_a_secret() {
        check_app_faults(
            "app: {greeting: a, database: {url: b, password: [hunter2], pin: {hunter: 2}}}\n",
            &[],
            &[
                "`app.database.password` (service.yaml:1:49): is not what the program expects",
                "`app.database.pin` (service.yaml:1:65): is not what the program expects",
            ],
        );
    }

    #[test]
    fn what_sets_a_key_of_no_mapping_is_refused() {
        let place = Place::with("app: {greeting: Hi}\n");
        let variables = [("SERVER_APP__GREETING__NAME", "x"), ("SERVER_APP__", "x")];
        let mut gathered = place.gather(&variables, &[]);
        gathered.claim::<App>();
        assert_eq!(
            place.faults(gathered.finish()),
            [
                "`SERVER_APP__` (environment): names no key; a level between two others is empty",
                "`SERVER_APP__GREETING__NAME` (environment): `app.greeting` (service.yaml:1:17) is no mapping, and has \
                 no keys to set",
            ]
        );
    }
}

mod printed {
    use super::*;

    fn print(yaml: &str, variables: &[(&str, &str)], arguments: &[&str]) -> (Loaded, String) {
        let place = Place::with(yaml);
        let mut gathered = place.gather(variables, arguments);
        gathered.claim::<App>();
        let loaded = gathered.finish().unwrap_or_else(|errors| panic!("{errors}"));
        let text = PrintedConfig(&loaded).to_string();
        let text = text.replace(&format!("{}/", place.0.path().display()), "");
        (loaded, text)
    }

    #[test]
    fn each_value_says_where_it_comes_from_and_no_secret_is_shown() {
        let yaml = "max_body: 4MiB\napp:\n  greeting: \"1\"\n  names: [a, 'true']\n  labels: {api_key: hunter2}\n  \
                    database: {url: 'db://u:hunter2@h/x', password: hunter2, pin: hunter2}\n";
        let variables = [("SERVER_APP__RETRIES", "2"), ("PORT", "81"), ("SERVER_LOG", "warn")];
        let (loaded, text) = print(yaml, &variables, &["--print-config", "--workers", "3"]);
        assert_eq!(loaded.action, Action::PrintConfig);
        let lines: Vec<_> =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        for expected in [
            "host: 0.0.0.0 # PORT",
            "port: 81 # PORT",
            "backlog: 1024 # default",
            "workers: 3 # --workers",
            "max_body: 4MiB # service.yaml:1:11",
            "log: warn # SERVER_LOG",
            "app:",
            "greeting: \"1\" # service.yaml:3:13",
            "names: [a, \"true\"] # service.yaml:4:10",
            "labels:",
            "api_key: \"***\" # service.yaml:5:21",
            "database:",
            "url: \"db://u:***@h/x\" # service.yaml:6:19",
            "password: \"***\" # service.yaml:6:51",
            "pin: \"***\" # service.yaml:6:65",
            "retries: 2 # SERVER_APP__RETRIES",
        ] {
            assert!(lines.iter().any(|line| line == expected), "no {expected:?} in:\n{text}");
        }
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn what_is_printed_is_read_back() {
        let (before, text) = print("host: '::1'\napp: {greeting: 'a: \"b\" # c'}\n", &[], &[]);
        let (after, again) = print(&text, &[], &[]);
        assert_eq!(before.settings, after.settings);
        assert!(again.contains("greeting: \"a: \\\"b\\\" # c\""), "{again}");
    }

    #[test]
    fn a_list_is_a_list_in_a_file_and_read_back() {
        let yaml = "listen: ['[::1]:80', unix:/run/a.sock]\ntrusted_proxies:\n  - 10.0.0.0/8\n  - unix\n\
                    proxy_protocol: []\nforwarded_fields: forwarded\napp: {greeting: a}\n";
        let (before, text) = print(yaml, &[], &[]);
        assert_eq!(before.settings.listen.len(), 2, "{text}");
        assert_eq!(before.settings.trusted_proxies.len(), 2, "{text}");
        let (after, _) = print(&text, &[], &[]);
        assert_eq!(before.settings, after.settings);
    }

    #[test]
    fn a_check_says_which_file_and_profile_were_read() {
        let (loaded, _) = print(
            "app: {greeting: a}\nprofiles: {dev: {}}\n",
            &[("SERVER_PROFILE", "dev")],
            &["--check-config"],
        );
        assert_eq!(loaded.action, Action::CheckConfig);
        let text = CheckedConfig(&loaded).to_string();
        assert!(
            text.starts_with("every setting is good (") && text.ends_with("service.yaml, profile dev)\n")
        );
    }
}
