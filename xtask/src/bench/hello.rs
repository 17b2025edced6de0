//! What the shortest program costs to build, and how big it is: `examples/hello`, and the same with axum.

use std::fs;
use std::io::ErrorKind;

use crate::bench::compile::seconds;
use crate::bench::data::Key;
use crate::bench::run::Bench;
use crate::bench::servers::OURS;
use crate::command::{cargo, root, run, target};
use crate::steps::Outcome;

/// Who has the program, where it stands, and what it depends on.
const PROGRAMS: [(&str, &str, &str); 2] = [
    (OURS, "examples/hello/src/main.rs", "fingerpost = { path = \"FRAMEWORK\" }"),
    (
        "axum",
        "benches/hello/axum.rs",
        "axum = \"0.8\"\ntokio = { version = \"1.53\", features = [\"macros\", \"net\", \"rt-multi-thread\"] }",
    ),
];

/// Builds each with nothing built before, with cargo's own profile for release but stripped; seconds are the processor's.
///
/// # Errors
///
/// Where one does not build.
#[expect(clippy::cast_precision_loss, reason = "no program has 2^52 bytes")]
pub(crate) fn measure(bench: &mut Bench) -> Outcome {
    for (server, source, dependencies) in PROGRAMS {
        let folder = target().join("bench/hello").join(server);
        let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
        match fs::remove_dir_all(folder.join("target")) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(fault(error)),
            Ok(()) | Err(_) => {}
        }
        fs::create_dir_all(folder.join("src")).map_err(fault)?;
        fs::copy(root().join(source), folder.join("src/main.rs")).map_err(fault)?;
        fs::write(folder.join("Cargo.toml"), manifest(dependencies)).map_err(fault)?;
        run(cargo(&["fetch", "--quiet"]).current_dir(&folder))?;
        let mut build = cargo(&["build", "--quiet", "--release"]);
        build.current_dir(&folder).env("CARGO_TARGET_DIR", folder.join("target"));
        let seconds = seconds(|| run(&mut build))?;
        let size = fs::metadata(folder.join("target/release/hello")).map_err(fault)?.len();
        for (measure, value) in [("build_seconds", seconds), ("hello_bytes", size as f64)] {
            bench.data.push(Key { measure, server, scenario: "hello" }, 0, value);
        }
        bench.save()?;
    }
    Ok(())
}

fn manifest(dependencies: &str) -> String {
    let dependencies = dependencies.replace("FRAMEWORK", &root().join("framework").display().to_string());
    format!(
        "[package]\nname = \"hello\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n\n\
         [workspace]\n\n[profile.release]\nstrip = true\n"
    )
}
