//! WebSockets as others' clients speak it: npm's `ws` and Python's `websockets`, against a running program.
//!
//! What they do, and what they expect of it, stands in a script for each, beside this.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::programs::start;

/// Where the clients are installed.
fn tools() -> PathBuf {
    // target/tmp
    Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().nth(1).unwrap().join("tools")
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("http").join("clients").join(name)
}

/// Runs a client against the program; it says what went wrong where something did.
#[track_caller]
fn check(command: &mut Command) {
    let app = start("probe");
    command.arg(format!("ws://{}", app.address())).stdin(Stdio::null());
    let ended = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}: `cargo xtask test` installs what it needs");
    });
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(ended.status.success() && said.ends_with("all is well\n"), "{}: {said}", ended.status);
}

#[test]
fn the_client_of_node_is_understood() {
    check(Command::new("node").arg(script("sockets.js")).env("NODE_PATH", tools().join("node/node_modules")));
}

#[test]
fn the_client_of_python_is_understood() {
    check(Command::new(tools().join("python/bin/python")).arg(script("sockets.py")));
}
