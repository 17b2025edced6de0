//! A YAML document as a tree of texts, each with the place it was written at.
//!
//! Scalars stay text: what `1.10` or `75s` is, is for those to say who ask for it.

use crate::config::errors::{Excerpt, Place, Source, Spot};

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Where it was written.
    pub(crate) source: Source,
    /// What was written.
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text; `plain` where it is in no quotes, and may be a number, a `bool` or null as well.
    Scalar {
        /// The text.
        text: String,
        /// Whether it stood there without quotes.
        plain: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with their values, in the order written; no key is there twice.
    Mapping(Vec<Entry>),
}

/// A key of a mapping, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Where the key was written, by which its errors are told.
    pub(crate) place: Place,
    /// The value.
    pub(crate) value: Node,
}

impl Node {
    /// A mapping that has nothing in it, as if written at `spot`.
    pub(crate) fn empty(spot: Spot) -> Self {
        Self { source: Source::File(spot), kind: Kind::Mapping(Vec::new()) }
    }

    /// What it is, for an error.
    pub(crate) fn describe(&self) -> String {
        match &self.kind {
            Kind::Scalar { .. } if self.is_null() => "nothing".to_owned(),
            Kind::Scalar { text, .. } => format!("`{}`", Excerpt(text)),
            Kind::Sequence(_) => "a list".to_owned(),
            Kind::Mapping(_) => "a mapping".to_owned(),
        }
    }

    /// Whether it is YAML's null, which is what a key without a value has.
    pub(crate) fn is_null(&self) -> bool {
        match &self.kind {
            Kind::Scalar { text, plain } => *plain && matches!(&**text, "" | "~" | "null" | "Null" | "NULL"),
            Kind::Sequence(_) | Kind::Mapping(_) => false,
        }
    }

    /// The entries, where it is a mapping or null.
    pub(crate) fn entries(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Mapping(entries) => Some(entries),
            Kind::Scalar { .. } if self.is_null() => Some(&[]),
            Kind::Scalar { .. } | Kind::Sequence(_) => None,
        }
    }

    /// The value of a key, where it is a mapping that has it.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| entry.key == key)
    }

    /// Lays `over` over it: mappings key by key, all else as a whole.
    pub(crate) fn overlay(&mut self, over: &Self) {
        let (Kind::Mapping(entries), Kind::Mapping(others)) = (&mut self.kind, &over.kind) else {
            *self = over.clone();
            return;
        };
        for other in others {
            match entries.iter_mut().find(|entry| entry.key == other.key) {
                Some(entry) => {
                    entry.place = other.place.clone();
                    entry.value.overlay(&other.value);
                }
                None => entries.push(other.clone()),
            }
        }
    }

    /// How many values it has, itself among them.
    pub(crate) fn count(&self) -> usize {
        match &self.kind {
            Kind::Scalar { .. } => 1,
            Kind::Sequence(items) => 1 + items.iter().map(Self::count).sum::<usize>(),
            Kind::Mapping(entries) => 1 + entries.iter().map(|entry| 1 + entry.value.count()).sum::<usize>(),
        }
    }
}
