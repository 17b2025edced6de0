//! What `--print-config` and `--check-config` say.

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
                proxy_protocol: []\nforwarded_fields: forwarded\naccess_log_masked: [common, ssn]\n\
                app: {greeting: a}\n";
    let (before, text) = print(yaml, &[], &[]);
    assert_eq!(before.settings.listen.len(), 2, "{text}");
    assert_eq!(before.settings.trusted_proxies.len(), 2, "{text}");
    assert_eq!(before.settings.access_log_masked, ["common", "ssn"], "{text}");
    let (after, _) = print(&text, &[], &[]);
    assert_eq!(before.settings, after.settings);
}

#[test]
fn a_check_says_which_file_and_profile_were_read() {
    let (loaded, _) =
        print("app: {greeting: a}\nprofiles: {dev: {}}\n", &[("SERVER_PROFILE", "dev")], &["--check-config"]);
    assert_eq!(loaded.action, Action::CheckConfig);
    let text = CheckedConfig(&loaded).to_string();
    assert!(text.starts_with("every setting is good (") && text.ends_with("service.yaml, profile dev)\n"));
}
