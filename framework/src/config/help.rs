//! The text of `--help`, out of the table.

use std::fmt;

use super::file;
use super::settings::Settings;
use super::table::{SETTINGS, Setting};

/// Every option, with its default and its name in the environment; shown as the text of `--help`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Help<'a> {
    /// The program's name, as the user calls it.
    pub(crate) program: &'a str,
    /// What the program sets itself: the defaults of its users.
    pub(crate) settings: &'a Settings,
}

impl fmt::Display for Help<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Usage: {} [--setting VALUE]... [-- APPLICATION'S OWN]", self.program)?;
        f.write_str(WORDS)?;
        let options = SETTINGS.iter().map(|setting| (setting, option(setting)));
        let options: Vec<_> = options.collect();
        let width = options.iter().map(|(_, option)| option.len()).max().unwrap_or(0);
        let mut section = "";
        for (setting, option) in &options {
            if setting.section != section {
                section = setting.section;
                writeln!(f, "\n{section}")?;
            }
            writeln!(f, "  {option:width$}  {}", setting.help)?;
            let default = default(setting, self.settings);
            writeln!(f, "  {:width$}  default {default}, {}", "", setting.environment_name())?;
        }
        if !file::OPTIONS.is_empty() {
            writeln!(f, "\nFiles")?;
        }
        for option in file::OPTIONS {
            let name = format!("{} {}", option.name, option.placeholder);
            writeln!(f, "  {name:width$}  {}", option.help)?;
            writeln!(f, "  {:width$}  {}", "", option.variable)?;
        }
        writeln!(f, "\nInstead of serving")?;
        for (option, help) in INSTEAD {
            writeln!(f, "  {option:width$}  {help}")?;
        }
        Ok(())
    }
}

/// What all settings have in common.
const WORDS: &str = "
Each setting may stand in the environment as well, under the name beside it;
the command line wins. PORT alone sets the port, and the host to 0.0.0.0.
DURATION is 500ms, 75s, 2m or 1h; SIZE is 100B, 16KiB, 2MiB or 10MB;
RATE is a size a second, as 240B/s.
";

const INSTEAD: [(&str, &str); 5] = [
    ("--check-config", "says whether all settings are good"),
    ("--print-config", "prints each setting and where it comes from"),
    ("--routes", "prints the routes: method, pattern, handler, file"),
    ("--version, -V", "prints the version"),
    ("--help, -h", "prints this"),
];

fn option(setting: &Setting) -> String {
    format!("{} {}", setting.option_name(), setting.value.placeholder())
}

/// The default's own words where the program leaves it, as a number of cores says less.
fn default(setting: &Setting, settings: &Settings) -> String {
    let shown = setting.value.show(settings);
    if shown == setting.value.show(&Settings::default()) { setting.default.to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_every_setting_with_its_default_and_its_variable() {
        let help = Help { program: "hello", settings: &Settings::default() }.to_string();
        for setting in SETTINGS {
            let line = help.lines().position(|line| line.trim_start().starts_with(&option(setting)));
            let line = line.expect(setting.name);
            assert!(help.lines().nth(line).is_some_and(|line| line.ends_with(setting.help)));
            let below = help.lines().nth(line + 1).map(str::trim_start);
            let expected = format!("default {}, {}", setting.default, setting.environment_name());
            assert_eq!(below, Some(expected.as_str()));
        }
    }

    #[test]
    fn tells_the_programs_own_value_as_the_default() {
        let settings = Settings { port: 3000, ..Settings::default() };
        let help = Help { program: "hello", settings: &settings }.to_string();
        assert!(help.contains("default 3000, SERVER_PORT\n") && !help.contains("default 8080"), "{help}");
    }

    #[test]
    fn fits_a_terminal_and_begins_with_the_usage() {
        let help = Help { program: "hello", settings: &Settings::default() }.to_string();
        assert!(help.starts_with("Usage: hello "), "{help}");
        for line in help.lines() {
            assert!(line.chars().count() <= 110 && line.trim_end() == line, "{line:?}");
        }
    }
}
