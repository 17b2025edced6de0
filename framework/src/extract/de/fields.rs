//! Names and values, grouped by name and not decoded yet.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use serde_core::Deserialize;

use super::buffered::{self, Handed, Reading};
use super::decode::decode;
use super::error::{Fault, FieldError};
use super::map::Map;
use super::params::Params;

pub(crate) use super::decode::Coding;

/// The most names and values that a query or a form may have.
pub(crate) const MAX_PAIRS: usize = 1_000;

/// So many groups are searched one by one before a hash map is cheaper.
const SEARCHED: usize = 16;

/// All names of one text with their values.
#[derive(Debug)]
pub(crate) struct Fields<'de> {
    pub(super) groups: Vec<Group<'de>>,
    pub(super) coding: Coding,
    /// Where the text lies that `deserialize_any` handed out in this attempt.
    pub(super) handed: RefCell<Vec<Handed>>,
}

/// A name and what it was given, once or more often.
#[derive(Debug)]
pub(super) struct Group<'de> {
    pub(super) name: Cow<'de, str>,
    pub(super) first: &'de str,
    pub(super) more: Vec<&'de str>,
    /// What `deserialize_any` takes the values for.
    pub(super) reading: Cell<Reading>,
}

impl<'de> Fields<'de> {
    /// Splits `text` at each `&`, and each pair at its first `=`; a pair without one has an empty value, and an empty
    /// pair is none (URL Standard §5.1).
    ///
    /// # Errors
    ///
    /// Where a name is not decodable, and where there are more than [`MAX_PAIRS`] pairs.
    pub(crate) fn parse(text: &'de str, coding: Coding) -> Result<Self, FieldError> {
        let mut fields = Self { groups: Vec::new(), coding, handed: RefCell::default() };
        let mut index: HashMap<Cow<'de, str>, usize> = HashMap::new();
        for (count, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            if count == MAX_PAIRS {
                return Err(FieldError::new(Fault::TooMany { limit: MAX_PAIRS }));
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name =
                decode(name, coding).map_err(|fault| FieldError::new(Fault::Malformed(fault)).at(name))?;
            let known = match fields.groups.len() <= SEARCHED {
                true => fields.groups.iter().position(|group| group.name == name),
                false => index.get(&name).copied(),
            };
            match known.and_then(|known| fields.groups.get_mut(known)) {
                Some(group) => group.more.push(value),
                None => {
                    fields.groups.push(Group::new(name, value));
                    if fields.groups.len() > SEARCHED {
                        let from = index.len();
                        let unindexed = fields.groups.iter().enumerate().skip(from);
                        index.extend(unindexed.map(|(place, group)| (group.name.clone(), place)));
                    }
                }
            }
        }
        Ok(fields)
    }

    /// The parameters of a pattern with the text that each matched.
    pub(crate) fn params(params: impl Iterator<Item = (&'static str, &'de str)>) -> Self {
        let groups = params.map(|(name, raw)| Group::new(Cow::Borrowed(name), raw)).collect();
        Self { groups, coding: Coding::Percent, handed: RefCell::default() }
    }

    /// Makes a struct or map of these.
    ///
    /// # Errors
    ///
    /// A [`FieldError`] that names the field wherever one can be named.
    pub(crate) fn to_map<T: Deserialize<'de>>(&self) -> Result<T, FieldError> {
        buffered::attempts(self, || T::deserialize(Map(self)))
    }

    /// Makes a struct or map by name, a tuple or list by order, or the one value, of a path's parameters.
    ///
    /// # Errors
    ///
    /// As [`Fields::to_map`]; and [`Fault::Shape`] where the pattern's parameters cannot make the type.
    pub(crate) fn to_params<T: Deserialize<'de>>(&self) -> Result<T, FieldError> {
        buffered::attempts(self, || T::deserialize(Params(self)))
    }
}

impl<'de> Group<'de> {
    fn new(name: Cow<'de, str>, value: &'de str) -> Self {
        Self { name, first: value, more: Vec::new(), reading: Cell::default() }
    }

    pub(super) fn len(&self) -> usize {
        1 + self.more.len()
    }

    /// The value at `index`, still encoded.
    pub(super) fn get(&self, index: usize) -> Option<&'de str> {
        match index.checked_sub(1) {
            None => Some(self.first),
            Some(index) => self.more.get(index).copied(),
        }
    }
}
