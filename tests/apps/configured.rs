//! `book/listings`, the program `configured`: its file, the environment and the command line, right and wrong.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use fingerpost_tests::{App, forget_settings};

use super::programs::program;

const TOKEN: (&str, &str) = ("SERVER_APP__UPSTREAM__TOKEN", "hunter2");

/// The folder of the file that the program comes with.
fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../book/listings/src/bin/configured"))
}

/// Runs the program in `folder` to its end, which it comes to by itself.
fn run(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program("configured"));
    forget_settings(&mut command);
    command.current_dir(folder).args(args).envs(variables.iter().copied());
    command.stdin(Stdio::null()).output().unwrap()
}

/// The program ends with 1 and says each of `lines` on standard error.
#[track_caller]
fn check_refused(folder: &Path, args: &[&str], variables: &[(&str, &str)], lines: &[&str]) {
    let output = run(folder, args, variables);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let found: Vec<_> = said.lines().skip(1).map(str::trim_start).collect();
    assert_eq!(found, lines, "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[track_caller]
fn printed(args: &[&str], variables: &[(&str, &str)]) -> String {
    let output = run(folder(), args, variables);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn serves_with_what_the_sources_say_together() {
    let secrets = tempfile::tempdir().unwrap();
    let secret = secrets.path().join("token");
    fs::write(&secret, "hunter2\n").unwrap();
    let mut command = Command::new(program("configured"));
    command.current_dir(folder()).args(["--app.greeting", "Hi"]);
    let variables = [
        ("SERVER_APP__UPSTREAM__TOKEN_FILE", secret.to_str().unwrap()),
        ("SERVER_APP__ORDERS__AT_ONCE", "2"),
    ];
    let app = App::launch(command, &variables).unwrap();
    let answer = app.get("/").send().unwrap();
    assert_eq!(answer.text(), "Hi from https://orders.example/api with 7 letters of token\n");
}

#[test]
fn a_profile_of_the_file_is_served() {
    let mut command = Command::new(program("configured"));
    command.current_dir(folder()).args(["--profile", "dev"]);
    let app = App::launch(command, &[]).unwrap();
    let answer = app.get("/").send().unwrap();
    assert_eq!(answer.text(), "Hello from http://localhost:9000 with 4 letters of token\n");
}

#[test]
fn a_good_configuration_is_checked_without_serving() {
    assert_eq!(printed(&["--check-config"], &[TOKEN]), "every setting is good (service.yaml)\n");
    let said = printed(&["--check-config"], &[("SERVER_PROFILE", "dev")]);
    assert_eq!(said, "every setting is good (service.yaml, profile dev)\n");
}

#[test]
fn every_fault_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let yaml = "prot: 3000\nmax_body: 4mb\napp:\n  greting: Hello\n  orders: {at_once: many, wait: 1min}\n";
    fs::write(folder.path().join("service.yaml"), yaml).unwrap();
    check_refused(
        folder.path(),
        &["--check-config", "--worker", "2"],
        &[TOKEN],
        &[
            "`prot` (service.yaml:1:1): no such setting; did you mean `port`?",
            "`max_body` (service.yaml:2:11): expected a size in B, KB, MB, GB, KiB, MiB or GiB, such as 2MiB, found \
             `4mb`; did you mean `4MB`?",
            "`--worker` (command line): no such setting; did you mean `--workers`?",
            "`app.greting` (service.yaml:4:3): no such key; did you mean `greeting`?",
            "`app.orders.at_once` (service.yaml:5:21): expected a whole number from 0 to 65535, found `many`",
            "`app.orders.wait` (service.yaml:5:33): expected a duration in ms, s, m or h, such as 75s, found \
             `1min`; did you mean `1m`?",
            "`app.upstream` (environment): lacks `url`, which `SERVER_APP__UPSTREAM__URL` in the environment sets \
             too",
            "`app` (service.yaml:4:3): lacks `greeting`, which `SERVER_APP__GREETING` in the environment sets too",
        ],
    );
}

#[test]
fn what_is_missing_is_named() {
    check_refused(
        folder(),
        &[],
        &[],
        &[
            "`app.upstream` (service.yaml:13:5): lacks `token`, which `SERVER_APP__UPSTREAM__TOKEN` in the environment \
           sets too",
        ],
    );
    let folder = tempfile::tempdir().unwrap();
    check_refused(
        folder.path(),
        &[],
        &[TOKEN, ("SERVER_APP__UPSTREAM__URL", "x")],
        &[
            "`config_file` (in the program): there is no file `service.yaml`",
            "`app` (in the program): lacks `greeting`, which `SERVER_APP__GREETING` in the environment sets too",
        ],
    );
}

#[test]
fn what_is_no_file_of_settings_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let rows: [(&[u8], &str); 7] = [
        (b"port: 1\nport: 2\n", "f:2:1: the key `port` is there already, on line 1"),
        (b"app:\n\tgreeting: Hi\n", "f:2:1: a tab; YAML is indented by spaces"),
        (b"app: &a\n  upstream: *a\n", "f:2:13: the alias stands inside of what it stands for"),
        (b"port: 1\n---\nport: 2\n", "f:2:1: a second document begins here; a file has one"),
        (b"port: \xff\n", "`--config` (command line): the file `f` is not UTF-8, on line 1"),
        (
            b"request_timeout: 5\n",
            "`request_timeout` (f:1:18): expected a duration from 1ms to 8760h, in ms, s, m \
                                   or h, such as 75s, found `5`; did you mean `5s`?",
        ),
        (b"", ""),
    ];
    for (yaml, expected) in rows {
        fs::write(folder.path().join("f"), yaml).unwrap();
        let output = run(folder.path(), &["--config", "f", "--check-config"], &[TOKEN]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(expected), "no {expected:?} in:\n{said}");
    }
    let output = run(folder.path(), &["--config", ".", "--check-config"], &[TOKEN]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`--config` (command line): `.` is a folder"), "{said}");
}

#[test]
fn each_setting_is_printed_with_where_it_comes_from() {
    let args = ["--print-config", "--profile", "prod", "--app.orders.at-once=5"];
    let said = printed(&args, &[TOKEN, ("SERVER_BACKLOG", "9")]);
    let lines: Vec<_> =
        said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for expected in [
        "host: 0.0.0.0 # service.yaml:22:11",
        "port: 3000 # service.yaml:2:7",
        "backlog: 9 # SERVER_BACKLOG",
        "log: info # default",
        "greeting: Hello # service.yaml:8:13",
        "at_once: 5 # --app.orders.at-once",
        "token: \"***\" # SERVER_APP__UPSTREAM__TOKEN",
    ] {
        assert!(lines.iter().any(|line| line == expected), "no {expected:?} in:\n{said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
}
