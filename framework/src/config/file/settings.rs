//! The settings in a mapping: at its top, under their names, and in sections, without the section's name in front.

use std::ffi::OsStr;

use super::node::{Entry, Kind, Node};
use super::source::{APP, PROFILES, expected_mapping};
use crate::config::errors::{ConfigError, Place};
use crate::config::nearest::nearest;
use crate::config::sources::Merge;
use crate::config::table::{SETTINGS, Setting};
use crate::config::value::Value;

impl Merge {
    /// Takes each setting of a mapping, and refuses what is none; `skipped` are keys that others read.
    pub(super) fn settings_of(&mut self, node: &Node, skipped: &[&str]) {
        for entry in node.entries().unwrap_or_default() {
            let key = &*entry.key;
            if skipped.contains(&key) {
                continue;
            }
            if sections().any(|section| section == key) {
                self.section_of(key, entry);
                continue;
            }
            let Some((index, setting)) = find(|setting| setting.name == key) else {
                let names = SETTINGS.iter().filter(|setting| setting.in_section().is_none());
                let names = names.map(|setting| setting.name).chain(sections()).chain([APP, PROFILES]);
                let nearest = nearest(key, names).map(str::to_owned);
                self.errors.push(ConfigError::Unknown { place: entry.place.clone(), nearest });
                continue;
            };
            if let Some((section, key)) = setting.in_section() {
                self.refuse(index);
                let text = format!("stands in the section `{section}` of a file, as `{key}`");
                self.errors.push(ConfigError::Amiss { place: entry.place.clone(), text });
                continue;
            }
            self.setting(index, setting, entry);
        }
    }

    /// Takes each setting of a section.
    fn section_of(&mut self, section: &str, entry: &Entry) {
        let Some(entries) = entry.value.entries() else {
            self.errors.push(expected_mapping(entry));
            return;
        };
        for entry in entries {
            let Some((index, setting)) = find(|setting| setting.in_section() == Some((section, &*entry.key)))
            else {
                let keys = SETTINGS.iter().filter_map(Setting::in_section);
                let keys = keys.filter_map(|(of, key)| (of == section).then_some(key));
                let nearest = nearest(&entry.key, keys).map(str::to_owned);
                self.errors.push(ConfigError::Unknown { place: entry.place.clone(), nearest });
                continue;
            };
            self.setting(index, setting, entry);
        }
    }

    /// Takes the value of a setting.
    fn setting(&mut self, index: usize, setting: &Setting, entry: &Entry) {
        let place = Place { source: entry.value.source.clone(), name: entry.key.clone() };
        match &entry.value.kind {
            Kind::Scalar { .. } if entry.value.is_null() => {
                self.set(index, entry.place.clone(), OsStr::new(""));
            }
            Kind::Scalar { text, .. } => self.set(index, place, OsStr::new(text)),
            Kind::Sequence(items) if let Some(text) = listed(setting, items) => {
                self.set(index, place, OsStr::new(&text));
            }
            Kind::Sequence(items) if !setting.value.item_keys().is_empty() => {
                match self.items(items, setting.value.item_keys(), &place) {
                    Some(text) if text.is_empty() => self.set(index, place, OsStr::new("none")),
                    Some(text) => self.set(index, place, OsStr::new(&text)),
                    None => self.refuse(index),
                }
            }
            Kind::Sequence(_) | Kind::Mapping(_) => {
                self.refuse(index);
                let text = format!("expected {}, found {}", setting.value, entry.value.describe());
                self.errors.push(ConfigError::Amiss { place, text });
            }
        }
    }

    /// Writes a list as the environment would have it: each item's values with colons between them. `None` where
    /// something is amiss, which is noted.
    fn items(&mut self, items: &[Node], keys: &[&str], list: &Place) -> Option<String> {
        let before = self.errors.len();
        let mut texts = Vec::new();
        for item in items {
            let place = Place { source: item.source.clone(), name: list.name.clone() };
            let Kind::Mapping(entries) = &item.kind else {
                let text =
                    format!("expected an item with `{}`, found {}", keys.join("` and `"), item.describe());
                self.errors.push(ConfigError::Amiss { place, text });
                continue;
            };
            for entry in entries.iter().filter(|entry| !keys.contains(&&*entry.key)) {
                let nearest = nearest(&entry.key, keys.iter().copied()).map(str::to_owned);
                self.errors.push(ConfigError::Unknown { place: entry.place.clone(), nearest });
            }
            let values = keys.iter().filter_map(|key| self.item_value(item, key, &place));
            texts.push(values.collect::<Vec<_>>().join(":"));
        }
        (self.errors.len() == before).then(|| texts.join(","))
    }

    fn item_value(&mut self, item: &Node, key: &str, place: &Place) -> Option<String> {
        let Some(entry) = item.entry(key) else {
            let text = format!("has an item without `{key}`");
            self.errors.push(ConfigError::Amiss { place: place.clone(), text });
            return None;
        };
        match &entry.value.kind {
            Kind::Scalar { text, .. } if !text.is_empty() && !text.contains([':', ',']) => Some(text.clone()),
            Kind::Scalar { .. } | Kind::Sequence(_) | Kind::Mapping(_) => {
                let place = Place { source: entry.value.source.clone(), name: entry.key.clone() };
                let found = entry.value.describe();
                let text = format!("expected the path of a PEM file, without `:` and `,`, found {found}");
                self.errors.push(ConfigError::Amiss { place, text });
                None
            }
        }
    }
}

/// The text of a list, where the setting is one and all of its items are texts.
fn listed(setting: &Setting, items: &[Node]) -> Option<String> {
    let Value::List(_) = setting.value else { return None };
    let texts: Option<Vec<_>> = items
        .iter()
        .map(|item| match &item.kind {
            Kind::Scalar { text, .. } => Some(text.as_str()),
            Kind::Sequence(_) | Kind::Mapping(_) => None,
        })
        .collect();
    texts.map(|texts| texts.join(", "))
}

fn find(is: impl Fn(&Setting) -> bool) -> Option<(usize, &'static Setting)> {
    SETTINGS.iter().enumerate().find(|(_, setting)| is(setting))
}

/// The sections that any setting is in.
fn sections() -> impl Iterator<Item = &'static str> {
    let mut last = None;
    let names = SETTINGS.iter().filter_map(|setting| setting.in_section()).map(|(section, _)| section);
    names.filter(move |section| last.replace(*section) != Some(*section))
}
