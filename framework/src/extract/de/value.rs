//! What one name was given: one text, or a list of texts.

use std::any;

use serde_core::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};

use super::FILE;
use super::buffered::{Handed, is_option_of_number};
use super::decode::decode;
use super::error::{Fault, FieldError, Kind};
use super::fields::{Fields, Group};
use super::stand_in::StandIn;
use super::text::Text;
use crate::extract::UploadedFile;

/// What helps where a field's type is made of more than text.
pub(super) const FLATTEN: &str =
    "names and values do not nest, but for a struct or a map with `#[serde(flatten)]` over its field";

/// The deserializer of all values of a name, or of one of them.
#[derive(Clone, Copy)]
pub(super) struct Value<'a, 'de> {
    fields: &'a Fields<'de>,
    index: usize,
    group: &'a Group<'de>,
    /// Which of the values; `None` for all.
    element: Option<usize>,
}

impl<'a, 'de> Value<'a, 'de> {
    /// All values of the group at `index`.
    pub(super) fn all(fields: &'a Fields<'de>, index: usize, group: &'a Group<'de>) -> Self {
        Self { fields, index, group, element: None }
    }

    /// The value at `element` of the group at `index`.
    pub(super) fn one(fields: &'a Fields<'de>, index: usize, group: &'a Group<'de>, element: usize) -> Self {
        Self { fields, index, group, element: Some(element) }
    }

    /// The one value, still encoded.
    #[inline]
    fn raw(self) -> Result<&'de str, FieldError> {
        let count = self.group.len();
        if self.element.is_none() && count > 1 {
            return Err(FieldError::new(Fault::Repeated { count }).at(&self.group.name));
        }
        Ok(self.group.get(self.element.unwrap_or(0)).unwrap_or_default())
    }

    /// Says that an error was about this name.
    #[inline]
    pub(super) fn locate(self, error: FieldError) -> FieldError {
        error.at(&self.group.name)
    }

    /// The file that it is, where it is one.
    #[inline]
    fn file(self) -> Option<&'de UploadedFile> {
        self.group.file(self.element.unwrap_or(0))
    }

    #[inline]
    fn text(self) -> Result<Text<'de>, FieldError> {
        if self.file().is_some() {
            return Err(FieldError::unexpected_file().at(&self.group.name));
        }
        let located = |fault| FieldError::new(Fault::Malformed(fault)).at(&self.group.name);
        decode(self.raw()?, self.fields.coding).map(Text).map_err(located)
    }

    /// Whether it came once and without text, as a browser sends an input that was left empty.
    #[inline]
    fn is_empty(self) -> bool {
        self.raw().is_ok_and(str::is_empty) && self.file().is_none()
    }

    /// Remembers where the text lies that a buffer is about to keep.
    #[inline]
    fn hand_out(self, text: &str, in_option: bool) {
        let handed = Handed { place: text.as_ptr().addr(), len: text.len(), group: self.index, in_option };
        self.fields.handed.borrow_mut().push(handed);
    }
}

macro_rules! through_text {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
            self.text()?.$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = FieldError;

    through_text! {
        deserialize_bool deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_identifier
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        self.text()?.deserialize_map(visitor).map_err(|error| error.or_shape(Kind::Text, FLATTEN))
    }

    /// Called by types that take anything, and by the buffer behind `flatten` and tagged enums.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        let reading = self.group.reading.get();
        if self.element.is_none() && (reading.list || self.group.len() > 1) {
            return self.deserialize_seq(visitor);
        }
        if reading.none && self.is_empty() {
            return visitor.visit_none();
        }
        let text = self.text()?;
        self.hand_out(&text.0, false);
        match reading.scalar.and_then(|scalar| scalar.parse(&text.0)) {
            Some(scalar) => scalar.visit(visitor),
            None => text.deserialize_any(visitor),
        }
    }

    /// An empty text is `None` where the type in the option is nothing that an empty text could be: `Option<String>`
    /// is `Some("")`, `Option<u32>` is `None`.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        if !self.is_empty() {
            return visitor.visit_some(self);
        }
        if self.group.reading.get().none || is_option_of_number(any::type_name::<V::Value>()) {
            return visitor.visit_none();
        }
        // Other types say by refusing the empty text that it stands for nothing; the next attempt knows then.
        self.hand_out(self.raw()?, true);
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self.element {
            None => visitor.visit_seq(Elements { value: self, next: 0, is_fixed: false }),
            Some(_) => {
                self.text()?.deserialize_seq(visitor).map_err(|error| error.or_shape(Kind::Text, FLATTEN))
            }
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, FieldError> {
        match self.element {
            None => visitor.visit_seq(Elements { value: self, next: 0, is_fixed: true }),
            Some(_) => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        self.text()?.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        if name != FILE {
            return self
                .text()?
                .deserialize_struct(name, fields, visitor)
                .map_err(|error| error.or_shape(Kind::Text, FLATTEN));
        }
        let text = self.raw()?;
        match self.file() {
            Some(file) => file.hand_to(visitor),
            None => Err(FieldError::mismatch("a file", text)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        self.text()?.deserialize_enum(name, variants, visitor)
    }

    /// What nobody asks for is not decoded, and so cannot be malformed.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_unit()
    }
}

/// Goes through the values of one name, but for those that are known to be at fault.
struct Elements<'a, 'de> {
    value: Value<'a, 'de>,
    next: usize,
    /// Whether the type wants so many, so that something stands in for those at fault.
    is_fixed: bool,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = FieldError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, FieldError> {
        let group = self.value.group;
        while !self.is_fixed && group.faulty.contains(&self.next) {
            self.next += 1;
        }
        if self.next == group.len() {
            return Ok(None);
        }
        group.at.set(Some(self.next));
        let made = if group.faulty.contains(&self.next) {
            seed.deserialize(StandIn)
        } else {
            seed.deserialize(Value { element: Some(self.next), ..self.value })
        }?;
        group.at.set(None);
        self.next += 1;
        Ok(Some(made))
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.value.group.len() - self.next)
    }
}
