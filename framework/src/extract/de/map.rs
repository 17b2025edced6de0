//! [`Fields`] as a map from names to values: queries and forms.

use serde_core::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_core::forward_to_deserialize_any;

use super::error::FieldError;
use super::fields::Fields;
use super::pairs::Pairs;
use super::text::Text;
use super::value::Value;

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

/// Goes through the names in the order in which each came first.
pub(super) struct Entries<'a, 'de> {
    fields: &'a Fields<'de>,
    next: usize,
}

impl<'a, 'de> Entries<'a, 'de> {
    pub(super) fn new(fields: &'a Fields<'de>) -> Self {
        Self { fields, next: 0 }
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = FieldError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FieldError> {
        let Some(group) = self.fields.groups.get(self.next) else { return Ok(None) };
        seed.deserialize(Text(group.name.clone())).map(Some).map_err(|error| error.at(&group.name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, FieldError> {
        let index = self.next;
        self.next += 1;
        let group =
            self.fields.groups.get(index).ok_or_else(|| FieldError::shape("a value without a name"))?;
        seed.deserialize(Value::all(self.fields, index, group)).map_err(|error| error.at(&group.name))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.fields.groups.len().saturating_sub(self.next))
    }
}
