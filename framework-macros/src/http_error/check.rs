//! Each variant with a status, a text that names its fields, and at most one source.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Fields, Generics, Ident, LitStr, Member, Type};

use super::detail::{Piece, pieces};
use super::parse::{self, Status, VariantAttributes};
use crate::errors::Errors;
use crate::extracted::tokens_text;

/// An error type without a mistake that the macro can see.
pub(super) struct HttpError<'a> {
    pub(super) name: &'a Ident,
    pub(super) generics: &'a Generics,
    pub(super) variants: Vec<Variant<'a>>,
    /// Whether `Display`, `Error` and `From` are another derive's to write.
    pub(super) response_only: bool,
}

/// A variant, or a struct.
pub(super) struct Variant<'a> {
    /// `None` for a struct.
    pub(super) name: Option<&'a Ident>,
    pub(super) status: Status,
    pub(super) title: Option<LitStr>,
    pub(super) kind: Option<LitStr>,
    pub(super) detail: Option<Detail>,
    pub(super) source: Option<Source<'a>>,
    pub(super) members: Vec<Extension>,
}

/// A field that the client is told as a member of the problem.
pub(super) struct Extension {
    pub(super) name: String,
    pub(super) member: Member,
    pub(super) span: Span,
}

/// A format string over the variant's fields.
pub(super) struct Detail {
    pub(super) pieces: Vec<Piece>,
    pub(super) span: Span,
}

/// The field that is the cause.
pub(super) struct Source<'a> {
    pub(super) member: Member,
    pub(super) ty: &'a Type,
    /// Whether the variant is made of it with `?`.
    pub(super) from: bool,
}

pub(super) fn http_error<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Option<HttpError<'a>> {
    let whole = parse::variant(&input.attrs, errors);
    let response_only = whole.response_only.is_some();
    let variants = match &input.data {
        Data::Enum(data) => {
            if let Some(first) = whole.first.filter(|attr| !attr.path().is_ident("http_error")) {
                errors.at(first, "each variant has its own status and texts: move this over a variant");
            } else if let Some(kind) = &whole.kind {
                errors.at(kind, "each variant is a type of problem of its own: move this over a variant");
            }
            let mut variants = Vec::new();
            for variant in &data.variants {
                let attributes = parse::variant(&variant.attrs, errors);
                if let Some(word) = &attributes.response_only {
                    errors.at(word, "`response_only` is for all variants: move it over the enum");
                }
                variants.extend(check_variant(
                    Some(&variant.ident),
                    &variant.ident,
                    &variant.fields,
                    attributes,
                    errors,
                ));
            }
            variants
        }
        Data::Struct(data) => {
            check_variant(None, &input.ident, &data.fields, whole, errors).into_iter().collect()
        }
        Data::Union(data) => {
            errors.at(
                data.union_token,
                "an error is an enum with a variant for each status, or a struct: write `enum`",
            );
            return None;
        }
    };
    check_conversions(&variants, errors);
    Some(HttpError { name: &input.ident, generics: &input.generics, variants, response_only })
}

fn check_variant<'a>(
    name: Option<&'a Ident>,
    place: &'a Ident,
    fields: &'a Fields,
    attributes: VariantAttributes<'a>,
    errors: &mut Errors,
) -> Option<Variant<'a>> {
    if !attributes.has_status {
        let message =
            format!("`{place}` has no status: write `#[status(404)]` over it, with the status it means");
        match attributes.misspelt_status {
            Some(attribute) => errors.told_elsewhere(attribute, message),
            None => errors.at(place, message),
        }
    }
    let source = check_source(place, fields, errors);
    let status = attributes.status;
    let detail = attributes.detail.as_ref().and_then(|text| {
        let hidden = source.as_ref().filter(|_| status.is_some_and(Status::is_server_error));
        check_detail(text, place, fields, hidden, errors)
    });
    let members = check_members(place, fields, source.as_ref(), errors);
    let VariantAttributes { title, kind, .. } = attributes;
    Some(Variant { name, status: status?, title, kind, detail, source, members })
}

/// Finds the fields marked `#[member]`.
fn check_members(
    place: &Ident,
    fields: &Fields,
    source: Option<&Source<'_>>,
    errors: &mut Errors,
) -> Vec<Extension> {
    let mut members: Vec<Extension> = Vec::new();
    for (member, field) in fields.members().zip(fields) {
        let Some(mark) = field.attrs.iter().find(|attr| attr.path().is_ident("member")) else { continue };
        if source.is_some_and(|source| source.member == member) {
            errors.at(mark, "the cause is for the log, not for the client: remove this mark");
            continue;
        }
        let name = parse::member_name(mark, errors).map(|name| name.value());
        let name = match (name, &member) {
            (Some(name), _) => name,
            (None, Member::Named(name)) => name.unraw().to_string(),
            (None, Member::Unnamed(_)) => {
                errors.at(mark, "this field has no name for the member: write `#[member(\"name\")]`");
                continue;
            }
        };
        if ["type", "title", "status", "detail", "instance", "request_id"].contains(&name.as_str()) {
            errors.at(
                mark,
                format_args!(
                    "`{name}` is a member of every problem: write `#[member(\"...\")]` with another name"
                ),
            );
        } else if members.iter().any(|known| known.name == name) {
            errors.at(
                mark,
                format_args!("`{place}` has a member `{name}` already: give this one another name"),
            );
        } else {
            members.push(Extension { name, member, span: field.ty.span() });
        }
    }
    members
}

/// Finds the field marked `#[from]` or `#[source]`.
fn check_source<'a>(place: &Ident, fields: &'a Fields, errors: &mut Errors) -> Option<Source<'a>> {
    let mut found: Option<Source<'a>> = None;
    for (member, field) in fields.members().zip(fields) {
        let marks = parse::field(&field.attrs, errors);
        let Some(mark): Option<&Attribute> = marks.from.or(marks.source) else { continue };
        if marks.from.is_some() && fields.len() > 1 {
            let message = format!(
                "`?` has no values for the other fields of `{place}`: write `#[source]`, or leave this field alone"
            );
            errors.at(mark, message);
            continue;
        }
        if let Some(first) = &found {
            let first = first.member.to_token_stream();
            errors.at(mark, format_args!("`{place}` has one cause, and it is `{first}`: remove this mark"));
            continue;
        }
        found = Some(Source { member, ty: &field.ty, from: marks.from.is_some() });
    }
    found
}

fn check_detail(
    text: &LitStr,
    place: &Ident,
    fields: &Fields,
    hidden: Option<&Source<'_>>,
    errors: &mut Errors,
) -> Option<Detail> {
    let pieces = match pieces(&text.value()) {
        Ok(pieces) => pieces,
        Err(message) => {
            errors.at(text, message);
            return None;
        }
    };
    let known: Vec<String> = fields.members().map(|member| field_name(&member)).collect();
    for piece in &pieces {
        let Piece::Field { name, .. } = piece else { continue };
        if !known.contains(name) {
            errors.at(text, unknown_field(name, place, &known));
        } else if hidden.is_some_and(|source| field_name(&source.member) == *name) {
            let message = format!(
                "`{{{name}}}` would tell the client the cause of a server's error: leave it out, the log has it"
            );
            errors.at(text, message);
        }
    }
    Some(Detail { pieces, span: text.span() })
}

/// How a text names the field: without the `r#` of one that is called like a keyword.
fn field_name(member: &Member) -> String {
    match member {
        Member::Named(name) => name.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

fn unknown_field(name: &str, place: &Ident, known: &[String]) -> String {
    let list = known.iter().map(|field| format!("`{{{field}}}`")).collect::<Vec<_>>().join(", ");
    match known {
        [] => format!("`{{{name}}}` is no field of `{place}`, which has none: write the text without braces"),
        _ => format!("`{{{name}}}` is no field of `{place}`: write {list}"),
    }
}

/// Two variants cannot be made of the same type.
fn check_conversions(variants: &[Variant<'_>], errors: &mut Errors) {
    let mut seen: Vec<(String, &Ident)> = Vec::new();
    for variant in variants {
        let (Some(source), Some(name)) = (&variant.source, variant.name) else { continue };
        if !source.from {
            continue;
        }
        let ty = tokens_text(source.ty);
        match seen.iter().find(|(known, _)| *known == ty) {
            Some((_, first)) => errors.at(
                source.ty,
                format_args!(
                    "`?` makes `{first}` of a `{ty}` already: mark this `#[source]`, and make it by name"
                ),
            ),
            None => seen.push((ty, name)),
        }
    }
}
