//! [`Fields`] as the parameters of a path: by name, by order, or just the one.

use serde_core::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};

use super::error::FieldError;
use super::fields::{Fields, KnownFault};
use super::map::Entries;
use super::stand_in::StandIn;
use super::value::Value;

/// The deserializer of a path's parameters.
#[derive(Clone, Copy)]
pub(super) struct Params<'a, 'de>(pub(super) &'a Fields<'de>);

impl<'a, 'de> Params<'a, 'de> {
    /// The only parameter.
    #[inline]
    fn only(self) -> Result<Value<'a, 'de>, FieldError> {
        match self.0.groups.as_slice() {
            [group] => Ok(Value::all(self.0, 0, group)),
            groups => Err(FieldError::shape(format!(
                "the type takes one parameter, the pattern has {}: take a tuple or a struct",
                groups.len()
            ))),
        }
    }

    /// Makes sure that there are `len` parameters.
    #[inline]
    fn expect(self, len: usize) -> Result<(), FieldError> {
        match self.0.groups.len() {
            found if found == len => Ok(()),
            found => {
                Err(FieldError::shape(format!("the type takes {len} parameters, the pattern has {found}")))
            }
        }
    }
}

macro_rules! only {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
            let value = self.only()?;
            value.$method(visitor).map_err(|error| value.locate(error))
        }
    )*};
}

impl<'de> Deserializer<'de> for Params<'_, 'de> {
    type Error = FieldError;

    only! {
        deserialize_bool deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf deserialize_identifier
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_map(Entries::new(self.0))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        self.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        self.deserialize_any(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_seq(InOrder { fields: self.0, next: 0 })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, FieldError> {
        self.expect(len)?;
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        self.deserialize_tuple(len, visitor)
    }

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

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        let value = self.only()?;
        value.deserialize_enum(name, variants, visitor).map_err(|error| value.locate(error))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_unit()
    }
}

/// Goes through the parameters as they stand in the pattern.
struct InOrder<'a, 'de> {
    fields: &'a Fields<'de>,
    next: usize,
}

impl<'de> SeqAccess<'de> for InOrder<'_, 'de> {
    type Error = FieldError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, FieldError> {
        let Some(group) = self.fields.groups.get(self.next) else { return Ok(None) };
        let value = Value::all(self.fields, self.next, group);
        self.next += 1;
        if group.known_fault != KnownFault::None {
            return seed.deserialize(StandIn).map(Some).map_err(|error| value.locate(error));
        }
        seed.deserialize(value).map(Some).map_err(|error| value.locate(error))
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.fields.groups.len().saturating_sub(self.next))
    }
}
