//! How many files the system lets this process open, and what that leaves for connections.

use super::settings::Settings;

/// The limit on open files, RLIMIT_NOFILE, that is in force; `None` where there is none or it cannot be told.
pub(crate) fn file_limit() -> Option<u64> {
    // Linux tells it in a file; elsewhere a system call would, which safe code has not.
    parse_file_limit(&std::fs::read_to_string("/proc/self/limits").ok()?)
}

/// How many connections may be open: `max_connections`, or what the limit on files leaves for them.
///
/// Says so where that is less: in a warning where somebody asked for more than the default.
pub(crate) fn effective_max_connections(settings: &Settings, file_limit: Option<u64>) -> usize {
    let wanted = settings.max_connections;
    let Some(limit) = file_limit else { return wanted };
    let left = usize::try_from(for_connections(limit, settings.workers)).unwrap_or(usize::MAX);
    if left < wanted {
        let enough = enough_for(wanted, settings.workers);
        let told = format!(
            "only {left} connections may be open at once, as RLIMIT_NOFILE is {limit}; raise it with `ulimit -n {enough}`"
        );
        if wanted == Settings::default().max_connections {
            tracing::info!(max_connections = wanted, "{told}");
        } else {
            tracing::warn!(max_connections = wanted, "{told}");
        }
    }
    left.min(wanted)
}

/// Files that a worker needs for itself: its listener, its epoll instance, its waker, and one to spare.
const PER_WORKER: u64 = 4;
/// Files kept free for the application's own: an eighth of all, within these bounds.
const LEAST_KEPT: u64 = 32;
const MOST_KEPT: u64 = 1024;

/// What a limit on files leaves for connections; one at least, as a server of none is of no use.
fn for_connections(limit: u64, workers: usize) -> u64 {
    let kept = (limit / 8).clamp(LEAST_KEPT, MOST_KEPT);
    limit.saturating_sub(kept).saturating_sub(for_workers(workers)).max(1)
}

/// The limit on files that is enough for `connections`.
fn enough_for(connections: usize, workers: usize) -> u64 {
    let connections = u64::try_from(connections).unwrap_or(u64::MAX);
    connections.saturating_add(MOST_KEPT).saturating_add(for_workers(workers))
}

fn for_workers(workers: usize) -> u64 {
    u64::try_from(workers).unwrap_or(u64::MAX).saturating_mul(PER_WORKER)
}

/// Finds the soft limit in the text of `/proc/self/limits`.
fn parse_file_limit(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_soft_limit() {
        let of = |row: &str| {
            parse_file_limit(&format!("Limit  Soft Limit  Hard Limit  Units\n{row}\nMax locked memory 1 1 b"))
        };
        assert_eq!(
            of("Max open files            1024                 1048576              files     "),
            Some(1024)
        );
        assert_eq!(
            of("Max open files            unlimited            unlimited            files     "),
            None
        );
        assert_eq!(of("Max open files"), None);
        assert_eq!(parse_file_limit(""), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn finds_the_limit_of_this_process() {
        let shell = std::process::Command::new("sh").args(["-c", "ulimit -n"]).output().expect("a shell");
        let expected = String::from_utf8_lossy(&shell.stdout).trim().parse().ok();
        assert_eq!(file_limit(), expected);
    }

    #[test]
    fn leaves_files_for_the_application_and_the_workers() {
        let settings = Settings { workers: 2, ..Settings::default() };
        let rows = [
            (None, 25_000),
            (Some(1_048_576), 25_000),
            (Some(26_032), 25_000),
            (Some(26_031), 24_999),
            (Some(1024), 888),
            (Some(64), 24),
            (Some(41), 1),
            (Some(40), 1),
            (Some(0), 1),
        ];
        for (limit, expected) in rows {
            assert_eq!(effective_max_connections(&settings, limit), expected, "{limit:?}");
        }
    }

    #[test]
    fn the_limit_that_the_warning_names_is_enough() {
        for workers in [1, 2, 64] {
            for max_connections in [1, 100, 25_000, 1_000_000] {
                let settings = Settings { workers, max_connections, ..Settings::default() };
                let limit = enough_for(max_connections, workers);
                assert_eq!(effective_max_connections(&settings, Some(limit)), max_connections);
            }
        }
    }
}
