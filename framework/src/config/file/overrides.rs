//! What the environment and the command line say about the application's section:
//! `SERVER_APP__DATABASE__URL=…` and `--app.database.url …` are its `database: {url: …}`.

use std::ffi::OsStr;

use super::node::{Entry, Kind, Node};
use super::typed::place_of;
use crate::config::errors::{ConfigError, Place, Source};
use crate::config::table::ENVIRONMENT_PREFIX;

/// What stands before a key of the section in the environment, behind `SERVER_`; the levels have `__` between them.
const VARIABLE_PREFIX: &str = "APP__";
/// What stands before a key of the section on the command line; the levels have `.` between them.
const OPTION_PREFIX: &str = "--app.";

/// Whether a variable is of the section.
pub(super) fn is_variable(name: &str) -> bool {
    name.strip_prefix(ENVIRONMENT_PREFIX).is_some_and(|name| name.starts_with(VARIABLE_PREFIX))
}

/// Whether an option is of the section.
pub(super) fn is_option(name: &str) -> bool {
    name.starts_with(OPTION_PREFIX)
}

/// The variable that sets the value at this path.
pub(super) fn variable_name(path: &[String]) -> String {
    let path: Vec<_> = path.iter().map(|key| plain(key).to_uppercase()).collect();
    format!("{ENVIRONMENT_PREFIX}{VARIABLE_PREFIX}{}", path.join("__"))
}

/// A key as the environment has it, but in lower case: that is how keys of different sources are compared.
pub(super) fn plain(key: &str) -> String {
    key.to_lowercase().replace('-', "_")
}

/// Lays a value of the environment or the command line over the section.
///
/// # Errors
///
/// Where the name has an empty level, the value is no text, or a level above it is no mapping.
pub(super) fn lay(root: &mut Node, place: &Place, value: &OsStr) -> Result<(), Box<ConfigError>> {
    let amiss = |text: &str| Box::new(ConfigError::Amiss { place: place.clone(), text: text.to_owned() });
    let Some(text) = value.to_str() else { return Err(amiss("its value is not UTF-8")) };
    let path = path_of(place).ok_or_else(|| amiss("names no key; a level between two others is empty"))?;
    let mut node = root;
    let mut above = Vec::new();
    for key in path {
        above.push(key.clone());
        if node.is_null() {
            node.kind = Kind::Mapping(Vec::new());
        }
        let Kind::Mapping(entries) = &mut node.kind else {
            above.pop();
            let owner = place_of(&above, node.source.clone());
            return Err(amiss(&format!("{owner} is no mapping, and has no keys to set")));
        };
        let known = entries.iter().position(|entry| plain(&entry.key) == key);
        let index = known.unwrap_or(entries.len());
        if known.is_none() {
            let value = Node { source: place.source.clone(), kind: Kind::Mapping(Vec::new()) };
            entries.push(Entry { key, place: place.clone(), value });
        }
        let Some(entry) = entries.get_mut(index) else { return Ok(()) };
        node = &mut entry.value;
        if known.is_none() || !matches!(node.kind, Kind::Mapping(_)) {
            entry.place = place.clone();
        }
    }
    let kind = Kind::Scalar { text: text.to_owned(), plain: true };
    *node = Node { source: place.source.clone(), kind };
    Ok(())
}

fn path_of(place: &Place) -> Option<Vec<String>> {
    let path: Vec<_> = match place.source {
        Source::CommandLine => place.name.strip_prefix(OPTION_PREFIX)?.split('.').map(plain).collect(),
        Source::Environment => {
            let name = place.name.strip_prefix(ENVIRONMENT_PREFIX)?.strip_prefix(VARIABLE_PREFIX)?;
            name.split("__").map(plain).collect()
        }
        Source::Program | Source::File(_) => return None,
    };
    path.iter().all(|key| !key.is_empty()).then_some(path)
}
