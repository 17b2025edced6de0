//! The command line: `--name value` and `--name=value`, and the options that print something instead.
//!
//! What follows `--` is the application's and is not looked at.

use std::ffi::{OsStr, OsString};

use super::errors::{ConfigError, Place, Source};
use super::file;
use super::nearest::nearest;
use super::sources::Action;
use super::table::{SETTINGS, find};

/// What a command line says, before any value is read.
#[derive(Debug)]
pub(super) struct CommandLine {
    /// What to do; of several, what prints most about the program wins.
    pub(super) action: Action,
    /// The settings, in the order given: the index of the row, the option as written, and its value.
    pub(super) options: Vec<(usize, Place, OsString)>,
    /// Those that choose a file or are of the application's section, in the order given.
    pub(super) file: Vec<(Place, OsString)>,
    /// What could not be understood.
    pub(super) errors: Vec<ConfigError>,
}

impl CommandLine {
    /// Reads the arguments that follow the program's name.
    pub(super) fn read(arguments: impl Iterator<Item = OsString>) -> Self {
        let mut line =
            Self { action: Action::Serve, options: Vec::new(), file: Vec::new(), errors: Vec::new() };
        let mut arguments = arguments.peekable();
        while let Some(argument) = arguments.next() {
            if argument == "--" {
                break;
            }
            if !argument.as_encoded_bytes().starts_with(b"-") {
                line.errors.push(ConfigError::Stray { word: argument.to_string_lossy().into_owned() });
                continue;
            }
            let (name, attached) = split(&argument);
            let value = |setting: bool| match attached {
                Some(value) => Some(value),
                None if setting => arguments.next_if(|next| !next.as_encoded_bytes().starts_with(b"-")),
                None => None,
            };
            line.option(name, value);
        }
        line
    }

    /// Takes in one option; `value` gives what is attached to it or, for a setting, what follows.
    fn option(&mut self, name: String, value: impl FnOnce(bool) -> Option<OsString>) {
        let place = Place { source: Source::CommandLine, name };
        if let Some(action) = action(&place.name) {
            self.action = self.action.max(action);
            if value(false).is_some() {
                self.errors.push(ConfigError::NeedlessValue { place });
            }
            return;
        }
        if let Some(expected) = expected_for_file(&place.name) {
            match value(true) {
                Some(value) => self.file.push((place, value)),
                None => self.errors.push(ConfigError::MissingValue { place, expected: expected.to_owned() }),
            }
            return;
        }
        let known = SETTINGS.iter().position(|setting| setting.option_name() == place.name);
        // A name that is not known takes its value along, which would be reported as well otherwise.
        match (known, value(true)) {
            (Some(index), Some(value)) => self.options.push((index, place, value)),
            (Some(index), None) => {
                let Some(setting) = SETTINGS.get(index) else { return };
                match setting.value.implied() {
                    Some(value) => self.options.push((index, place, value.into())),
                    None => {
                        let expected = setting.value.to_string();
                        self.errors.push(ConfigError::MissingValue { place, expected });
                    }
                }
            }
            (None, _) => {
                let nearest = nearest_option(&place.name);
                self.errors.push(ConfigError::Unknown { place, nearest });
            }
        }
    }
}

/// The options that are no settings, with what they ask for.
const ACTIONS: [(&str, Action); 7] = [
    ("--help", Action::PrintHelp),
    ("-h", Action::PrintHelp),
    ("--version", Action::PrintVersion),
    ("-V", Action::PrintVersion),
    ("--routes", Action::PrintRoutes),
    ("--check-config", Action::CheckConfig),
    ("--print-config", Action::PrintConfig),
];

/// An option, and a variable, that is no setting but says which file has some.
pub(super) struct FileOption {
    pub(super) name: &'static str,
    pub(super) variable: &'static str,
    /// What `--help` writes in the value's place.
    pub(super) placeholder: &'static str,
    /// What is expected of the value.
    pub(super) expected: &'static str,
    /// What it is, in one line.
    pub(super) help: &'static str,
}

/// What is expected of the value, where the option is one for files and what is in them.
fn expected_for_file(name: &str) -> Option<&'static str> {
    let option = file::OPTIONS.iter().find(|option| option.name == name);
    option
        .map(|option| option.expected)
        .or(file::is_option(name).then_some("a value of the application's own"))
}

fn action(name: &str) -> Option<Action> {
    ACTIONS.iter().find(|(known, _)| *known == name).map(|&(_, action)| action)
}

/// Splits `--name=value` at its first `=`, also where the value is not UTF-8.
fn split(argument: &OsStr) -> (String, Option<OsString>) {
    if let Some(text) = argument.to_str() {
        return match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.into())),
            None => (text.to_owned(), None),
        };
    }
    let lossy = argument.to_string_lossy();
    match lossy.split_once('=') {
        // The value stays as it is only to be refused: where the name was UTF-8, the rest was not.
        Some((name, _)) => (name.to_owned(), Some(argument.to_owned())),
        None => (lossy.into_owned(), None),
    }
}

fn nearest_option(written: &str) -> Option<String> {
    let actions = ACTIONS.iter().filter_map(|(name, _)| name.strip_prefix("--"));
    let options = file::OPTIONS.iter().filter_map(|option| option.name.strip_prefix("--"));
    let names = SETTINGS.iter().map(|setting| setting.name).chain(actions).chain(options);
    let name = nearest(written.trim_start_matches('-'), names)?;
    Some(find(name).map_or_else(|| format!("--{name}"), |(_, setting)| setting.option_name()))
}
