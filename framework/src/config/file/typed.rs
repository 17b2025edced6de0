//! The application's section as a value of its own type.
//!
//! `serde` stops at the first fault. So what is at fault is left out and the rest read again, until all that can be told
//! at once has been: every unknown key, every value of a wrong kind, and of each mapping one key that is missing.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::marker::PhantomData;

use serde_core::de::DeserializeOwned;

use super::deserialize::Typed;
use super::fault::Fault;
use super::node::{Entry, Kind, Node};
use super::overrides::plain;
use super::read::read_text;
use crate::config::errors::{ConfigError, Excerpt, Place, Source};
use crate::config::nearest::nearest;

/// More faults than this are not looked for.
const MOST_FAULTS: usize = 50;

/// Reads the section at `node`. Every fault goes to `errors`; where there is one, there is no value. The paths of what
/// is a [`Secret`](super::Secret) go to `secrets`.
pub(crate) fn read<T: DeserializeOwned>(
    node: &Node,
    errors: &mut Vec<ConfigError>,
    secrets: &mut BTreeSet<Vec<String>>,
) -> Option<T> {
    let reading = Reading::default();
    let mut value = None;
    for _ in 0..MOST_FAULTS {
        match Typed::root(node, &reading).descend(PhantomData::<T>) {
            Ok(read) => {
                value = Some(read);
                break;
            }
            Err(fault) => {
                if !reading.tell(fault) {
                    break;
                }
            }
        }
    }
    secrets.append(&mut reading.secrets.take());
    let faults = reading.errors.into_inner();
    let sound = faults.is_empty();
    errors.extend(faults);
    value.filter(|_| sound)
}

/// What is known of a section that is read, perhaps more than once.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The paths of the values that are at fault, and are passed over.
    left_out: RefCell<BTreeSet<Vec<String>>>,
    secrets: RefCell<BTreeSet<Vec<String>>>,
    errors: RefCell<Vec<ConfigError>>,
}

impl Reading {
    pub(super) fn is_left_out(&self, path: &[String]) -> bool {
        self.left_out.borrow().contains(path)
    }

    /// Takes note that the value at `path` is a secret.
    pub(super) fn hide(&self, path: &[String]) {
        self.secrets.borrow_mut().insert(path.to_vec());
    }

    pub(super) fn is_hidden(&self, path: &[String]) -> bool {
        self.secrets.borrow().contains(path)
    }

    /// Takes a fault in, and says whether reading again may find more.
    fn tell(&self, fault: Fault) -> bool {
        let Fault { text, missing, at } = fault;
        let (path, place) = at.map_or_else(|| (Vec::new(), place_of(&[], Source::Program)), |at| *at);
        let is_told = missing.is_some_and(|key| {
            let mut child = path.clone();
            child.push(key.to_owned());
            self.is_left_out(&child)
        });
        if !is_told {
            self.push(ConfigError::Amiss { place, text });
        }
        !path.is_empty() && self.left_out.borrow_mut().insert(path)
    }

    fn push(&self, error: ConfigError) {
        let mut errors = self.errors.borrow_mut();
        if !errors.contains(&error) {
            errors.push(error);
        }
    }

    /// The entries of a mapping under the names that a struct has for them: those of the environment are in its
    /// spelling, and what ends in `_file` there names a file that has the value.
    ///
    /// A key that the struct has not is a fault, and left out.
    pub(super) fn fields(&self, path: &[String], entries: &[Entry], fields: &[&'static str]) -> Vec<Field> {
        let mut found: Vec<Field> = Vec::new();
        for entry in entries {
            let written = &*entry.key;
            let is_override = !matches!(entry.place.source, Source::File(_));
            let same = |key: &str| fields.iter().find(|field| plain(field) == key);
            let field = if fields.contains(&written) {
                Some(Field::of(written, entry))
            } else if !is_override {
                None
            } else if let Some(name) = same(written) {
                Some(Field::of(name, entry))
            } else {
                let name = written.strip_suffix("_file").and_then(same);
                name.and_then(|name| self.secret(path, name, entry))
            };
            match field {
                Some(field) => {
                    found.retain(|other| other.key != field.key);
                    found.push(field);
                }
                None => self.unknown(path, entry, fields),
            }
        }
        found
    }

    /// The value that the file has which the entry names; left out where it cannot be read, which is told.
    fn secret(&self, path: &[String], name: &str, entry: &Entry) -> Option<Field> {
        let Kind::Scalar { text, .. } = &entry.value.kind else { return None };
        let text = read_text(text.as_ref()).unwrap_or_else(|text| {
            self.push(ConfigError::Amiss { place: entry.place.clone(), text });
            let mut path = path.to_vec();
            path.push(name.to_owned());
            self.left_out.borrow_mut().insert(path);
            String::new()
        });
        let kind = Kind::Scalar { text: without_line_end(text), plain: true };
        let value = Node { source: entry.value.source.clone(), kind };
        Some(Field { key: name.to_owned(), place: entry.place.clone(), value, is_secret: true })
    }

    fn unknown(&self, path: &[String], entry: &Entry, fields: &[&'static str]) {
        let near = match nearest(&entry.key, fields.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None if fields.is_empty() => "there are none here".to_owned(),
            None => format!("there are `{}`", fields.join("`, `")),
        };
        let place = match entry.place.source {
            Source::File(_) => {
                let mut path = path.to_vec();
                path.push(entry.key.clone());
                place_of(&path, entry.place.source.clone())
            }
            Source::Program | Source::Environment | Source::CommandLine => entry.place.clone(),
        };
        self.push(ConfigError::Amiss { place, text: format!("no such key; {near}") });
    }
}

/// An entry under the name that its struct has for it.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) value: Node,
    pub(super) is_secret: bool,
}

impl Field {
    pub(super) fn of(key: &str, entry: &Entry) -> Self {
        let is_secret = super::secret::is_secret_name(key);
        Self { key: key.to_owned(), place: entry.place.clone(), value: entry.value.clone(), is_secret }
    }
}

/// The place of a value of the section by its path, as `app.database.url`.
pub(super) fn place_of(path: &[String], source: Source) -> Place {
    let path: Vec<_> = path.iter().map(|key| Excerpt(key).to_string()).collect();
    Place { source, name: [&["app".to_owned()], &path[..]].concat().join(".") }
}

/// A file's text without the line end that editors leave at its end.
pub(crate) fn without_line_end(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}
