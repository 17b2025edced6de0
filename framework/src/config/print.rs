//! The text of `--print-config` and `--check-config`.

use std::fmt;

use super::errors::{Place, Source};
use super::settings::Settings;
use super::sources::{Loaded, Origin};
use super::table::{SETTINGS, Setting};

/// Every setting with its value and where that comes from, as YAML that `--config` would read; shown as the text of
/// `--print-config`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PrintedConfig<'a>(pub(crate) &'a Loaded);

impl fmt::Display for PrintedConfig<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Loaded { settings, section, origins, .. } = self.0;
        let defaults = Settings::default();
        let mut lines = Vec::new();
        let mut begun = None;
        for (setting, origin) in SETTINGS.iter().zip(origins) {
            // Beside `listen` neither is looked at, and a file that has them is refused.
            if !settings.listen.is_empty() && matches!(setting.name, "host" | "port") {
                continue;
            }
            let of = setting.in_section().map(|(section, _)| section);
            if let Some(of) = of
                && begun != Some(of)
            {
                lines.push((format!("{of}:"), String::new()));
            }
            begun = of;
            let value = setting.value.show(settings);
            let from = match origin {
                Origin::Read(place) => from(place),
                Origin::Program | Origin::Refused if value == setting.value.show(&defaults) => {
                    "default".to_owned()
                }
                Origin::Program | Origin::Refused => "program".to_owned(),
            };
            lines.push((line(setting, &value), from));
        }
        section.print(&mut lines);
        let width = lines.iter().map(|(line, _)| line.chars().count()).filter(|width| *width <= WIDEST).max();
        let width = width.unwrap_or(0);
        for (line, from) in lines {
            if from.is_empty() {
                writeln!(f, "{line}")?;
            } else {
                writeln!(f, "{line:width$}  # {from}")?;
            }
        }
        Ok(())
    }
}

/// A longer line has its comment where it ends.
const WIDEST: usize = 60;

fn line(setting: &Setting, value: &str) -> String {
    // An IPv6 address would be taken for something else.
    let quoted = if !value.starts_with([':', '[', '@', '*', '"']) && !value.contains(['#', '\\']) {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    };
    match setting.in_section() {
        Some((_, key)) => format!("  {key}: {quoted}"),
        None => format!("{}: {quoted}", setting.name),
    }
}

/// Where a value comes from, in few words: the place in a file, the variable, or the option.
pub(super) fn from(place: &Place) -> String {
    match &place.source {
        Source::File(spot) => spot.to_string(),
        Source::Program => "program".to_owned(),
        Source::Environment | Source::CommandLine => crate::log::Escaped(&place.name).to_string(),
    }
}

/// That all settings are good, and which file they were read from; shown as the text of `--check-config`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CheckedConfig<'a>(pub(crate) &'a Loaded);

impl fmt::Display for CheckedConfig<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.section.name() {
            Some(name) => writeln!(f, "every setting is good ({})", crate::log::Escaped(name)),
            None => writeln!(f, "every setting is good (no file)"),
        }
    }
}
