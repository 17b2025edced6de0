//! The processor's time of commands, as Linux tells it: proc(5), `/proc/self/stat`.

use std::fs;

use crate::steps::Outcome;

/// How many of the file's units are a second: `USER_HZ`, which is 100 on all that Rust builds for.
const TICKS_PER_SECOND: f64 = 100.0;

/// The seconds, in user code and in the kernel, of the commands that `run` starts and waits for.
///
/// # Errors
///
/// That of `run`, or where the time cannot be read.
pub(in crate::bench) fn seconds(run: impl FnOnce() -> Outcome) -> Result<f64, String> {
    let before = ticks_of_children()?;
    run()?;
    Ok((ticks_of_children()? - before) / TICKS_PER_SECOND)
}

fn ticks_of_children() -> Result<f64, String> {
    let stat = fs::read_to_string("/proc/self/stat");
    let stat = stat.map_err(|error| format!("/proc/self/stat, which only Linux has: {error}"))?;
    sum_of_children(&stat).ok_or_else(|| format!("/proc/self/stat is not as proc(5) says: {stat}"))
}

/// `cutime` and `cstime`, the fields 16 and 17; the second, a name in parentheses, may have spaces.
fn sum_of_children(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(13);
    Some(fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_the_times_of_the_children() {
        let stat = "42 (a b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 130 25 20 0 1\n";
        assert_eq!(sum_of_children(stat), Some(155.0));
        assert_eq!(sum_of_children("42 (x) S 1"), None);
    }
}
