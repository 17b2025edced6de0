//! What is asked of the servers.

/// A kind of load.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// As in the data, and on the command line.
    pub(crate) name: &'static str,
    /// As in the tables.
    pub(crate) label: &'static str,
    /// What the driver asks for.
    pub(crate) request: &'static str,
    pub(crate) connections: u32,
    pub(crate) pipeline: u32,
}

const fn scenario(name: &'static str, label: &'static str, request: &'static str) -> Scenario {
    Scenario { name, label, request, connections: 64, pipeline: 1 }
}

/// Those whose rate is measured.
pub(crate) const RATED: [Scenario; 10] = [
    PLAINTEXT,
    Scenario { connections: 256, ..scenario("plaintext256", "256 connections", "plaintext") },
    PIPELINED,
    scenario("json", "JSON", "json"),
    scenario("parameter", "parameter", "parameter"),
    scenario("browser", "browser's head", "browser"),
    scenario("echo", "echo 1 KiB", "echo"),
    CLOSE,
    Scenario { connections: 8, ..scenario("download", "download 1 MiB", "download") },
    Scenario { connections: 8, ..scenario("upload", "upload 1 MiB", "upload") },
];

/// Those that instructions and allocations are counted for; the last are for ours alone.
pub(crate) const COUNTED: [Scenario; 9] = [
    PLAINTEXT,
    PIPELINED,
    scenario("browser", "browser's head", "browser"),
    scenario("parameter", "parameter", "parameter"),
    scenario("json", "JSON", "json"),
    scenario("echo", "echo 1 KiB", "echo"),
    CLOSE,
    scenario("middleware1", "one empty middleware", "middleware1"),
    scenario("middleware4", "four empty middlewares", "middleware4"),
];

/// Those of files.
pub(crate) const FILES: [Scenario; 4] = [
    scenario("file-small", "1 KiB", "file-small"),
    Scenario { connections: 4, ..scenario("file-large", "100 MiB", "file-large") },
    scenario("file-range", "1 KiB of 100 MiB", "file-range"),
    scenario("file-unchanged", "304 Not Modified", "file-unchanged"),
];

/// Those that system calls are counted for.
pub(crate) const TRACED: [Scenario; 3] = [PLAINTEXT, PIPELINED, CLOSE];

pub(crate) const PLAINTEXT: Scenario = scenario("plaintext", "64 connections", "plaintext");
const PIPELINED: Scenario = Scenario { pipeline: 16, ..scenario("pipelined", "pipelined 16", "plaintext") };
const CLOSE: Scenario = scenario("close", "close after each", "close");
