//! Values as names and values in text (URL Standard §5.2): what [`Query`](crate::Query) and [`Form`](crate::Form) read.
//!
//! The counterpart of their deserializer: a list is its name repeated, an enum the name of its variant, `None` nothing at
//! all, and nothing nests. A space is `%20`, which readers of paths and of forms both understand.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_core::ser::{
    Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple,
    SerializeTupleStruct, Serializer,
};

/// All but the unreserved characters (RFC 3986 §2.3), which mean themselves wherever they stand.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Appends `query` to a URL, behind the query that it may have already.
///
/// # Panics
///
/// When the value is nothing that names and values can say.
#[track_caller]
pub(crate) fn append_query<T: Serialize + ?Sized>(url: &mut String, query: &T) {
    let query = encode_form(query);
    if !query.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&query);
    }
}

/// Writes `value` as a form.
///
/// # Panics
///
/// When the value is nothing that names and values can say.
#[track_caller]
pub(crate) fn encode_form<T: Serialize + ?Sized>(value: &T) -> String {
    match encode(value) {
        Ok(text) => text,
        Err(error) => panic!("no query and no form can say this value: {error}"),
    }
}

fn encode<T: Serialize + ?Sized>(value: &T) -> Result<String, EncodeError> {
    let mut text = String::new();
    value.serialize(Writer { text: &mut text, place: Place::Whole })?;
    Ok(text)
}

/// What names and values cannot say.
#[derive(Debug, PartialEq, Eq)]
struct EncodeError(String);

impl EncodeError {
    fn at(self, name: &str) -> Self {
        Self(format!("`{name}`: {}", self.0))
    }
}

impl serde_core::ser::Error for EncodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl std::error::Error for EncodeError {}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the next value is.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// All of it.
    Whole,
    /// A name with its value, in a list of such.
    Pair,
    /// A name; it is written as it is.
    Name,
    /// The value of this name.
    Value(&'a str),
    /// One of the values of this name.
    Element(&'a str),
}

struct Writer<'a> {
    text: &'a mut String,
    place: Place<'a>,
}

impl<'a> Writer<'a> {
    fn scalar(self, value: &str) -> Result<(), EncodeError> {
        match self.place {
            Place::Whole | Place::Pair => Err(self.refuse("a single value")),
            Place::Name => {
                self.text.push_str(value);
                Ok(())
            }
            Place::Value(name) | Place::Element(name) => {
                if !self.text.is_empty() {
                    self.text.push('&');
                }
                self.text.extend(utf8_percent_encode(name, RESERVED));
                self.text.push('=');
                self.text.extend(utf8_percent_encode(value, RESERVED));
                Ok(())
            }
        }
    }

    fn list(self) -> Result<Parts<'a>, EncodeError> {
        let kind = match self.place {
            Place::Whole => Kind::Pairs,
            Place::Pair => Kind::Pair { name: None, whole: false },
            Place::Value(name) => Kind::List { name },
            Place::Name | Place::Element(_) => return Err(self.refuse("a list")),
        };
        Ok(Parts { text: self.text, kind })
    }

    fn fields(self) -> Result<Parts<'a>, EncodeError> {
        match self.place {
            Place::Whole => Ok(Parts { text: self.text, kind: Kind::Fields { name: String::new() } }),
            Place::Pair | Place::Name | Place::Value(_) | Place::Element(_) => {
                Err(self.refuse("a struct or a map"))
            }
        }
    }

    fn refuse(&self, found: &str) -> EncodeError {
        let expected = match self.place {
            Place::Whole => "a struct, a map or a list of pairs",
            Place::Pair => "a name with its value",
            Place::Name => "a name",
            Place::Value(_) => "a text, a number, a boolean, the name of a variant or a list of these",
            Place::Element(_) => "a text, a number, a boolean or the name of a variant",
        };
        EncodeError(format!("expected {expected}, found {found}"))
    }
}

macro_rules! texts {
    ($($method:ident($ty:ty)),+ $(,)?) => {$(
        fn $method(self, value: $ty) -> Result<(), EncodeError> {
            self.scalar(&value.to_string())
        }
    )+};
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Impossible<(), EncodeError>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Impossible<(), EncodeError>;

    texts! {
        serialize_bool(bool), serialize_char(char), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32),
        serialize_i64(i64), serialize_i128(i128), serialize_u8(u8), serialize_u16(u16), serialize_u32(u32),
        serialize_u64(u64), serialize_u128(u128),
    }

    fn serialize_f32(self, value: f32) -> Result<(), EncodeError> {
        if value.is_finite() { self.scalar(&value.to_string()) } else { Err(self.refuse(&value.to_string())) }
    }

    fn serialize_f64(self, value: f64) -> Result<(), EncodeError> {
        if value.is_finite() { self.scalar(&value.to_string()) } else { Err(self.refuse(&value.to_string())) }
    }

    fn serialize_str(self, value: &str) -> Result<(), EncodeError> {
        self.scalar(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), EncodeError> {
        match std::str::from_utf8(value) {
            Ok(text) => self.scalar(text),
            Err(_) => Err(self.refuse("bytes that are not UTF-8")),
        }
    }

    fn serialize_none(self) -> Result<(), EncodeError> {
        match self.place {
            Place::Whole | Place::Value(_) => Ok(()),
            Place::Pair | Place::Name | Place::Element(_) => Err(self.refuse("`None`")),
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), EncodeError> {
        match self.place {
            Place::Whole => Ok(()),
            Place::Pair | Place::Name | Place::Value(_) | Place::Element(_) => self.scalar(""),
        }
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), EncodeError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<(), EncodeError> {
        self.scalar(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), EncodeError> {
        Err(self.refuse("a variant with content"))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>, EncodeError> {
        self.list()
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, EncodeError> {
        self.list()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, EncodeError> {
        self.list()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, EncodeError> {
        Err(self.refuse("a variant with content"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'a>, EncodeError> {
        self.fields()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, EncodeError> {
        self.fields()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, EncodeError> {
        Err(self.refuse("a variant with content"))
    }
}

/// A value of several, as it comes.
struct Parts<'a> {
    text: &'a mut String,
    kind: Kind<'a>,
}

enum Kind<'a> {
    /// Names with their values.
    Pairs,
    /// One name, and then its value.
    Pair { name: Option<String>, whole: bool },
    /// The values of one name.
    List { name: &'a str },
    /// Fields, or the entries of a map, whose name comes before its value.
    Fields { name: String },
}

impl Parts<'_> {
    fn name<T: Serialize + ?Sized>(name: &T) -> Result<String, EncodeError> {
        let mut text = String::new();
        name.serialize(Writer { text: &mut text, place: Place::Name })?;
        Ok(text)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), EncodeError> {
        let writer = Writer { text: self.text, place: Place::Value(name) };
        value.serialize(writer).map_err(|error| error.at(name))
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let place = match &mut self.kind {
            Kind::Pairs => Place::Pair,
            Kind::List { name } => Place::Element(name),
            Kind::Pair { name, whole } => match (name.take(), *whole) {
                (None, false) => {
                    *name = Some(Self::name(value)?);
                    return Ok(());
                }
                (Some(name), _) => {
                    *whole = true;
                    return self.field(&name, value);
                }
                (None, true) => return Err(EncodeError::custom("expected a pair, found a longer list")),
            },
            Kind::Fields { .. } => return Err(EncodeError::custom("expected a field, found an element")),
        };
        value.serialize(Writer { text: self.text, place })
    }

    fn end(self) -> Result<(), EncodeError> {
        match self.kind {
            Kind::Pair { whole: false, .. } => {
                Err(EncodeError::custom("expected a pair, found a shorter list"))
            }
            Kind::Pairs | Kind::Pair { .. } | Kind::List { .. } | Kind::Fields { .. } => Ok(()),
        }
    }
}

macro_rules! sequences {
    ($($sequence:ident::$method:ident),+) => {$(
        impl $sequence for Parts<'_> {
            type Ok = ();
            type Error = EncodeError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
                self.element(value)
            }

            fn end(self) -> Result<(), EncodeError> {
                Parts::end(self)
            }
        }
    )+};
}

sequences!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field
);

impl SerializeStruct for Parts<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        self.field(name, value)
    }

    fn end(self) -> Result<(), EncodeError> {
        Parts::end(self)
    }
}

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), EncodeError> {
        self.kind = Kind::Fields { name: Self::name(name)? };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        match std::mem::replace(&mut self.kind, Kind::Fields { name: String::new() }) {
            Kind::Fields { name } => self.field(&name, value),
            Kind::Pairs | Kind::Pair { .. } | Kind::List { .. } => {
                Err(EncodeError::custom("expected an element, found an entry"))
            }
        }
    }

    fn end(self) -> Result<(), EncodeError> {
        Parts::end(self)
    }
}

#[cfg(test)]
mod tests;
