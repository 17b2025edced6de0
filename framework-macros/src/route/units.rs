//! Sizes and times as options write them: a whole number and a unit, as in `"100MiB"` and `"5s"`.

use crate::nearest::nearest;

/// What one of each unit is, in bytes.
const SIZES: &[(&str, u64)] = &[
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
];

/// What one of each unit is, in milliseconds.
const TIMES: &[(&str, u64)] = &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

/// Other spellings of the same units, so that the message can name the right one.
const HABITS: &[(&str, &str)] = &[
    ("k", "KiB"),
    ("m", "MiB"),
    ("g", "GiB"),
    ("byte", "B"),
    ("bytes", "B"),
    ("msec", "ms"),
    ("millis", "ms"),
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("hr", "h"),
    ("hour", "h"),
    ("hours", "h"),
];

/// A size in bytes.
///
/// # Errors
///
/// A sentence with a right spelling in it.
pub(super) fn parse_size(text: &str) -> Result<u64, String> {
    parse(text, SIZES, "a size", "MiB")
}

/// A time in milliseconds; never zero.
///
/// # Errors
///
/// A sentence with a right spelling in it.
pub(super) fn parse_time(text: &str) -> Result<u64, String> {
    match parse(text, TIMES, "a time", "s")? {
        0 => Err(format!("`{text:?}` would end every request at once: write `\"30s\"`, say")),
        millis => Ok(millis),
    }
}

fn parse(text: &str, units: &[(&str, u64)], what: &str, usual: &str) -> Result<u64, String> {
    let digits_end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(digits_end);
    let names = units.iter().map(|&(name, _)| name);
    let list = names.clone().collect::<Vec<_>>().join(", ");
    if digits.is_empty() || unit.starts_with(['.', ',', '_']) {
        return Err(format!(
            "`{text:?}` is not {what}: write a whole number and a unit ({list}), as in `\"10{usual}\"`"
        ));
    }
    if unit.is_empty() {
        return Err(format!("`{text:?}` has no unit ({list}): write `\"{digits}{usual}\"`"));
    }
    let Some(&(_, factor)) = units.iter().find(|&&(name, _)| name == unit) else {
        let trimmed = unit.trim();
        let habit = HABITS.iter().find(|(spelling, name)| {
            trimmed.eq_ignore_ascii_case(spelling) && units.iter().any(|(unit, _)| unit == name)
        });
        let meant = habit.map(|&(_, name)| name).or_else(|| nearest(trimmed, names)).unwrap_or(usual);
        if trimmed == meant {
            return Err(format!(
                "`{text:?}`: a unit follows its number at once: write `\"{digits}{meant}\"`"
            ));
        }
        return Err(format!(
            "`{text:?}`: the unit `{trimmed}` is none of {list}: write `\"{digits}{meant}\"`"
        ));
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| format!("`{text:?}` is more than 64 bits hold: write a smaller number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_unit() {
        for (text, bytes) in
            [("0B", 0), ("7B", 7), ("2KiB", 2048), ("100MiB", 104_857_600), ("1GiB", 1 << 30), ("3KB", 3000)]
        {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        assert_eq!(parse_size("5MB"), Ok(5_000_000));
        assert_eq!(parse_size("5GB"), Ok(5_000_000_000));
        for (text, millis) in [("250ms", 250), ("5s", 5_000), ("2m", 120_000), ("1h", 3_600_000)] {
            assert_eq!(parse_time(text), Ok(millis), "{text}");
        }
    }

    #[test]
    fn names_a_right_spelling() {
        for (text, right) in [
            ("100", "\"100MiB\""),
            ("", "\"10MiB\""),
            ("MiB", "\"10MiB\""),
            ("1.5MiB", "\"10MiB\""),
            ("100mib", "\"100MiB\""),
            ("100mb", "\"100MB\""),
            ("100 MiB", "\"100MiB\""),
            ("100M", "\"100MiB\""),
            ("100parsecs", "\"100MiB\""),
            ("18446744073709551616B", "a smaller number"),
            ("18446744073709551615KiB", "a smaller number"),
        ] {
            let message = parse_size(text).expect_err(text);
            assert!(message.ends_with(&format!("write {right}")) || message.contains(right), "{message}");
        }
        for (text, right) in
            [("5", "\"5s\""), ("5sec", "\"5s\""), ("5min", "\"5m\""), ("5S", "\"5s\""), ("0s", "\"30s\"")]
        {
            let message = parse_time(text).expect_err(text);
            assert!(message.contains(right), "{message}");
        }
    }
}
