//! What the figures were taken on, and of which versions.

use std::fs;

use crate::bench::parts::{LATENCY, RATES};
use crate::bench::run::Bench;
use crate::bench::servers::{SERVERS, workspace};
use crate::command::{find, program};
use crate::steps::Outcome;

/// Crates whose version is told beside the servers' own.
const BENEATH: [&str; 6] = ["tokio", "httparse", "serde_json", "hyper-util", "may", "rustls"];

/// Adds the facts of the machine, the tools and the servers.
///
/// # Errors
///
/// Where the servers' lock file cannot be read.
pub(crate) fn describe(bench: &mut Bench) -> Outcome {
    let cpu = first_line("/proc/cpuinfo", |line| {
        line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name)
    });
    let system = first_line("/etc/os-release", |line| {
        line.strip_prefix("PRETTY_NAME=").map(|name| name.trim_matches('"'))
    });
    let kind = if bench.options.quick { "quick: it shows that all runs, not how fast" } else { "full" };
    if bench.options.parts.iter().any(|part| part.is_timed) {
        bench.data.set_fact("run", kind);
    }
    let (rounds, seconds) = (bench.options.rounds, bench.options.seconds);
    let facts = [
        ("redone by", bench.options.line.clone()),
        ("machine", format!("{cpu}, {} cores; the server on one, the driver on another", bench.cores)),
        (
            "system",
            format!("{system}, Linux {}", first_line("/proc/sys/kernel/osrelease", |line| Some(line))),
        ),
        (
            "compiler",
            format!("{}; release, fat LTO, one codegen unit, the system's allocator", said("rustc", &["-V"])),
        ),
        ("counted by", format!("{}, {}", said("valgrind", &["--version"]), said("strace", &["-V"]))),
        ("versions", versions(bench)?),
    ];
    if bench.wants(&RATES) || bench.wants(&LATENCY) {
        bench.data.set_fact("rounds", &format!("{rounds} of {seconds} s"));
    }
    for (name, text) in facts {
        bench.data.set_fact(name, &text);
    }
    Ok(())
}

/// When a part begins, of which commit, and what else the machine does then.
pub(crate) fn now() -> String {
    let date = said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]);
    let commit = said("git", &["rev-parse", "--short=12", "HEAD"]);
    // The report changes while it is written.
    let status = ["status", "--porcelain", "--untracked-files=no", "--", ".", ":!benches/report"];
    let changed = if said("git", &status).is_empty() { "" } else { " and changes" };
    let load = first_line("/proc/loadavg", |line| line.split(' ').next());
    format!("{date}, commit {commit}{changed}, load {load} when it began")
}

fn versions(bench: &Bench) -> Result<String, String> {
    let path = workspace().join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let servers = SERVERS.iter().filter(|server| {
        bench.options.keeps || bench.options.servers.iter().any(|chosen| chosen.name == server.name)
    });
    let names = servers.map(|server| match server.name {
        "ours" => "fingerpost".to_owned(),
        name => name.replace("may-", "may_"),
    });
    let names = names.chain(BENEATH.map(str::to_owned));
    let mut versions: Vec<_> =
        names.filter_map(|name| Some(format!("{name} {}", version(&lock, &name)?))).collect();
    if let Some(nginx) = find("nginx") {
        let output = program(nginx, &["-v"]).output();
        let text =
            output.map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).unwrap_or_default();
        versions.push(text.trim().trim_start_matches("nginx version: ").replace('/', " "));
    }
    Ok(versions.join(", "))
}

/// The version of the first package of this name in a lock file.
fn version<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("\nname = \"{name}\"\nversion = \""))?;
    rest.split('"').next()
}

fn first_line(path: &str, find: impl Fn(&str) -> Option<&str>) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().find_map(find).unwrap_or("unknown").to_owned()
}

/// The first line that a program prints; a fact that is not to be had keeps nothing from being measured.
fn said(name: &str, arguments: &[&str]) -> String {
    let output = program(name, arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_version_of_this_very_name() {
        let lock = "[[package]]\nname = \"axum-core\"\nversion = \"0.5.6\"\n\n[[package]]\nname = \"axum\"\nversion = \"0.8.9\"\n";
        assert_eq!((version(lock, "axum"), version(lock, "axu")), (Some("0.8.9"), None));
    }
}
