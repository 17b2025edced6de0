//! Durations, sizes and rates as people write them: `75s`, `2MiB`, `240B/s`.
//!
//! ```text
//! duration = 1*DIGIT ( "ms" / "s" / "m" / "h" ) / zero
//! size     = 1*DIGIT ( "B" / "KB" / "MB" / "GB" / "KiB" / "MiB" / "GiB" ) / zero
//! rate     = size "/s" / zero
//! zero     = 1*"0"
//! ```
//!
//! Units are case-sensitive, and there are no fractions, signs or spaces; what nearly fits is answered with what was
//! probably meant. `#[route]` reads `timeout` and `body_limit` by the same grammar.

use std::time::Duration;

/// Why a text is no duration, size or rate; at most it knows what was probably meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct UnitError {
    /// A text that would be understood.
    pub(super) nearest: Option<String>,
}

/// Reads a duration such as `75s`.
///
/// # Errors
///
/// [`UnitError`] where the text does not follow the grammar or does not fit 64 bits of milliseconds.
pub(super) fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    parse(text, &DURATION_UNITS).map(Duration::from_millis)
}

/// Reads a size in bytes such as `2MiB`.
///
/// # Errors
///
/// [`UnitError`] where the text does not follow the grammar or does not fit 64 bits.
pub(super) fn parse_size(text: &str) -> Result<u64, UnitError> {
    parse(text, &SIZE_UNITS)
}

/// Reads a rate in bytes per second such as `240B/s`.
///
/// # Errors
///
/// [`UnitError`] where the text does not follow the grammar or does not fit 64 bits.
pub(super) fn parse_rate(text: &str) -> Result<u64, UnitError> {
    let per_second = |error: UnitError| UnitError { nearest: error.nearest.map(|size| size + "/s") };
    match text.strip_suffix("/s") {
        Some(size) if !is_zero(size) => parse_size(size).map_err(per_second),
        None if is_zero(text) => Ok(0),
        Some(size) => Err(UnitError { nearest: Some(format!("{size}B/s")) }),
        None => match parse_size(text) {
            Ok(_) => Err(UnitError { nearest: Some(format!("{text}/s")) }),
            Err(error) => Err(per_second(error)),
        },
    }
}

/// Writes a duration in the largest unit that loses nothing; [`parse_duration`] reads it if it is whole milliseconds.
pub(crate) fn write_duration(duration: Duration) -> String {
    match u64::try_from(duration.as_millis()) {
        Ok(0) if duration.is_zero() => "0s".to_owned(),
        Ok(millis) if duration == Duration::from_millis(millis) => write(millis, &DURATION_UNITS),
        Ok(_) | Err(_) => format!("{duration:?}"),
    }
}

/// Writes a size in the largest unit that loses nothing, binary before decimal ones.
pub(crate) fn write_size(bytes: u64) -> String {
    if bytes == 0 { "0B".to_owned() } else { write(bytes, &SIZE_UNITS) }
}

/// Writes a rate in bytes per second as [`write_size`] does, with `/s`.
pub(super) fn write_rate(bytes: u64) -> String {
    write_size(bytes) + "/s"
}

struct Unit {
    name: &'static str,
    /// How many milliseconds or bytes it is.
    factor: u64,
    /// What else people write for it; read without regard to case, and only to say what to write instead.
    aliases: &'static [&'static str],
}

/// The larger first, as [`write`] takes the first that divides; the last is what a number without a unit most
/// probably meant.
const DURATION_UNITS: [Unit; 4] = [
    Unit { name: "h", factor: 3_600_000, aliases: &["hr", "hrs", "hour", "hours"] },
    Unit { name: "m", factor: 60_000, aliases: &["min", "mins", "minute", "minutes"] },
    Unit { name: "s", factor: 1_000, aliases: &["sec", "secs", "second", "seconds"] },
    Unit { name: "ms", factor: 1, aliases: &["msec", "msecs", "millis", "millisecond", "milliseconds"] },
];

const SIZE_UNITS: [Unit; 7] = [
    Unit { name: "GiB", factor: 1 << 30, aliases: &["g", "gi"] },
    Unit { name: "MiB", factor: 1 << 20, aliases: &["m", "mi"] },
    Unit { name: "KiB", factor: 1 << 10, aliases: &["k", "ki"] },
    Unit { name: "GB", factor: 1_000_000_000, aliases: &[] },
    Unit { name: "MB", factor: 1_000_000, aliases: &[] },
    Unit { name: "KB", factor: 1_000, aliases: &[] },
    Unit { name: "B", factor: 1, aliases: &["byte", "bytes"] },
];

fn parse(text: &str, units: &[Unit]) -> Result<u64, UnitError> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    if unit.is_empty() && is_zero(digits) {
        return Ok(0);
    }
    let Ok(number) = digits.parse::<u64>() else { return Err(UnitError::default()) };
    let Some(factor) = units.iter().find(|known| known.name == unit).map(|known| known.factor) else {
        let nearest = probable_unit(unit.trim(), units).map(|known| format!("{number}{}", known.name));
        return Err(UnitError { nearest });
    };
    number.checked_mul(factor).ok_or_else(UnitError::default)
}

fn probable_unit<'a>(written: &str, units: &'a [Unit]) -> Option<&'a Unit> {
    if written.is_empty() {
        // Seconds for durations, bytes for sizes.
        return units.iter().find(|unit| unit.name == "s" || unit.name == "B");
    }
    let is = |name: &str| name.eq_ignore_ascii_case(written);
    units.iter().find(|unit| is(unit.name) || unit.aliases.iter().any(|alias| is(alias)))
}

fn is_zero(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b'0')
}

fn write(number: u64, units: &[Unit]) -> String {
    let whole = units.iter().find(|unit| number.is_multiple_of(unit.factor));
    whole.map_or_else(|| number.to_string(), |unit| format!("{}{}", number / unit.factor, unit.name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_durations() {
        let rows = [
            ("75s", 75_000),
            ("500ms", 500),
            ("2m", 120_000),
            ("1h", 3_600_000),
            ("0", 0),
            ("000", 0),
            ("0s", 0),
            ("007s", 7_000),
            ("18446744073709551615ms", u64::MAX),
        ];
        for (text, millis) in rows {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn reads_sizes() {
        let rows = [
            ("2MiB", 2_097_152),
            ("16KiB", 16_384),
            ("3GiB", 3_221_225_472),
            ("100B", 100),
            ("7KB", 7_000),
            ("10MB", 10_000_000),
            ("1GB", 1_000_000_000),
            ("0", 0),
            ("18446744073709551615B", u64::MAX),
        ];
        for (text, bytes) in rows {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn reads_rates() {
        for (text, bytes) in [("240B/s", 240), ("1KiB/s", 1024), ("0", 0), ("0B/s", 0)] {
            assert_eq!(parse_rate(text), Ok(bytes), "{text}");
        }
    }

    #[track_caller]
    fn check_refusals<T: std::fmt::Debug + PartialEq>(
        parse: fn(&str) -> Result<T, UnitError>,
        rows: &[(&str, Option<&str>)],
    ) {
        for (text, nearest) in rows {
            let expected = Err(UnitError { nearest: nearest.map(str::to_owned) });
            assert_eq!(parse(text), expected, "{text:?}");
            if let Some(nearest) = nearest {
                assert!(parse(nearest).is_ok(), "{nearest} is proposed and must be readable");
            }
        }
    }

    #[test]
    fn refuses_what_is_no_duration_and_says_what_was_probably_meant() {
        check_refusals(
            parse_duration,
            &[
                ("", None),
                ("s", None),
                ("-1s", None),
                ("+1s", None),
                ("1.5s", None),
                ("1m30s", None),
                ("75x", None),
                ("\u{664}s", None),
                ("18446744073709551616ms", None),
                ("18446744073709551615s", None),
                ("75", Some("75s")),
                ("75 s", Some("75s")),
                ("75S", Some("75s")),
                ("75 seconds", Some("75s")),
                ("2min", Some("2m")),
                ("500MS", Some("500ms")),
                (" 1s", None),
            ],
        );
    }

    #[test]
    fn refuses_what_is_no_size_and_says_what_was_probably_meant() {
        check_refusals(
            parse_size,
            &[
                ("", None),
                ("MiB", None),
                ("-1B", None),
                ("2TiB", None),
                ("18446744073709551616B", None),
                ("18446744073709551615KiB", None),
                ("1024", Some("1024B")),
                ("2M", Some("2MiB")),
                ("2mib", Some("2MiB")),
                ("10mb", Some("10MB")),
                ("1kB", Some("1KB")),
                ("5 bytes", Some("5B")),
            ],
        );
    }

    #[test]
    fn refuses_what_is_no_rate_and_says_what_was_probably_meant() {
        check_refusals(
            parse_rate,
            &[
                ("", None),
                ("/s", None),
                ("240B/m", None),
                ("240B", Some("240B/s")),
                ("240", Some("240B/s")),
                ("240/s", Some("240B/s")),
                ("1kb/s", Some("1KB/s")),
                ("0/s", Some("0B/s")),
            ],
        );
    }

    #[test]
    fn writes_the_largest_unit_that_loses_nothing() {
        let durations =
            [(0, "0s"), (75_000, "75s"), (90_000, "90s"), (120_000, "2m"), (86_400_000, "24h"), (1, "1ms")];
        for (millis, text) in durations {
            assert_eq!(write_duration(Duration::from_millis(millis)), text);
        }
        assert_eq!(write_duration(Duration::from_micros(1_500)), "1.5ms");
        assert_eq!(write_duration(Duration::from_nanos(1)), "1ns");
        let sizes = [
            (0, "0B"),
            (100, "100B"),
            (1024, "1KiB"),
            (25_000, "25KB"),
            (2 << 20, "2MiB"),
            (1_024_000, "1000KiB"),
        ];
        for (bytes, text) in sizes {
            assert_eq!(write_size(bytes), text);
        }
        assert_eq!(write_rate(240), "240B/s");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(number: u64, round in 0_u64..100_000) {
            for number in [number, round, round * 1000, round * 60_000, round << 10, round << 20] {
                let duration = Duration::from_millis(number);
                prop_assert_eq!(parse_duration(&write_duration(duration)), Ok(duration));
                prop_assert_eq!(parse_size(&write_size(number)), Ok(number));
                prop_assert_eq!(parse_rate(&write_rate(number)), Ok(number));
            }
        }

        #[test]
        fn no_text_makes_it_panic_and_each_proposal_is_readable(text in "[ 0-9.+-]{0,21}\\PC{0,6}") {
            for result in [parse_duration(&text).map(|_| 0), parse_size(&text), parse_rate(&text)] {
                if let Err(UnitError { nearest: Some(nearest) }) = result {
                    let readable = parse_duration(&nearest).is_ok()
                        || parse_size(&nearest).is_ok()
                        || parse_rate(&nearest).is_ok()
                        // The number alone may be too large for the unit that was meant.
                        || nearest.len() > 12;
                    prop_assert!(readable, "{text:?} -> {nearest:?}");
                }
            }
        }
    }
}
