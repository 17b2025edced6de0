//! What the tasks need beyond cargo, and how it comes to a machine that lacks it.
//!
//! Debian's packages are installed where we may: as root, with apt-get. Elsewhere the line to type is the failure.

use std::path::PathBuf;

use crate::command::{cargo, find, output, program, run, target};
use crate::steps::Outcome;

/// A program that a task calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Builds the book.
    MdBook,
    /// Builds the fuzzer's targets.
    CargoFuzz,
    /// Runs the conformance programs, and reads compressed answers.
    Python,
    /// Fills in the forms of an example: Chromium, and what steers it.
    Browser,
    /// Reads compressed answers, and HTTP/2, as anybody's client does.
    Curl,
    /// Shakes hands over TLS as anybody's client does.
    OpenSsl,
    /// Asks for much over HTTP/2.
    H2load,
    /// Asks for much over HTTP/1.1.
    Wrk,
    /// Reads the metrics: Prometheus, and its checker.
    Prometheus,
    /// Keeps a process on a core.
    Taskset,
    /// Counts instructions and allocations.
    Valgrind,
    /// Counts system calls.
    Strace,
    /// Takes what only debuggers read out of a program.
    Strip,
    /// A server to compare ours with.
    Nginx,
    /// Clients of others' making for WebSockets: npm's `ws` and Python's `websockets`.
    WebSocketClients,
    /// What replicas share.
    Redis,
}

/// Makes sure that `tools` can be called, and installs what is missing.
///
/// # Errors
///
/// What could not be installed, with the line to type.
pub(crate) fn tools(tools: &[Tool]) -> Outcome {
    for tool in tools {
        match tool {
            Tool::MdBook => mdbook().map(drop)?,
            Tool::CargoFuzz => cargo_fuzz().map(drop)?,
            Tool::Python => debian("python3", "python3")?,
            Tool::Browser => debian("chromedriver", "chromium-driver")?,
            Tool::Curl => debian("curl", "curl")?,
            Tool::OpenSsl => debian("openssl", "openssl")?,
            Tool::Wrk => debian("wrk", "wrk")?,
            Tool::H2load => debian("h2load", "nghttp2-client")?,
            Tool::Prometheus => debian("promtool", "prometheus")?,
            Tool::Taskset => debian("taskset", "util-linux")?,
            Tool::Valgrind => debian("valgrind", "valgrind")?,
            Tool::Strace => debian("strace", "strace")?,
            Tool::Strip => debian("strip", "binutils")?,
            Tool::Nginx => debian("nginx", "nginx-light")?,
            Tool::WebSocketClients => websocket_clients()?,
            Tool::Redis => debian("redis-server", "redis-server")?,
        }
    }
    Ok(())
}

/// Makes sure that rustfmt and clippy are there.
///
/// # Errors
///
/// Where a component is missing and rustup cannot add it.
pub(crate) fn components() -> Outcome {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if output(&mut cargo(&[command, "--version"])).is_err() {
            run(&mut program("rustup", &["component", "add", component]))?;
        }
    }
    Ok(())
}

/// The mdBook to call: one of the right series from `PATH`, or our own beside the build, installed on first use.
///
/// # Errors
///
/// Where it cannot be installed.
pub(crate) fn mdbook() -> Result<PathBuf, String> {
    installed(&MDBOOK)
}

/// The cargo-fuzz to call, found or installed in the same way.
///
/// # Errors
///
/// Where it cannot be installed.
pub(crate) fn cargo_fuzz() -> Result<PathBuf, String> {
    installed(&CARGO_FUZZ)
}

/// The clients of others' making, each of a fixed version, in folders of their own beside the build.
const NPM_WS: &str = "8.23.0";
const PYPI_WEBSOCKETS: &str = "17.4";

fn websocket_clients() -> Outcome {
    debian("node", "nodejs")?;
    debian("npm", "npm")?;
    debian("python3", "python3")?;
    let node = target().join("tools").join("node");
    if !node.join("node_modules").join("ws").is_dir() {
        std::fs::create_dir_all(&node).map_err(|error| format!("{}: {error}", node.display()))?;
        let mut install = program("npm", &["install", "--silent", "--no-fund", "--no-audit", "--prefix"]);
        run(install.arg(&node).arg(format!("ws@{NPM_WS}")))?;
    }
    let python = target().join("tools").join("python");
    let pip = python.join("bin").join("pip");
    if !pip.is_file() {
        // The module makes environments with pip; Debian's Python has it in a package of its own.
        if output(&mut program("python3", &["-c", "import ensurepip, venv"])).is_err() {
            install_package("python3 with venv", "python3-venv")?;
        }
        run(program("python3", &["-m", "venv"]).arg(&python))?;
    }
    if !python.join("bin").join("websockets").is_file() {
        let wanted = format!("websockets=={PYPI_WEBSOCKETS}");
        run(&mut program(&pip, &["install", "--quiet", "--disable-pip-version-check", &wanted]))?;
    }
    Ok(())
}

/// A program that cargo installs.
struct Crate {
    name: &'static str,
    /// The version that is installed.
    version: &'static str,
    /// How the line begins that any version prints of itself which will do as well.
    series: &'static str,
    /// How it is asked for that line.
    says_version: &'static [&'static str],
    /// What cargo is told beside.
    arguments: &'static [&'static str],
}

/// Without optimisation and without its own server: a book of this size needs neither, and it builds in half the time.
const MDBOOK: Crate = Crate {
    name: "mdbook",
    version: "0.5.4",
    series: "mdbook v0.5.",
    says_version: &["--version"],
    arguments: &["--no-default-features", "--features", "search"],
};

const CARGO_FUZZ: Crate = Crate {
    name: "cargo-fuzz",
    version: "0.13.2",
    series: "cargo-fuzz 0.13.",
    says_version: &["fuzz", "--version"],
    arguments: &[],
};

fn installed(wanted: &Crate) -> Result<PathBuf, String> {
    let folder = target().join("tools");
    let own = folder.join("bin").join(wanted.name);
    for path in find(wanted.name).into_iter().chain([own.clone()]) {
        let version =
            if path.is_file() { output(&mut program(&path, wanted.says_version)) } else { continue };
        if version.is_ok_and(|version| version.starts_with(wanted.series)) {
            return Ok(path);
        }
    }
    let mut install = cargo(&["install", "--quiet", "--locked", "--debug"]);
    install.args(wanted.arguments).args(["--version", wanted.version, wanted.name, "--root"]).arg(&folder);
    install.env("CARGO_TARGET_DIR", folder.join("build"));
    run(&mut install)?;
    Ok(own)
}

/// Makes sure that `name` can be called, which Debian's `package` brings.
fn debian(name: &str, package: &str) -> Outcome {
    if find(name).is_some() { Ok(()) } else { install_package(name, package) }
}

/// Installs Debian's `package`, which brings `name`.
fn install_package(name: &str, package: &str) -> Outcome {
    if find("apt-get").is_none() {
        return Err(format!(
            "{name} is missing: install it (Debian's package is {package}), then run this again"
        ));
    }
    let root = find("id").is_some() && output(&mut program("id", &["-u"])).is_ok_and(|id| id.trim() == "0");
    if !root {
        return Err(format!(
            "{name} is missing: type `sudo apt-get install -y --no-install-recommends {package}`, then run this again"
        ));
    }
    run(&mut program("apt-get", &["update", "-q"]))?;
    let mut install = program("apt-get", &["install", "-q", "-y", "--no-install-recommends", package]);
    run(install.env("DEBIAN_FRONTEND", "noninteractive"))
}
