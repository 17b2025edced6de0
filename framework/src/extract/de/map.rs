//! [`Fields`] as a map from names to values: queries and forms.

use std::borrow::Cow;

use serde_core::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_core::forward_to_deserialize_any;

use super::error::FieldError;
use super::fields::{Fields, Group, KnownFault};
use super::pairs::Pairs;
use super::stand_in::StandIn;
use super::text::Text;
use super::value::Value;

/// What helps where the type is not made of names and values.
pub(super) const WHOLE: &str = "take a struct, a map, or a list of pairs";

/// The deserializer of a whole query or form.
pub(super) struct Map<'a, 'de>(pub(super) &'a Fields<'de>);

impl<'de> Deserializer<'de> for Map<'_, 'de> {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_map(Entries::new(self.0))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_newtype_struct(self)
    }

    /// No name at all is `None`.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        if self.0.groups.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_unit()
    }

    /// Names and values as they came.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_seq(Pairs::new(self.0))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf tuple tuple_struct map
        struct enum identifier ignored_any
    }
}

/// Goes through the names in the order in which each came first; those of known faults come behind all others, so that
/// these are looked at first.
pub(super) struct Entries<'a, 'de> {
    fields: &'a Fields<'de>,
    /// Counts the groups, the groups once more, and then the names that are missing.
    next: usize,
}

/// What stands at one place.
enum Entry<'a, 'de> {
    Group(usize, &'a Group<'de>),
    StandIn(&'a str),
}

impl<'a, 'de> Entries<'a, 'de> {
    #[inline]
    pub(super) fn new(fields: &'a Fields<'de>) -> Self {
        Self { fields, next: 0 }
    }

    /// What stands at the place `next`; `None` at a place that is left out.
    fn entry(&self) -> Option<Entry<'a, 'de>> {
        let Fields { groups, missing, .. } = self.fields;
        let len = groups.len();
        if let Some(group) = groups.get(self.next) {
            return (group.known_fault == KnownFault::None).then_some(Entry::Group(self.next, group));
        }
        if let Some(group) = groups.get(self.next - len) {
            return (group.known_fault == KnownFault::Value).then_some(Entry::StandIn(&group.name));
        }
        missing.get(self.next - 2 * len).map(|name| Entry::StandIn(name))
    }

    fn end(&self) -> usize {
        self.fields.groups.len() * 2 + self.fields.missing.len()
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = FieldError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FieldError> {
        while self.next < self.end() {
            let name = match self.entry() {
                Some(Entry::Group(_, group)) => group.name.clone(),
                Some(Entry::StandIn(name)) => Cow::Owned(name.to_owned()),
                None => {
                    self.next += 1;
                    continue;
                }
            };
            return seed.deserialize(Text(name.clone())).map(Some).map_err(|error| error.at(&name));
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, FieldError> {
        let entry = self.entry();
        self.next += 1;
        match entry {
            Some(Entry::Group(index, group)) => {
                let value = Value::all(self.fields, index, group);
                seed.deserialize(value).map_err(|error| error.at(&group.name))
            }
            Some(Entry::StandIn(name)) => seed.deserialize(StandIn).map_err(|error| error.at(name)),
            None => Err(FieldError::shape("a value without a name")),
        }
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.fields.groups.len().saturating_sub(self.next))
    }
}
