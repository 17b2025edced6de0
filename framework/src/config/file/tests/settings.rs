//! Settings of the server in a file: which source beats which.

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
        .map(|setting| match setting.in_section() {
            None => format!("{}: {}\n", setting.name, setting.default),
            Some((section, key)) => format!("{section}: {{{key}: {}}}\n", setting.default),
        })
        .collect();
    // Of a section of several keys one mapping is made.
    let yaml = yaml.replace("}\ntls: {", ", ");
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
    let yaml = "# The port.\n--- # A document.\nheader_read_timeout: &slow '20s'\nrate_grace: *slow\n...\n";
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
