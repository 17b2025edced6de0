//! The application's section in the text of `--print-config`.

use std::collections::BTreeSet;

use super::node::{Entry, Kind, Node};
use super::secret::is_secret_name;
use crate::config::errors::{Place, Source};
use crate::config::print::from;
use crate::log::Escaped;

/// Writes the section's lines, each with where its value comes from; what is secret by its name or its type is `***`.
pub(super) fn section(root: &Node, secrets: &BTreeSet<Vec<String>>, lines: &mut Vec<(String, String)>) {
    lines.push(("app:".to_owned(), String::new()));
    let mut writer = Writer { secrets, path: Vec::new(), lines };
    writer.entries(root.entries().unwrap_or_default());
}

struct Writer<'a> {
    secrets: &'a BTreeSet<Vec<String>>,
    /// The keys from the section to what is written.
    path: Vec<String>,
    lines: &'a mut Vec<(String, String)>,
}

impl Writer<'_> {
    fn entries(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.path.push(entry.key.clone());
            self.entry(entry);
            self.path.pop();
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let start = format!("{}{}:", "  ".repeat(self.path.len()), quoted(&entry.key, true));
        let Node { source, kind } = &entry.value;
        let from = match source {
            Source::File(_) => from(&Place { source: source.clone(), name: String::new() }),
            Source::Program | Source::Environment | Source::CommandLine => from(&entry.place),
        };
        match kind {
            Kind::Mapping(entries) if !entries.is_empty() && !self.is_secret(entry) => {
                self.lines.push((start, String::new()));
                self.entries(entries);
            }
            Kind::Scalar { .. } | Kind::Sequence(_) | Kind::Mapping(_) => {
                let value = self.value(&entry.value, self.is_secret(entry));
                self.lines.push((format!("{start} {value}"), from));
            }
        }
    }

    /// Whether a value is secret: by its name, unless that is of a file with the secret, or by its type.
    fn is_secret(&self, entry: &Entry) -> bool {
        let by_name = is_secret_name(&entry.key) && !entry.key.ends_with("_file");
        (by_name || self.secrets.contains(&self.path)) && !entry.value.is_null()
    }

    /// A value on one line, where `path` is its own.
    fn value(&mut self, node: &Node, is_secret: bool) -> String {
        if is_secret || self.secrets.contains(&self.path) {
            return "\"***\"".to_owned();
        }
        match &node.kind {
            Kind::Scalar { .. } if node.is_null() => "null".to_owned(),
            Kind::Scalar { text, plain } => quoted(&without_password(text), *plain),
            Kind::Sequence(items) => {
                let items = items.iter().enumerate().map(|(index, item)| {
                    self.path.push(index.to_string());
                    let item = self.value(item, false);
                    self.path.pop();
                    item
                });
                format!("[{}]", items.collect::<Vec<_>>().join(", "))
            }
            Kind::Mapping(entries) => {
                let entries = entries.iter().map(|entry| {
                    self.path.push(entry.key.clone());
                    let value = self.value(&entry.value, self.is_secret(entry));
                    self.path.pop();
                    format!("{}: {value}", quoted(&entry.key, true))
                });
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// A URL with `***` in the place of its password.
fn without_password(text: &str) -> String {
    let parts = text.split_once("://").and_then(|(scheme, rest)| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (user_info, host) = authority.rsplit_once('@')?;
        let (user, _) = user_info.split_once(':')?;
        Some(format!("{scheme}://{user}:***@{host}{path}"))
    });
    parts.unwrap_or_else(|| text.to_owned())
}

/// A text as YAML reads it: as it is where that is safe, else in double quotes.
fn quoted(text: &str, plain: bool) -> String {
    let is_plain_char = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | ' ');
    let begins_well = text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_'));
    let is_number = text.parse::<f64>().is_ok() || text.parse::<i64>().is_ok();
    let is_word = matches!(text, "true" | "false" | "null" | "~");
    let signed = plain && is_number;
    if (begins_well
        && text.chars().all(is_plain_char)
        && !text.ends_with(' ')
        && (plain || !(is_number || is_word)))
        || signed
    {
        text.to_owned()
    } else {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{}\"", Escaped(&escaped))
    }
}
