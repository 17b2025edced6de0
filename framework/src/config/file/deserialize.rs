//! A `serde` deserializer over a [`Node`], whose faults know where they stand.
//!
//! What a plain text is follows from what is asked for: `1.10` is a number to an `f64` and `1.10` to a `String`.

use serde_core::de::value::StrDeserializer;
use serde_core::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, IntoDeserializer as _, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde_core::forward_to_deserialize_any;

use super::fault::Fault;
use super::node::{Entry, Kind, Node};
use super::secret::SECRET;
use super::typed::{Field, Reading, place_of};
use crate::config::errors::{Place, Source};

/// A value that is being read.
#[derive(Debug)]
pub(super) struct Typed<'a> {
    node: &'a Node,
    path: Vec<String>,
    place: Place,
    is_secret: bool,
    reading: &'a Reading,
}

impl<'a> Typed<'a> {
    /// The whole section.
    pub(super) fn root(node: &'a Node, reading: &'a Reading) -> Self {
        let place = place_of(&[], node.source.clone());
        Self { node, path: Vec::new(), place, is_secret: false, reading }
    }

    /// A value inside of this one.
    fn child(&self, key: &str, place: Option<&Place>, node: &'a Node, is_secret: bool) -> Self {
        let mut path = self.path.clone();
        path.push(key.to_owned());
        let place = match (place, &node.source) {
            (_, Source::File(_)) | (None, _) => place_of(&path, node.source.clone()),
            (Some(place), _) => place.clone(),
        };
        Self { node, path, place, is_secret: is_secret || self.is_secret, reading: self.reading }
    }

    /// Reads what the seed asks for; a fault without a place gets this one.
    pub(super) fn descend<'de, T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        let (path, mut place, is_secret) = (self.path.clone(), self.place.clone(), self.is_secret);
        let reading = self.reading;
        seed.deserialize(self).map_err(|mut fault| {
            if fault.at.is_none() {
                if let Some(key) = fault.missing {
                    // A mapping that a variable brought into being has no place of its own.
                    place = place_of(&path, place.source.clone());
                    let mut missing = path.clone();
                    missing.push(key.to_owned());
                    let variable = super::overrides::variable_name(&missing);
                    fault.text = format!("lacks `{key}`, which `{variable}` in the environment sets too");
                } else if is_secret || reading.is_hidden(&path) {
                    // The text may repeat the value.
                    fault.text = "is not what the program expects".to_owned();
                }
                fault.at = Some(Box::new((path, place)));
            }
            fault
        })
    }

    fn refuse<T>(&self, expected: &dyn Expected) -> Result<T, Fault> {
        Err(Fault::invalid_type(Unexpected::Other(&self.node.describe()), expected))
    }

    /// The text, where it is one.
    fn text(&self) -> Option<&'a str> {
        match &self.node.kind {
            Kind::Scalar { text, .. } if !self.node.is_null() => Some(text),
            Kind::Scalar { .. } | Kind::Sequence(_) | Kind::Mapping(_) => None,
        }
    }

    /// The text, where it may be something else than a text.
    fn plain_text(&self) -> Option<&'a str> {
        match &self.node.kind {
            Kind::Scalar { plain: true, .. } => self.text(),
            Kind::Scalar { .. } | Kind::Sequence(_) | Kind::Mapping(_) => None,
        }
    }

    fn unsigned<'de, V: Visitor<'de>>(self, visitor: V, most: u64) -> Result<V::Value, Fault> {
        match self.plain_text().map(str::parse) {
            Some(Ok(number)) if number <= most => visitor.visit_u64(number),
            _ => self.refuse(&&*format!("a whole number from 0 to {most}")),
        }
    }

    fn signed<'de, V: Visitor<'de>>(self, visitor: V, least: i64, most: i64) -> Result<V::Value, Fault> {
        match self.plain_text().map(str::parse) {
            Some(Ok(number)) if (least..=most).contains(&number) => visitor.visit_i64(number),
            _ => self.refuse(&&*format!("a whole number from {least} to {most}")),
        }
    }

    fn mapping<'de, V: Visitor<'de>>(self, visitor: V, fields: Vec<Field>) -> Result<V::Value, Fault> {
        visitor.visit_map(Fields { parent: self, rest: fields.into_iter(), next: None })
    }

    fn entries(&self) -> Result<&'a [Entry], Fault> {
        match self.node.entries() {
            Some(entries) => Ok(entries),
            None => self.refuse(&"a mapping"),
        }
    }
}

impl<'de> Deserializer<'de> for Typed<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.kind {
            Kind::Scalar { .. } if self.node.is_null() => visitor.visit_unit(),
            Kind::Scalar { text, plain: false } => visitor.visit_str(text),
            Kind::Scalar { text, plain: true } => match &**text {
                "true" => visitor.visit_bool(true),
                "false" => visitor.visit_bool(false),
                text => {
                    if let Ok(number) = text.parse() {
                        visitor.visit_u64(number)
                    } else if let Ok(number) = text.parse() {
                        visitor.visit_i64(number)
                    } else if let Some(number) = parse_float(text) {
                        visitor.visit_f64(number)
                    } else {
                        visitor.visit_str(text)
                    }
                }
            },
            Kind::Sequence(_) => self.deserialize_seq(visitor),
            Kind::Mapping(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.plain_text() {
            Some("true") => visitor.visit_bool(true),
            Some("false") => visitor.visit_bool(false),
            _ => self.refuse(&"`true` or `false`"),
        }
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.unsigned(visitor, u8::MAX.into())
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.unsigned(visitor, u16::MAX.into())
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.unsigned(visitor, u32::MAX.into())
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.unsigned(visitor, u64::MAX)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.signed(visitor, i8::MIN.into(), i8::MAX.into())
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.signed(visitor, i16::MIN.into(), i16::MAX.into())
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.signed(visitor, i32::MIN.into(), i32::MAX.into())
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.signed(visitor, i64::MIN, i64::MAX)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.plain_text().and_then(parse_float) {
            Some(number) => visitor.visit_f64(number),
            None => self.refuse(&"a number"),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.text() {
            Some(text) => visitor.visit_str(text),
            None => self.refuse(&visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == SECRET {
            self.is_secret = true;
            self.reading.hide(&self.path);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.kind {
            Kind::Sequence(items) => {
                visitor.visit_seq(Items { rest: items.iter().enumerate(), parent: self })
            }
            Kind::Scalar { .. } | Kind::Mapping(_) => self.refuse(&"a list"),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let fields = self.entries()?.iter().map(|entry| Field::of(&entry.key, entry)).collect();
        self.mapping(visitor, fields)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let fields = self.reading.fields(&self.path, self.entries()?, fields);
        self.mapping(visitor, fields)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let node = self.node;
        match (self.text(), node.entries()) {
            (Some(text), _) => visitor.visit_enum(text.into_deserializer()),
            (None, Some([entry])) => visitor
                .visit_enum(Variant { value: self.child(&entry.key, None, &entry.value, false), entry }),
            (None, _) => self.refuse(&"a word, or a mapping of one key"),
        }
    }

    forward_to_deserialize_any! { bytes byte_buf unit unit_struct identifier ignored_any }
}

/// The entries of a mapping, one after the other.
struct Fields<'a> {
    parent: Typed<'a>,
    rest: std::vec::IntoIter<Field>,
    next: Option<Field>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Self { parent, rest, next } = self;
        *next = rest.find(|field| {
            let mut path = parent.path.clone();
            path.push(field.key.clone());
            !parent.reading.is_left_out(&path)
        });
        let Some(field) = next else { return Ok(None) };
        let key = Node {
            source: field.place.source.clone(),
            kind: Kind::Scalar { text: field.key.clone(), plain: true },
        };
        parent.child(&field.key, Some(&field.place), &key, false).descend(seed).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(field) = self.next.take() else {
            return Err(Fault::custom("a value was asked for before its key"));
        };
        let place = Some(&field.place);
        self.parent.child(&field.key, place, &field.value, field.is_secret).descend(seed)
    }
}

/// The items of a list, one after the other; their keys are their numbers, from 0.
struct Items<'a> {
    parent: Typed<'a>,
    rest: std::iter::Enumerate<std::slice::Iter<'a, Node>>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        for (index, node) in self.rest.by_ref() {
            let item = self.parent.child(&index.to_string(), None, node, false);
            if !item.reading.is_left_out(&item.path) {
                return item.descend(seed).map(Some);
            }
        }
        Ok(None)
    }
}

/// A variant that holds something: a mapping of its name to that.
struct Variant<'a> {
    entry: &'a Entry,
    value: Typed<'a>,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Fault;
    type Variant = Typed<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Typed<'a>), Fault> {
        let name: StrDeserializer<'_, Fault> = self.entry.key.as_str().into_deserializer();
        Ok((seed.deserialize(name)?, self.value))
    }
}

impl<'de> VariantAccess<'de> for Typed<'_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        if self.node.is_null() { Ok(()) } else { self.refuse(&"nothing") }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        self.descend(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_struct("", fields, visitor)
    }
}

/// A number as YAML writes it; words that Rust alone knows for one are none.
fn parse_float(text: &str) -> Option<f64> {
    match text {
        ".inf" | "+.inf" => Some(f64::INFINITY),
        "-.inf" => Some(f64::NEG_INFINITY),
        ".nan" => Some(f64::NAN),
        _ if text.bytes().any(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}
