//! A value of no meaning, of whatever type is asked for: it stands where a fault is known, so that the next one shows.

use serde_core::de::value::StrDeserializer;
use serde_core::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Visitor};

use super::FILE;
use super::error::{FieldError, Kind};
use super::text::UnitOnly;
use super::value::FLATTEN;

/// The deserializer of such a value: 1, no text, an empty list, nothing, the first variant. A type that takes none of
/// these refuses it, and hides the faults that would be found later.
pub(super) struct StandIn;

macro_rules! ones {
    ($($method:ident => $visit:ident),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
            visitor.$visit(1_u8.into())
        }
    )*};
}

macro_rules! forward {
    ($($method:ident => $visit:ident($($value:expr)?)),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
            visitor.$visit($($value)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for StandIn {
    type Error = FieldError;

    ones! {
        deserialize_u8 => visit_u8, deserialize_u16 => visit_u16, deserialize_u32 => visit_u32,
        deserialize_u64 => visit_u64, deserialize_u128 => visit_u128,
        deserialize_i16 => visit_i16, deserialize_i32 => visit_i32,
        deserialize_i64 => visit_i64, deserialize_i128 => visit_i128,
        deserialize_f32 => visit_f32, deserialize_f64 => visit_f64,
    }

    forward! {
        deserialize_any => visit_unit(), deserialize_unit => visit_unit(), deserialize_ignored_any => visit_unit(),
        deserialize_option => visit_none(),
        deserialize_i8 => visit_i8(1), deserialize_bool => visit_bool(false), deserialize_char => visit_char('a'),
        deserialize_str => visit_borrowed_str(""), deserialize_string => visit_borrowed_str(""),
        deserialize_identifier => visit_borrowed_str(""),
        deserialize_bytes => visit_borrowed_bytes(b""), deserialize_byte_buf => visit_borrowed_bytes(b""),
        deserialize_seq => visit_seq(Nothing),
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_borrowed_str("").map_err(|error: FieldError| error.or_shape(Kind::Text, FLATTEN))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_seq(Nothing)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_seq(Nothing)
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

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        // Text makes no other struct, so that the request is not what is at fault.
        if name == FILE { visitor.visit_map(Nothing) } else { self.deserialize_map(visitor) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_enum(First(variants.first().copied().unwrap_or_default()))
    }
}

/// No elements, and no entries.
struct Nothing;

impl<'de> SeqAccess<'de> for Nothing {
    type Error = FieldError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, _: T) -> Result<Option<T::Value>, FieldError> {
        Ok(None)
    }
}

impl<'de> MapAccess<'de> for Nothing {
    type Error = FieldError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, _: K) -> Result<Option<K::Value>, FieldError> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, _: V) -> Result<V::Value, FieldError> {
        Err(FieldError::shape("a value without a name"))
    }
}

/// A variant with nothing inside.
struct First(&'static str);

impl<'de> EnumAccess<'de> for First {
    type Error = FieldError;
    type Variant = UnitOnly;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, UnitOnly), FieldError> {
        seed.deserialize(StrDeserializer::new(self.0)).map(|variant| (variant, UnitOnly))
    }
}
