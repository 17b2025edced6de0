//! Settings that are read again while the server runs: `examples/service` by a file that changes, and SIGHUP.

use std::fs;
use std::process::Command;

use fingerpost_tests::App;

use super::programs::program;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/service/service.yaml");

/// Sends SIGHUP, and waits until the log says `line` once more than before.
#[track_caller]
fn reload(app: &App, line: &str) {
    let before = app.log().matches(line).count();
    assert!(Command::new("kill").args(["-HUP", &app.id().to_string()]).status().unwrap().success());
    app.log_with_times(line, before + 1);
}

#[test]
fn what_can_change_is_in_force_and_the_rest_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("service.yaml");
    let original = fs::read_to_string(FILE).unwrap();
    fs::write(&path, &original).unwrap();
    let mut command = Command::new(program("service"));
    command.arg("--config").arg(&path);
    let app = App::launch(command, &[]).unwrap();
    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(2000));
    let store = || app.call("POST", "/api/notes").json(&long).send().unwrap().status();
    assert_eq!(store(), 201);

    let changed = original.replace("max_body: 64KiB", "max_body: 1KiB\nworkers: 7\nlog: debug");
    fs::write(&path, &changed).unwrap();
    reload(&app, "these can only change when the server starts settings=workers");
    app.log_with("max_body: 1KiB, was 64KiB; log: debug, was info");
    assert_eq!(store(), 413);

    // With a fault in it all stays as it is.
    fs::write(&path, changed.replace("max_body: 1KiB", "max_bdy: 2KiB")).unwrap();
    reload(&app, "the settings stay as they are");
    app.log_with("did you mean");
    assert_eq!(store(), 413);

    fs::write(&path, &original).unwrap();
    reload(&app, "max_body: 64KiB, was 1KiB");
    assert_eq!(store(), 201);
    reload(&app, "nothing is in force that was not");
}
