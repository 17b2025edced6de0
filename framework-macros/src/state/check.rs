//! Which fields a state provides: those that are not skipped, each type once.

use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, Field, Generics, Ident, Member, Type};

use crate::errors::Errors;
use crate::extracted::tokens_text;
use crate::unshared;

/// A state and the fields that it provides.
pub(super) struct State<'a> {
    pub(super) name: &'a Ident,
    pub(super) generics: &'a Generics,
    pub(super) provided: Vec<(Member, &'a Type)>,
}

pub(super) fn state<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Option<State<'a>> {
    let data = match &input.data {
        Data::Struct(data) => data,
        Data::Enum(data) => {
            let message = "a state is a struct, whose fields are all there at once: write `struct`, with the enum as a field";
            errors.at(data.enum_token, message);
            return None;
        }
        Data::Union(data) => {
            errors.at(
                data.union_token,
                "a state is a struct, whose fields are all there at once: write `struct`",
            );
            return None;
        }
    };
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("state")) {
        errors.at(attr, "`#[state(skip)]` stands on a field: move it there");
    }
    let mut provided: Vec<(Member, &Type)> = Vec::new();
    for (member, field) in data.fields.members().zip(&data.fields) {
        if is_skipped(field, errors) {
            continue;
        }
        if let Some((first, _)) = provided.iter().find(|(_, ty)| is_same(ty, &field.ty)) {
            let (ty, first) = (tokens_text(&field.ty), first.to_token_stream());
            let message = format!(
                "`State<{ty}>` is `{first}` already: mark one of the two `#[state(skip)]`, or wrap this in a type of its own",
            );
            errors.at(&field.ty, message);
            continue;
        }
        provided.push((member, &field.ty));
    }
    Some(State { name: &input.ident, generics: &input.generics, provided })
}

/// Notes the fields that keep the whole from being shared between threads; whether there are any.
pub(super) fn unshared(input: &DeriveInput, errors: &mut Errors) -> bool {
    let Data::Struct(data) = &input.data else { return false };
    let found = data.fields.iter().filter_map(|field| Some((&field.ty, unshared::in_state(&field.ty)?)));
    let found: Vec<_> = found.collect();
    for (ty, message) in &found {
        errors.at(ty, message);
    }
    !found.is_empty()
}

/// Whether the field is marked `#[state(skip)]`; a mark that is misspelt counts, so that no second error follows.
fn is_skipped(field: &Field, errors: &mut Errors) -> bool {
    let marks: Vec<&Attribute> = field.attrs.iter().filter(|attr| attr.path().is_ident("state")).collect();
    for (index, mark) in marks.iter().enumerate() {
        match mark.parse_args::<Ident>() {
            Ok(word) if word == "skip" && index == 0 => {}
            Ok(word) if word == "skip" => errors.at(mark, "the field is skipped already: remove this"),
            Ok(word) => errors
                .at(&word, format_args!("`{word}` is no mark of a state's field: write `#[state(skip)]`")),
            Err(_) => errors.at(mark, "a state's field is left out with `#[state(skip)]`: write it so"),
        }
    }
    !marks.is_empty()
}

/// Whether two types are written alike.
fn is_same(one: &Type, other: &Type) -> bool {
    one.to_token_stream().to_string() == other.to_token_stream().to_string()
}
