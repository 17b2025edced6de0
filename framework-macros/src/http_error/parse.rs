//! The attributes of a variant, of a field and of the whole, with the span of each part.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Field, Ident, Lit, LitStr, Meta, Path, Token, Type};

use super::status;
use crate::errors::Errors;
use crate::extracted::tokens_text;
use crate::invisible;
use crate::nearest::nearest;

/// What is written over a variant, or over a struct.
#[derive(Default)]
pub(super) struct VariantAttributes<'a> {
    pub(super) status: Option<Status>,
    /// Whether a `#[status]` was written at all, well or not.
    pub(super) has_status: bool,
    /// An attribute that is none of ours and was surely meant to be `#[status]`: rustc tells of it.
    pub(super) misspelt_status: Option<&'a Attribute>,
    pub(super) title: Option<LitStr>,
    pub(super) detail: Option<LitStr>,
    pub(super) kind: Option<LitStr>,
    /// `#[http_error(response_only)]`, with where it stands.
    pub(super) response_only: Option<Ident>,
    /// The first of the attributes, to point at where none is allowed.
    pub(super) first: Option<&'a Attribute>,
}

/// A status from 400 to 599.
#[derive(Clone, Copy)]
pub(super) struct Status(pub(super) u16);

impl Status {
    pub(super) fn is_server_error(self) -> bool {
        self.0 >= 500
    }
}

pub(super) fn variant<'a>(attrs: &'a [Attribute], errors: &mut Errors) -> VariantAttributes<'a> {
    let mut parsed = VariantAttributes::default();
    for attr in attrs {
        let path = attr.path();
        if path.is_ident("status") {
            if std::mem::replace(&mut parsed.has_status, true) {
                errors.at(attr, "the status is said twice: remove this one");
                continue;
            }
            parsed.status = status(attr, errors);
        } else if path.is_ident("title") {
            text(attr, "title", &mut parsed.title, errors);
        } else if path.is_ident("detail") {
            text(attr, "detail", &mut parsed.detail, errors);
        } else if path.is_ident("http_error") {
            options(attr, &mut parsed, errors);
        } else if ["from", "source", "member"].iter().any(|mark| path.is_ident(mark)) {
            let name = path.get_ident().map(ToString::to_string).unwrap_or_default();
            errors.at(
                attr,
                format_args!("`#[{name}]` stands on a field: move it into the parentheses or braces"),
            );
        } else {
            let name = path.get_ident().map(ToString::to_string).unwrap_or_default();
            if nearest(&name, ["status"]).is_some() {
                parsed.misspelt_status = Some(attr);
            }
            continue;
        }
        parsed.first.get_or_insert(attr);
    }
    parsed
}

/// `#[status(404)]` or `#[status(NOT_FOUND)]`.
fn status(attr: &Attribute, errors: &mut Errors) -> Option<Status> {
    let expected = "write `#[status(404)]` or `#[status(NOT_FOUND)]`";
    let Meta::List(list) = &attr.meta else {
        errors.at(attr, format_args!("a status is a number or a name in parentheses: {expected}"));
        return None;
    };
    match list.parse_args::<Expr>().map(invisible::expr) {
        Ok(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) => match number.base10_parse::<u16>() {
            Ok(code @ 400..=599) => Some(Status(code)),
            Ok(_) | Err(_) => {
                errors.at(
                    &number,
                    format_args!("`{number}` is no status of an error: write one from 400 to 599"),
                );
                None
            }
        },
        Ok(Expr::Path(path)) => named_status(&path.path, errors),
        Ok(other) => {
            errors.at(other, format_args!("a status is a number or a name: {expected}"));
            None
        }
        Err(_) => {
            errors.at(attr, format_args!("a status is one number or one name: {expected}"));
            None
        }
    }
}

fn named_status(path: &Path, errors: &mut Errors) -> Option<Status> {
    let name = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    let code = status::by_name(&name);
    if code.is_none() {
        let advice = match status::nearest(&name) {
            Some((near, code)) => format!("write `{near}`, or `{code}`"),
            None => "write a number from 400 to 599, or a name such as `NOT_FOUND`".to_owned(),
        };
        errors.at(path, format_args!("`{name}` is no status of an error: {advice}"));
    }
    code.map(Status)
}

/// `#[title("…")]` or `#[detail("…")]`.
fn text(attr: &Attribute, name: &str, place: &mut Option<LitStr>, errors: &mut Errors) {
    match attr.parse_args::<LitStr>() {
        Ok(_) if place.is_some() => {
            errors.at(attr, format_args!("the {name} is said twice: remove this one"));
        }
        Ok(literal) => *place = Some(literal),
        Err(_) => errors.at(attr, format_args!("a {name} is one literal text: write `#[{name}(\"...\")]`")),
    }
}

/// `#[http_error(type = "…", response_only)]`.
fn options(attr: &Attribute, parsed: &mut VariantAttributes<'_>, errors: &mut Errors) {
    let usage = "write `type = \"https://...\"`, or over the whole `response_only`";
    let entries = match attr.parse_args_with(Punctuated::<Entry, Token![,]>::parse_terminated) {
        Ok(entries) => entries,
        Err(error) => return errors.push(error),
    };
    for Entry { key, value } in entries {
        match (key.to_string().as_str(), value) {
            ("response_only", None) => parsed.response_only = Some(key),
            ("response_only", Some(value)) => {
                errors.at(value, "`response_only` takes no value: write it alone");
            }
            ("type", _) if parsed.kind.is_some() => {
                errors.at(&key, "the type is said twice: remove this one");
            }
            ("type", Some(Expr::Lit(ExprLit { lit: Lit::Str(uri), .. }))) => parsed.kind = Some(uri),
            ("type", other) => {
                let place = other.map_or_else(|| key.to_token_stream(), |value| value.to_token_stream());
                errors.at(place, "a problem's type is a literal URI: write `type = \"https://...\"`");
            }
            (other, _) => errors.at(&key, format_args!("`{other}` is no option of `#[http_error]`: {usage}")),
        }
    }
}

/// `key` or `key = value`, where the key may be a keyword, as `type` is.
struct Entry {
    key: Ident,
    value: Option<Expr>,
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(Ident::parse_any)?;
        let value =
            input.parse::<Option<Token![=]>>()?.map(|_| input.parse().map(invisible::expr)).transpose()?;
        Ok(Self { key, value })
    }
}

/// What is written over a field.
#[derive(Clone, Copy)]
pub(super) struct FieldMarks<'a> {
    pub(super) from: Option<&'a Attribute>,
    pub(super) source: Option<&'a Attribute>,
}

pub(super) fn field<'a>(attrs: &'a [Attribute], errors: &mut Errors) -> FieldMarks<'a> {
    let find = |name: &str| attrs.iter().find(|attr| attr.path().is_ident(name));
    for name in ["status", "title", "detail", "http_error"] {
        if let Some(attr) = find(name) {
            errors.at(attr, format_args!("`#[{name}]` stands over a variant: move it there"));
        }
    }
    let marks = FieldMarks { from: find("from"), source: find("source") };
    for attr in [marks.from, marks.source].into_iter().flatten() {
        if !matches!(attr.meta, Meta::Path(_)) {
            let name = attr.path().get_ident().map(ToString::to_string).unwrap_or_default();
            errors.at(attr, format_args!("this mark says nothing more: write `#[{name}]`"));
        }
    }
    marks
}

/// `#[member]`, or `#[member("name")]` for another name than the field's; `None` for the former.
pub(super) fn member_name(attr: &Attribute, errors: &mut Errors) -> Option<LitStr> {
    if matches!(attr.meta, Meta::Path(_)) {
        return None;
    }
    let name = attr.parse_args::<LitStr>();
    if name.is_err() {
        errors.at(attr, "a member's name is one literal text: write `#[member(\"name\")]`");
    }
    name.ok()
}

/// The types of all fields marked `#[from]`, each once, whatever else is wrong.
pub(super) fn converted(input: &DeriveInput) -> Vec<&Type> {
    let fields: Vec<&Field> = match &input.data {
        Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).collect(),
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Union(_) => Vec::new(),
    };
    let mut types: Vec<&Type> = Vec::new();
    for field in fields {
        let is_new = types.iter().all(|ty| tokens_text(ty) != tokens_text(&field.ty));
        if is_new && field.attrs.iter().any(|attr| attr.path().is_ident("from")) {
            types.push(&field.ty);
        }
    }
    types
}
