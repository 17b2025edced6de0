//! What a program prints when it does not serve, and why.

use std::process::{Command, Output, Stdio};

use fingerpost_tests::forget_settings;

use super::programs::{program, start};

/// Runs `probe` to its end, which it comes to by itself.
fn run(args: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program("probe"));
    forget_settings(&mut command);
    command.args(args).envs(settings.iter().copied()).stdin(Stdio::null()).output().unwrap()
}

/// A wrong setting ends the program before it listens, and says each of `parts`.
#[track_caller]
fn check_refused(args: &[&str], settings: &[(&str, &str)], parts: &[&str]) {
    let output = run(args, settings);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "it ended well: {said}");
    for part in parts {
        assert!(said.contains(part), "no {part:?} in:\n{said}");
    }
    assert!(!said.contains("http://"), "it listened before it refused:\n{said}");
}

#[test]
fn names_an_unknown_option_and_the_nearest() {
    check_refused(&["--prot", "3000"], &[], &["--prot", "command line", "--port"]);
}

#[test]
fn names_an_unknown_variable_and_the_nearest() {
    check_refused(&[], &[("SERVER_PROT", "3000")], &["SERVER_PROT", "environment", "SERVER_PORT"]);
}

#[test]
fn names_a_bad_value_and_what_is_expected() {
    check_refused(&["--keep-alive-timeout", "75"], &[], &["--keep-alive-timeout", "75s"]);
    check_refused(&[], &[("SERVER_PORT", "http")], &["SERVER_PORT", "http"]);
}

#[test]
fn tells_all_mistakes_at_once() {
    check_refused(&["--prot", "1"], &[("SERVER_MAX_BODY", "lots")], &["--prot", "SERVER_MAX_BODY"]);
}

#[test]
fn says_that_a_port_is_in_use_and_how_to_choose_another() {
    let first = start("probe");
    let port = first.address().port().to_string();
    for runtime in ["per-core", "shared"] {
        let output = run(&["--port", &port, "--runtime", runtime], &[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "two programs share port {port}: {said}");
        for part in ["in use", port.as_str(), "--port", "SERVER_PORT"] {
            assert!(said.contains(part), "no {part:?} in:\n{said}");
        }
    }
    assert_eq!(first.get("/").send().unwrap().status(), 200);
}

#[test]
fn prints_the_table_and_ends() {
    let output = run(&["--routes"], &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    for part in ["GET", "/hello/:name", "POST", "/echo", "main.rs:"] {
        assert!(said.contains(part), "no {part:?} in:\n{said}");
    }
}

#[test]
fn prints_its_settings_and_ends() {
    let output = run(&["--help"], &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    for part in ["--port", "SERVER_PORT", "--keep-alive-timeout", "75s", "--routes"] {
        assert!(said.contains(part), "no {part:?} in:\n{said}");
    }
}
