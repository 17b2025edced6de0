//! Names and values, grouped by name and not decoded yet.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use serde_core::Deserialize;

use super::buffered::{self, Handed, Reading};
use super::decode::decode;
use super::error::{Fault, FieldError, FieldErrors, Kind};
use super::map::{Map, WHOLE};
use super::params::Params;
use crate::extract::UploadedFile;

pub(crate) use super::decode::Coding;

/// The most names and values that a query or a form may have.
pub(crate) const MAX_PAIRS: usize = 1_000;

/// The most faults that are told at once.
pub(super) const MAX_FAULTS: usize = 32;

/// So many groups are searched one by one before a hash map is cheaper.
const SEARCHED: usize = 16;

/// All names of one text with their values.
#[derive(Debug)]
pub(crate) struct Fields<'de> {
    pub(super) groups: Vec<Group<'de>>,
    /// The group of each pair, in the order received; empty where that is the order of the groups.
    order: Vec<usize>,
    pub(super) coding: Coding,
    /// Where the text lies that `deserialize_any` handed out in this attempt.
    pub(super) handed: RefCell<Vec<Handed>>,
    /// Names that were found to be missing, to be given a value of no meaning.
    pub(super) missing: Vec<String>,
}

/// What a part of a multipart form is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given<'de> {
    Text(&'de str),
    File(&'de UploadedFile),
}

/// A name and what it was given, once or more often.
#[derive(Debug)]
pub(super) struct Group<'de> {
    pub(super) name: Cow<'de, str>,
    first: &'de str,
    more: Vec<&'de str>,
    /// The values that are files, by index; their text is empty.
    files: Vec<(usize, &'de UploadedFile)>,
    /// What `deserialize_any` takes the values for.
    pub(super) reading: Cell<Reading>,
    pub(super) known_fault: KnownFault,
    /// Which value of a list is being read.
    pub(super) at: Cell<Option<usize>>,
    /// The values of a list that were found to be at fault, by index.
    pub(super) faulty: Vec<usize>,
}

/// Whether a fault of this name was found already, and so is not to hide the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum KnownFault {
    #[default]
    None,
    /// The value: another, of no meaning, stands in for it.
    Value,
    /// The name itself: it is left out.
    Name,
}

impl<'de> Fields<'de> {
    /// Splits `text` at each `&`, and each pair at its first `=`; a pair without one has an empty value, and an empty
    /// pair is none (URL Standard §5.1).
    ///
    /// # Errors
    ///
    /// Where a name is not decodable, and where there are more than [`MAX_PAIRS`] pairs.
    #[inline]
    pub(crate) fn parse(text: &'de str, coding: Coding) -> Result<Self, FieldError> {
        let mut fields = Self::new(Vec::new(), coding);
        let mut index = Index::default();
        for (count, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            if count == MAX_PAIRS {
                return Err(FieldError::new(Fault::TooMany { limit: MAX_PAIRS }));
            }
            // An empty value lies in the text as well: a refusal is told by the place of what was refused.
            let (name, value) = pair.split_once('=').unwrap_or_else(|| pair.split_at(pair.len()));
            let malformed = |fault| FieldError::new(Fault::Malformed(fault)).at(name);
            fields.push(decode(name, coding).map_err(malformed)?, value, &mut index);
        }
        Ok(fields)
    }

    /// Adds a value; returns the index of its group.
    #[inline]
    fn push(&mut self, name: Cow<'de, str>, value: &'de str, index: &mut Index<'de>) -> usize {
        let known = index.find(&self.groups, &name);
        let place = known.unwrap_or(self.groups.len());
        if known.is_some() && self.order.is_empty() {
            self.order.extend(0..self.groups.len());
        }
        if !self.order.is_empty() {
            self.order.push(place);
        }
        match self.groups.get_mut(place) {
            Some(group) => group.more.push(value),
            None => self.groups.push(Group::new(name, value)),
        }
        place
    }

    /// The parts of a multipart form.
    ///
    /// # Errors
    ///
    /// The first of the parts', and where there are more than [`MAX_PAIRS`].
    pub(crate) fn parts(
        parts: impl Iterator<Item = Result<(&'de str, Given<'de>), FieldError>>,
    ) -> Result<Self, FieldError> {
        let mut fields = Self::new(Vec::new(), Coding::Plain);
        let mut index = Index::default();
        for (count, part) in parts.enumerate() {
            if count == MAX_PAIRS {
                return Err(FieldError::new(Fault::TooMany { limit: MAX_PAIRS }));
            }
            match part? {
                (name, Given::Text(text)) => drop(fields.push(Cow::Borrowed(name), text, &mut index)),
                (name, Given::File(file)) => {
                    let group = fields.push(Cow::Borrowed(name), "", &mut index);
                    if let Some(group) = fields.groups.get_mut(group) {
                        group.files.push((group.more.len(), file));
                    }
                }
            }
        }
        Ok(fields)
    }

    /// The parameters of a pattern with the text that each matched.
    #[inline]
    pub(crate) fn params(params: impl Iterator<Item = (&'static str, &'de str)>) -> Self {
        let groups = params.map(|(name, raw)| Group::new(Cow::Borrowed(name), raw)).collect();
        Self::new(groups, Coding::Percent)
    }

    #[inline]
    fn new(groups: Vec<Group<'de>>, coding: Coding) -> Self {
        Self { groups, order: Vec::new(), coding, handed: RefCell::default(), missing: Vec::new() }
    }

    /// The index of the group of the pair at `position`, in the order received.
    pub(super) fn group_of(&self, position: usize) -> Option<usize> {
        match self.order.is_empty() {
            true => (position < self.groups.len()).then_some(position),
            false => self.order.get(position).copied(),
        }
    }

    /// Makes a struct or map of these.
    ///
    /// serde ends at the first fault. For the next one the value is made again, with something in the place of the
    /// fault that the type takes; what is made so is thrown away.
    ///
    /// # Errors
    ///
    /// All faults that can be told at once, in the order found; each names its field wherever one can be named.
    pub(crate) fn into_map<T: Deserialize<'de>>(self) -> Result<T, FieldErrors> {
        self.into_value(|fields| buffered::attempts(fields, || T::deserialize(Map(fields))))
    }

    /// Makes a struct or map by name, a tuple or list by order, or the one value, of a path's parameters.
    ///
    /// # Errors
    ///
    /// As [`Fields::into_map`]; and [`Fault::Shape`] where the pattern's parameters cannot make the type.
    pub(crate) fn into_params<T: Deserialize<'de>>(self) -> Result<T, FieldErrors> {
        self.into_value(|fields| buffered::attempts(fields, || T::deserialize(Params(fields))))
    }

    /// The value that `make` makes, or all that keeps it from that.
    fn into_value<T>(mut self, make: impl Fn(&Self) -> Result<T, FieldError>) -> Result<T, FieldErrors> {
        let mut error = match make(&self) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let mut errors = Vec::new();
        loop {
            // What is said of a field is no matter of the whole.
            error = if error.field().is_none() { error.or_shape(Kind::Pairs, WHOLE) } else { error };
            // Then the request is not what is at fault.
            if error.is_impossible() {
                return Err(error.into());
            }
            let passed = self.pass_over(&error);
            // One that comes back was told already: nothing that stands in for its value is taken.
            if passed || errors.is_empty() {
                errors.push(error);
            }
            if !passed || errors.len() == MAX_FAULTS {
                return Err(FieldErrors::new(errors));
            }
            error = match make(&self) {
                Ok(_) => return Err(FieldErrors::new(errors)),
                Err(error) => error,
            };
        }
    }

    /// Sees to it that the next attempt does not end at this fault; `false` where it would.
    #[inline]
    fn pass_over(&mut self, error: &FieldError) -> bool {
        let Some(name) = error.field() else { return false };
        let group = self.groups.iter_mut().find(|group| group.name == name);
        match (error.passes_as(), group) {
            (Some(KnownFault::None), _) if !self.missing.iter().any(|known| known == name) => {
                self.missing.push(name.to_owned());
                true
            }
            (Some(fault @ (KnownFault::Value | KnownFault::Name)), Some(group))
                if group.known_fault == KnownFault::None =>
            {
                match group.at.take() {
                    Some(index) if group.faulty.contains(&index) => return false,
                    Some(index) => group.faulty.push(index),
                    None => group.known_fault = fault,
                }
                true
            }
            _ => false,
        }
    }
}

impl<'de> Group<'de> {
    #[inline]
    fn new(name: Cow<'de, str>, value: &'de str) -> Self {
        Self {
            name,
            first: value,
            more: Vec::new(),
            files: Vec::new(),
            reading: Cell::default(),
            known_fault: KnownFault::None,
            at: Cell::default(),
            faulty: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        1 + self.more.len()
    }

    /// The value at `index`, where it is a file.
    #[inline]
    pub(super) fn file(&self, index: usize) -> Option<&'de UploadedFile> {
        self.files.iter().find(|(place, _)| *place == index).map(|(_, file)| *file)
    }

    /// The value at `index`, still encoded.
    pub(super) fn get(&self, index: usize) -> Option<&'de str> {
        match index.checked_sub(1) {
            None => Some(self.first),
            Some(index) => self.more.get(index).copied(),
        }
    }
}

/// Finds groups by name; empty until there are many.
#[derive(Default)]
struct Index<'de>(HashMap<Cow<'de, str>, usize>);

impl<'de> Index<'de> {
    #[inline]
    fn find(&mut self, groups: &[Group<'de>], name: &str) -> Option<usize> {
        if groups.len() <= SEARCHED {
            return groups.iter().position(|group| group.name == name);
        }
        let unindexed = groups.iter().enumerate().skip(self.0.len());
        self.0.extend(unindexed.map(|(place, group)| (group.name.clone(), place)));
        self.0.get(name).copied()
    }
}
