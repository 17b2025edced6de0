//! Where the programs are: built once, with the profile and into the folder of the tests themselves.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use fingerpost_tests::{App, StartError};

/// Starts the example `name` with its defaults.
#[track_caller]
pub(crate) fn start(name: &str) -> App {
    start_with(name, &[])
}

/// Starts the example `name` with `settings` in its environment.
#[track_caller]
pub(crate) fn start_with(name: &str, settings: &[(&str, &str)]) -> App {
    match try_start(name, settings) {
        Ok(app) => app,
        Err(error) => panic!("{name}: {error}"),
    }
}

/// The same where the example may refuse to start.
pub(crate) fn try_start(name: &str, settings: &[(&str, &str)]) -> Result<App, StartError> {
    App::start(&program(name), settings)
}

/// The binary of the example `name`.
pub(crate) fn program(name: &str) -> PathBuf {
    folder().join(name)
}

/// The folder with the examples' binaries.
///
/// Cargo builds the binaries of other packages for no test, so this asks it to.
fn folder() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        // target/debug/deps/apps-1234
        let test = env::current_exe().unwrap();
        let folder = test.ancestors().nth(2).unwrap().to_owned();
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--locked"]);
        build.args([
            "-p",
            "hello",
            "-p",
            "users",
            "-p",
            "forms",
            "-p",
            "ticker",
            "-p",
            "chat",
            "-p",
            "probe",
            "-p",
            "tls",
            "-p",
            "service",
            "-p",
            "fingerpost-soak",
        ]);
        build.args(["-p", "book-listings"]);
        build.current_dir(env!("CARGO_MANIFEST_DIR")).arg("--target-dir").arg(folder.parent().unwrap());
        if folder.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.stdin(Stdio::null()).status().unwrap().success(), "the examples do not build");
        folder
    })
}
