//! [`Fields`] as a list of pairs in the order received: `Vec<(String, String)>`.

use serde_core::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Unexpected, Visitor};
use serde_core::forward_to_deserialize_any;

use super::error::{FieldError, Kind};
use super::fields::{Fields, Group};
use super::map::WHOLE;
use super::text::Text;
use super::value::Value;

/// Goes through the pairs.
pub(super) struct Pairs<'a, 'de> {
    fields: &'a Fields<'de>,
    /// How many pairs were given.
    next: usize,
    /// How many of each group were given.
    given: Vec<usize>,
}

impl<'a, 'de> Pairs<'a, 'de> {
    #[inline]
    pub(super) fn new(fields: &'a Fields<'de>) -> Self {
        Self { fields, next: 0, given: vec![0; fields.groups.len()] }
    }
}

impl<'de> SeqAccess<'de> for Pairs<'_, 'de> {
    type Error = FieldError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, FieldError> {
        let Some(index) = self.fields.group_of(self.next) else { return Ok(None) };
        let Some((group, given)) = self.fields.groups.get(index).zip(self.given.get_mut(index)) else {
            return Ok(None);
        };
        let value = Value::one(self.fields, index, group, *given);
        self.next += 1;
        *given += 1;
        let pair = Pair { group, value, given: 0 };
        seed.deserialize(pair).map(Some).map_err(|error| error.at(&group.name))
    }
}

/// A name, and then its value.
struct Pair<'a, 'de> {
    group: &'a Group<'de>,
    value: Value<'a, 'de>,
    given: usize,
}

impl<'de> Deserializer<'de> for Pair<'_, 'de> {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        Err(FieldError::invalid_type(Unexpected::Map, &visitor).or_shape(Kind::Pairs, WHOLE))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_seq(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> SeqAccess<'de> for Pair<'_, 'de> {
    type Error = FieldError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, FieldError> {
        self.given += 1;
        match self.given {
            1 => seed.deserialize(Text(self.group.name.clone())).map(Some),
            2 => seed.deserialize(self.value).map(Some),
            _ => Ok(None),
        }
    }
}
